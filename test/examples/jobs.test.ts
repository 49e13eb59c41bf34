// The example jobs: prompt, schema, rules and prices agree, and the fake model's pages pass their QA.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as path from "node:path"
import { makeItems } from "../../examples/packages/make-items.ts"
import * as NodeDisk from "../../src/layers/NodeDisk.ts"
import { answerText } from "../../src/programs/fake-llm/answers/Answer.ts"
import { findSlug } from "../../src/programs/fake-llm/ChatRequest.ts"
import { defaultQuality } from "../../src/programs/fake-llm/Complete.ts"
import { Evidence } from "../../src/services/evidence/Evidence.ts"
import { EvidenceCache } from "../../src/services/evidence/EvidenceCache.ts"
import { WebPages } from "../../src/services/evidence/WebPages.ts"
import { allowsStrict } from "../../src/services/generation/StrictSchema.ts"
import type { Item } from "../../src/services/items/Item.ts"
import { openItems } from "../../src/services/items/OpenItems.ts"
import { CurrentJob } from "../../src/services/job/Job.ts"
import type { Job } from "../../src/services/job/Job.ts"
import { loadJob } from "../../src/services/job/LoadJob.ts"
import { RuleModules } from "../../src/services/qa/UserRule.ts"
import { Qa } from "../../src/services/qa/Qa.ts"
import { tempDir } from "../support/TempDir.ts"
import { requestOf } from "../programs/fake-llm/requests.ts"

const platform = Layer.merge(NodeDisk.layer, Stdio.layerTest({}))
const root = new URL("../..", import.meta.url).pathname

/** The rung on which the item's page passes; -1 where it passes on none, -2 where there is too little to write from. */
const rungOf = (job: Job, item: Item) =>
  Effect.gen(function*() {
    const evidence = yield* (yield* Evidence).gather(item)
    if (evidence.outcome._tag !== "Enough") return -2
    const qa = yield* Qa
    let retake: Parameters<Job["prompt"]["render"]>[2]
    for (const { index, model } of job.rungs) {
      const messages = yield* job.prompt.render(item, evidence, retake)
      const request = requestOf({
        model,
        messages,
        response_format: {
          type: "json_schema",
          json_schema: { name: "page", schema: job.outputSchema.schema }
        }
      })
      assert.strictEqual(findSlug(request), item.slug)
      const text = answerText(request, "1", defaultQuality(model))
      const verdict = yield* qa.judge(item, evidence, {
        model,
        text,
        finish: "stop",
        refusal: null,
        usage: null,
        body: null
      })
      if (verdict._tag === "Accepted") return index
      retake = { draft: text, findings: verdict.findings }
    }
    return -1
  })

const rungs = (job: Job) => {
  const layer = Layer.merge(Evidence.layer, Qa.layer).pipe(
    Layer.provide(
      Layer.mergeAll(
        Layer.succeed(CurrentJob, job),
        Layer.mock(EvidenceCache)({}),
        Layer.mock(WebPages)({}),
        Layer.mock(RuleModules)({})
      )
    )
  )
  return Effect.gen(function*() {
    const source = yield* openItems(job.input)
    return yield* Stream.runCollect(Stream.mapEffect(source.items, (item) => rungOf(job, item)))
  }).pipe(Effect.scoped, Effect.provide(layer))
}

const share = (all: ReadonlyArray<number>, rung: number): number =>
  all.filter((each) => each === rung).length / all.length

describe("the example jobs", () => {
  for (const name of ["packages", "whops"]) {
    it.live(`${name}: every model has its price, and the schema suits strict servers`, () =>
      Effect.gen(function*() {
        const job = yield* loadJob(path.join(root, "examples", name))
        for (const { model } of job.rungs) assert.property(job.prices, model)
        assert.isTrue(allowsStrict(job.outputSchema.schema))
        assert.isNotNull(job.itemBudgetNanoUsd)
        assert.isNotNull(job.runBudgetNanoUsd)
      }).pipe(Effect.provide(platform)))
  }

  it.live("whops: every page passes, on one rung or the other", () =>
    Effect.gen(function*() {
      const passed = yield* rungs(yield* loadJob(path.join(root, "examples", "whops")))
      assert.lengthOf(passed, 12)
      assert.isAtLeast(Math.min(...passed), 0)
    }).pipe(Effect.provide(platform)))

  it.live("packages: of the packages installed here most pages pass at once, and the strong model mends the rest", () =>
    Effect.gen(function*() {
      const directory = yield* tempDir
      const { rows } = makeItems(path.join(root, "node_modules"), directory)
      const job = yield* loadJob(path.join(root, "examples", "packages"))
      const passed = yield* rungs({
        ...job,
        input: { ...job.input, path: path.join(directory, "items.jsonl") }
      })
      assert.lengthOf(passed, rows.length)
      assert.isAtLeast(rows.length, 200)
      assert.isAbove(share(passed, 0), 0.7)
      assert.isAbove(share(passed, 1), 0.02)
      // Nothing is filled up: a README without prose makes no page.
      assert.isBelow(share(passed, -1), 0.1)
      assert.isBelow(share(passed, -2), 0.12)
    }).pipe(Effect.scoped, Effect.provide(platform)))
})
