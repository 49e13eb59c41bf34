// Evidence only (I11): a probe changes no byte and calls no model, and says what generating would find and cost.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../src/layers/MemoryStore.ts"
import * as Store from "../../src/layers/MemoryStore.ts"
import * as Probe from "../../src/layers/Probe.ts"
import { ScriptedLlm } from "../../src/layers/ScriptedLlm.ts"
import { probe } from "../../src/programs/probe.ts"
import type { ProbedItem } from "../../src/programs/probe.ts"
import { itemsFromRows } from "../../src/services/items/RowItems.ts"
import { wholeInput } from "../../src/services/items/Shard.ts"
import type { Shard } from "../../src/services/items/Shard.ts"
import type { Job } from "../../src/services/job/Job.ts"
import { goodAnswer, rows, run } from "../support/pipeline.ts"
import { makeJob } from "../support/smallJob.ts"

interface Options {
  readonly shard?: Shard
  readonly limit?: number
}

const probeRows = (
  store: MemoryStore,
  job: Job,
  given: Parameters<typeof itemsFromRows>[0],
  { limit, shard = wholeInput }: Options = {}
) =>
  Effect.gen(function*() {
    const source = yield* itemsFromRows(given)
    const items: Array<ProbedItem> = []
    const report = yield* probe({
      source,
      shard,
      limit,
      onItem: (item) => Effect.sync(() => void items.push(item))
    })
    return { report, items }
  }).pipe(Effect.provide(Layer.provideMerge(Probe.layer(job), MemoryDisk.layer(store))))

const snapshot = (store: MemoryStore) =>
  store.files().map((path) => [path, store.get(path)?.toString("hex"), store.stat(path)])

describe("probe", () => {
  it.effect("I11: every byte of the disk is as it was, and no model is called", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob()
      yield* run(store, job, { limit: 2 })
      const before = snapshot(store)
      const calls = yield* (yield* ScriptedLlm).calls
      const { report } = yield* probeRows(store, job, rows(5))
      assert.deepInclude(report, { input: 5, settled: 2, probed: 3, enough: 3 })
      assert.deepStrictEqual(snapshot(store), before)
      assert.lengthOf(yield* (yield* ScriptedLlm).calls, calls.length)
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("on a directory that does not exist it creates nothing", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const { report } = yield* probeRows(store, yield* makeJob(), rows(2))
      assert.strictEqual(report.probed, 2)
      assert.deepStrictEqual(store.files(), [])
      assert.isUndefined(store.stat("/data"))
    })
  })

  it.effect("tells what is thin and why, and counts only what would be generated", () =>
    Effect.gen(function*() {
      const job = yield* makeJob({ evidence: { minChars: 30, fields: ["text"] } })
      const { items, report } = yield* probeRows(Store.make(), job, [
        { slug: "rich", text: "A text with quite enough to write something from it." },
        { slug: "thin", text: "Too short." }
      ])
      assert.deepStrictEqual(report.byOutcome, { Enough: 1, ThinEvidence: 1 })
      assert.deepStrictEqual(items.map(({ slug }) => slug), ["rich", "thin"])
      assert.include(items[1]?.reason, "30")
      assert.deepInclude(items[1], { promptTokens: null, maxNanoUsd: 0 })
      assert.strictEqual(report.promptTokens, items[0]?.promptTokens)
      assert.strictEqual(report.maxNanoUsd, items[0]?.maxNanoUsd)
      // 1 $ per million tokens of prompt, 2 $ per million of the answer's 100.
      assert.strictEqual(report.maxNanoUsd, report.promptTokens * 1000 + 100 * 2000)
    }))

  it.effect("limit and shard choose as they do for a run", () =>
    Effect.gen(function*() {
      const job = yield* makeJob()
      const limited = yield* probeRows(Store.make(), job, rows(9), { limit: 4 })
      assert.strictEqual(limited.report.probed, 4)
      const halves = [1, 2].map((index) =>
        probeRows(Store.make(), job, rows(9), { shard: { index, of: 2 } })
      )
      const probed = (yield* Effect.all(halves)).map(({ report }) => report.probed)
      assert.strictEqual(probed.reduce((sum, count) => sum + count, 0), 9)
    }))

  it.effect("a model without a price is refused", () =>
    Effect.gen(function*() {
      const job = yield* makeJob({ models: { base: { name: "nobody-knows-it" } } })
      const error = yield* Effect.flip(probeRows(Store.make(), job, rows(1)))
      assert.strictEqual(error._tag, "UnknownPrice")
    }))
})
