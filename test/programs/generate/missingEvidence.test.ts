// Evidence that did not come: a required source ends its item unpaid (I10), any other is a warning of the record, and a
// retry finds the item by what the source came to.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import { foreseeRetry } from "../../../src/programs/retry/foreseeRetry.ts"
import type { RetryChoice } from "../../../src/programs/retry/RetryChoice.ts"
import { DataDirectory } from "../../../src/services/durability/DataDirectory.ts"
import type { EvidencePlugin } from "../../../src/services/evidence/EvidencePlugins.ts"
import { EvidencePlugins } from "../../../src/services/evidence/EvidencePlugins.ts"
import type { MissCause } from "../../../src/services/evidence/MissCause.ts"
import { itemsFromRows } from "../../../src/services/items/RowItems.ts"
import { wholeInput } from "../../../src/services/items/Shard.ts"
import { brokenChecks, laterRun } from "../../support/laterRuns.ts"
import { goodAnswer, linesOf, rows } from "../../support/pipeline.ts"
import { data, makeJob } from "../../support/smallJob.ts"

const causes: ReadonlyArray<MissCause | undefined> = [
  undefined,
  "Blocked",
  "Moved",
  "Unsupported",
  "NotFound"
]

/** Each row's source comes to one of these; the first gives a text. */
const source = (of: ReadonlyArray<MissCause | undefined>): EvidencePlugin => ({ slug }) => {
  const cause = of[Number(slug.slice("item-".length))]
  return cause === undefined
    ? Effect.succeed([{ name: "text", text: "What the page says." }])
    : Effect.fail({ cause, reason: "so it is" })
}

const withSource = (of: ReadonlyArray<MissCause | undefined>) =>
  Effect.provideService(EvidencePlugins, { page: source(of) })

const input = rows(causes.length)

const jobWith = (required: boolean) =>
  makeJob({ evidence: { minChars: 0, sources: [{ plugin: "page", required }] } })

const choice = (given: Partial<RetryChoice>): RetryChoice => ({
  phases: [],
  causes: [],
  slugs: [],
  ...given
})

describe("a source that gives nothing", () => {
  it.effect("ends the item unpaid where it is required, and the reject says what it came to", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* jobWith(true)
      const report = yield* laterRun(store, job, { rows: input })
      assert.deepInclude(report, { accepted: 1, rejected: 4, pending: 0, callsNow: 1 })
      const rejects = linesOf(store, data.rejects).map(({ cause, missCause, slug }) => [
        slug,
        cause,
        missCause
      ])
      assert.sameDeepMembers(rejects, [
        ["item-1", "ThinEvidence", "Blocked"],
        ["item-2", "NotFound", "Moved"],
        ["item-3", "ThinEvidence", "Unsupported"],
        ["item-4", "NotFound", "NotFound"]
      ])
      assert.deepStrictEqual(yield* brokenChecks(store, job), [])
    }).pipe(withSource(causes), Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("is a warning of the record where it is not", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const report = yield* laterRun(store, yield* jobWith(false), { rows: input })
      assert.strictEqual(report.accepted, 5)
      const warnings = linesOf(store, data.updates).map(({ _meta, slug }) => [
        slug,
        (_meta as {
          readonly qa: { readonly warnings: ReadonlyArray<{ readonly message: string }> }
        })
          .qa.warnings.map(({ message }) => message)
      ])
      assert.sameDeepMembers(warnings, [
        ["item-0", []],
        ["item-1", ["the plugin page gave nothing: Blocked: so it is"]],
        ["item-2", ["the plugin page gave nothing: Moved: so it is"]],
        ["item-3", ["the plugin page gave nothing: Unsupported: so it is"]],
        ["item-4", ["the plugin page gave nothing: NotFound: so it is"]]
      ])
    }).pipe(withSource(causes), Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("is what a retry can aim at; a phase leaves alone what asking again cannot mend", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* jobWith(true)
      yield* laterRun(store, job, { rows: input })
      const taken = (given: Partial<RetryChoice>) =>
        Effect.gen(function*() {
          const items = yield* itemsFromRows(input)
          const { byCause } = yield* foreseeRetry(items, choice(given), 3, wholeInput)
          return byCause.filter(({ taken }) => taken > 0).map(({ cause }) => cause).sort()
        }).pipe(Effect.provide([DataDirectory.layer(data.root), MemoryDisk.layer(store)]))
      assert.deepStrictEqual(yield* taken({ causes: ["Blocked"] }), ["ThinEvidence/Blocked"])
      assert.deepStrictEqual(yield* taken({ causes: ["Unsupported"] }), [
        "ThinEvidence/Unsupported"
      ])
      assert.deepStrictEqual(yield* taken({ causes: ["NotFound"] }), [
        "NotFound/Moved",
        "NotFound/NotFound"
      ])
      assert.deepStrictEqual(yield* taken({ causes: ["NotFound/NotFound"] }), ["NotFound/NotFound"])
      assert.deepStrictEqual(yield* taken({ causes: ["ThinEvidence/Refused"] }), [])
      assert.deepStrictEqual(yield* taken({ phases: ["C"] }), ["ThinEvidence/Blocked"])
      assert.deepStrictEqual(yield* taken({ phases: ["D"] }), [
        "NotFound/Moved",
        "NotFound/NotFound"
      ])
      // The wall is gone, and so is the other entity.
      const report = yield* laterRun(store, job, {
        rows: input,
        plan: { _tag: "Retry", choice: choice({ causes: ["Moved", "Blocked"] }) }
      }).pipe(withSource([]))
      assert.deepInclude(report, { accepted: 3, rejected: 2, callsNow: 2 })
    }).pipe(withSource(causes), Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })
})
