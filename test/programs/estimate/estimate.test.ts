// Estimates: what is to do, what is paid already, what the journals teach; nothing called and nothing written.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Live from "../../../src/layers/Live.ts"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../../src/layers/MemoryStore.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import * as Probe from "../../../src/layers/Probe.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import { estimate } from "../../../src/programs/estimate/estimate.ts"
import { estimateSample, extrapolate } from "../../../src/programs/estimate/estimateSample.ts"
import { makeSampler } from "../../../src/programs/estimate/sampleOf.ts"
import type { LlmRequest } from "../../../src/services/generation/Llm.ts"
import { itemsFromRows } from "../../../src/services/items/RowItems.ts"
import { wholeInput } from "../../../src/services/items/Shard.ts"
import type { Job } from "../../../src/services/job/Job.ts"
import { testHost } from "../../../src/testing.ts"
import {
  data,
  goodAnswer,
  journals,
  longAnswer,
  makeJob,
  rows,
  run,
  slugIn
} from "../../support/pipeline.ts"

/** Rows of different lengths. */
const unevenRows = (count: number) =>
  rows(count).map(({ slug }, n) => ({ slug, text: "A fact. ".repeat(n % 9) }))

const estimateOf = (store: MemoryStore, job: Job, count: number, promptsMax = 100) =>
  Effect.gen(function*() {
    const source = yield* Effect.orDie(itemsFromRows(unevenRows(count)))
    return yield* estimate({ source, shard: wholeInput, promptsMax })
  }).pipe(Effect.provide(Probe.layer(job).pipe(Layer.provideMerge(MemoryDisk.layer(store)))))

const usage = (outputTokens: number) => ({
  inputTokens: 60,
  cachedInputTokens: 0,
  outputTokens,
  reasoningTokens: 0
})

/** The base model passes nine of ten, in 40 tokens; the strong one all, in 80. */
const script = (request: LlmRequest) =>
  request.model === "strong"
    ? { ...goodAnswer(request), usage: usage(80) }
    : {
      ...(slugIn(request).endsWith("7") ? longAnswer(request) : goodAnswer(request)),
      usage: usage(40)
    }

describe("estimate", () => {
  it.effect("I11: changes no byte, and says what is assumed where there is no history", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const report = yield* estimateOf(store, yield* makeJob(), 20)
      assert.deepStrictEqual(store.files(), [])
      assert.deepInclude(report, { input: 20, settled: 0, toDo: 20, spentNanoUsd: 0 })
      assert.deepInclude(report.prompts, {
        looked: 20,
        counted: 20,
        of: 20,
        error: 0,
        enoughShare: 1
      })
      const [base, strong] = report.rungs
      assert.deepInclude(base, { model: "base", answersSeen: 0, outputTokensPerAnswer: 50 })
      assert.deepInclude(base?.expected, { items: 20, calls: 20, outputTokens: 1000 })
      // One of ten is assumed to go on; at worst all of them.
      assert.closeTo(strong?.expected.items ?? 0, 2, 1e-9)
      assert.strictEqual(strong?.high.items, 20)
      assert.strictEqual(base?.high.outputTokens, 2000)
      assert.isBelow(report.expectedNanoUsd, report.highNanoUsd)
    })
  })

  it.effect("learns from the journals: lengths, what passes, what was spent", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob()
      yield* run(store, job, { rows: rows(40) })
      const before = journals(store).map((file) => store.get(file)?.toString())
      const report = yield* estimateOf(store, job, 240)
      assert.deepStrictEqual(journals(store).map((file) => store.get(file)?.toString()), before)
      assert.deepInclude(report, { toDo: 200, settled: 40 })
      const [base, strong] = report.rungs
      assert.deepInclude(base, { answersSeen: 40, passShare: 0.9, outputTokensPerAnswer: 40 })
      assert.deepInclude(strong, { answersSeen: 4, passShare: 1, outputTokensPerAnswer: 80 })
      assert.closeTo(strong?.expected.calls ?? 0, 20, 1e-9)
      assert.strictEqual(report.spentNanoUsd, 40 * 140_000 + 4 * 2_200_000)
      // A sample of the prompts, its error told.
      assert.strictEqual(report.prompts.counted, 100)
      assert.isAbove(report.prompts.error, 0)
      assert.isBelow(report.prompts.error, 0.1)
    }).pipe(Effect.provide(ScriptedLlm.layer(script)))
  })

  it.effect("what is paid and not judged is reused, and a rejected draft goes on with the strong model", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob()
      yield* run(store, job, { rows: rows(10) })
      // The masters are gone, of a run whose books are closed: ten answers passed, one of them by the strong model.
      for (const file of [data.updates, data.successes, data.appenderLock]) store.put(file, "")
      const report = yield* estimateOf(store, job, 12)
      assert.deepStrictEqual(report.reused, {
        answers: 10,
        items: 10,
        // The draft that was rejected on the way to the tenth is not judged again.
        paidNanoUsd: 9 * 140_000 + 2_200_000
      })
      assert.strictEqual(report.rungs[0]?.expected.items, 2)
    }).pipe(Effect.provide(ScriptedLlm.layer(script)))
  })

  it.effect("a sample is written for real, kept, and extrapolated with an interval that holds", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob()
      const source = yield* Effect.orDie(itemsFromRows(rows(100)))
      const report = yield* estimateSample({ source, shard: wholeInput, sample: 30 }).pipe(
        Effect.provide(
          Live.run(job, wholeInput).pipe(
            Layer.provideMerge(Layer.merge(MemoryDisk.layer(store), testHost))
          )
        )
      )
      assert.deepInclude(report, { settled: 30, pendingBefore: 100 })
      assert.deepInclude(report.run, { accepted: 30, pending: 70, stop: null })
      assert.strictEqual(report.spentNanoUsd, report.run.budget.spentNanoUsd)
      const later = yield* run(store, job, { rows: rows(100) })
      assert.strictEqual(later.accepted, 100)
      assert.strictEqual(later.acceptedNow, 70, "what the sample wrote is not written again")
      const { expectedNanoUsd = 0, highNanoUsd = 0, items = 0, lowNanoUsd = 0 } = report.rest ?? {}
      assert.strictEqual(items, 70)
      assert.isAtLeast(later.budget.spentNanoUsd, lowNanoUsd)
      assert.isAtMost(later.budget.spentNanoUsd, highNanoUsd)
      assert.isAtLeast(expectedNanoUsd, lowNanoUsd)
    }).pipe(Effect.provide(ScriptedLlm.layer(script)))
  })

  it("one item says nothing of the rest, all of them leave no rest", () => {
    assert.isNull(extrapolate([5], 10))
    assert.deepStrictEqual(extrapolate([5, 7], 2), {
      items: 0,
      expectedNanoUsd: 0,
      lowNanoUsd: 0,
      highNanoUsd: 0
    })
  })

  it("a sample is the same at every look, and another with another salt", () => {
    const chosen = (salt: string) => {
      const sampler = makeSampler(10, salt)
      for (let n = 0; n < 1000; n++) sampler.add({ slug: `s${n}`, fields: {}, line: n } as never)
      return sampler.items().map(({ slug }) => slug)
    }
    assert.lengthOf(chosen("a"), 10)
    assert.deepStrictEqual(chosen("a"), chosen("a"))
    assert.notDeepEqual(chosen("a"), chosen("b"))
  })
})
