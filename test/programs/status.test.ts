// Status: items by state, money, what is at risk and what waits for a verdict, read without changing anything.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../src/layers/MemoryStore.ts"
import * as Store from "../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../src/layers/ScriptedLlm.ts"
import { status } from "../../src/programs/status.ts"
import { DataDirectory } from "../../src/services/durability/DataDirectory.ts"
import { itemsFromRows } from "../../src/services/items/RowItems.ts"
import { eventsIn, goodAnswer, rows, run } from "../support/pipeline.ts"
import { data, makeJob } from "../support/smallJob.ts"

const statusOf = (store: MemoryStore, count?: number) =>
  Effect.gen(function*() {
    const source = count === undefined ? undefined : yield* itemsFromRows(rows(count))
    return yield* status(source)
  }).pipe(Effect.provide(Layer.merge(DataDirectory.layer(data.root), MemoryDisk.layer(store))))

describe("status", () => {
  it.effect("I9: counts the input by state, and the money of every run", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob()
      yield* run(store, job, { limit: 2 })
      yield* run(store, job, { limit: 1 })
      const before = store.files().map((path) => store.get(path)?.toString())
      const report = yield* statusOf(store, 5)
      assert.deepStrictEqual(report.items, { input: 5, accepted: 3, rejected: 0, pending: 2 })
      assert.deepInclude(report, { unjudged: 0, calls: 3, atRisk: [] })
      assert.strictEqual(
        report.spentNanoUsd,
        eventsIn(store, "response").reduce((sum, event) => sum + Number(event["costNanoUsd"]), 0)
      )
      assert.lengthOf(report.runs, 2)
      assert.deepStrictEqual(
        report.rungs.map(({ accepted, items, model }) => [model, items, accepted]),
        [["base", 3, 3], ["strong", 0, 0]]
      )
      assert.deepStrictEqual(store.files().map((path) => store.get(path)?.toString()), before)
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("lists what is at risk and counts what waits for a verdict", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob({ concurrency: 1 })
      store.failNext((call) =>
        call.operation === "append" && call.path === data.updates ? "EIO" : undefined
      )
      yield* run(store, job, { rows: rows(1) })
      const llm = yield* ScriptedLlm
      yield* llm.hold
      const cut = yield* Effect.forkChild(run(store, job, { rows: rows(2) }))
      yield* llm.waitForCalls(2)
      yield* Fiber.interrupt(cut)
      const report = yield* statusOf(store, 2)
      assert.deepStrictEqual(report.atRisk.map(({ slug }) => slug), ["item-1"])
      assert.deepStrictEqual(report.items, { input: 2, accepted: 1, rejected: 0, pending: 1 })
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("an answer without a verdict is counted", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      store.failNext((call) =>
        call.operation === "append" && call.path === data.updates ? "EIO" : undefined
      )
      yield* run(store, yield* makeJob(), { rows: rows(1) })
      assert.deepInclude(yield* statusOf(store), { items: null, unjudged: 1, calls: 1 })
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("of a directory that does not exist: nothing, and nothing is created", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      assert.deepInclude(yield* statusOf(store), {
        items: null,
        unjudged: 0,
        calls: 0,
        spentNanoUsd: 0,
        runs: []
      })
      assert.deepStrictEqual(store.files(), [])
    })
  })
})
