// One paid call: what is on disk before and after it, and what becomes of the money however it ends.
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Live from "../../../src/layers/Live.ts"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../../src/layers/MemoryStore.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import type { Script } from "../../../src/layers/ScriptedLlm.ts"
import type { EvidenceBundle } from "../../../src/services/evidence/Evidence.ts"
import { Generation } from "../../../src/services/generation/Generation.ts"
import type { GenerationRequest } from "../../../src/services/generation/Generation.ts"
import { Overloaded, TimedOut } from "../../../src/services/generation/Llm.ts"
import { Journal } from "../../../src/services/journal/Journal.ts"
import { Budget } from "../../../src/services/spending/Budget.ts"
import { eventsIn, goodAnswer, journals } from "../../support/pipeline.ts"
import { makeJob } from "../../support/smallJob.ts"

const evidence: EvidenceBundle = {
  sources: [],
  misses: [],
  findings: [],
  hash: "e",
  text: "A fact.",
  outcome: { _tag: "Enough" }
}
const request: GenerationRequest = {
  item: { slug: "item-0", fields: { slug: "item-0" }, file: "rows", line: 1 },
  evidence,
  rung: 0,
  attempt: 1,
  retake: undefined,
  rungSpentNanoUsd: 0
}

/** The service over a store, with money for `budgetNanoUsd`. */
const layerOf = (store: MemoryStore, script: Script, budgetNanoUsd: number | null = null) =>
  Layer.unwrap(Effect.map(makeJob(), (job) =>
    Generation.layer.pipe(
      Layer.provideMerge(
        Layer.mergeAll(
          Journal.layer,
          Budget.layerAlone({
            itemBudgetNanoUsd: null,
            runBudgetNanoUsd: budgetNanoUsd,
            totalBudgetNanoUsd: null
          })
        )
      ),
      Layer.provideMerge(
        Layer.mergeAll(Live.settings(job), MemoryDisk.layer(store), ScriptedLlm.layer(script))
      )
    )))

const generate = (over: Partial<GenerationRequest> = {}) =>
  Effect.flatMap(Generation, (service) => service.generate({ ...request, ...over }))
const money = Effect.flatMap(Budget, ({ state }) => state)

describe("Generation", () => {
  it.effect("the intent is durable before the call, the answer before it is handed on, the money is settled", () => {
    const store = Store.make()
    let synced = ""
    store.failAlways((call) => {
      if (call.operation === "datasync" && journals(store).includes(call.path)) {
        synced = store.get(call.path)?.toString() ?? ""
      }
      return undefined
    })
    return Effect.gen(function*() {
      const generated = yield* generate()
      assert.deepInclude(generated, { rung: 0, attempt: 1, model: "base", evidenceHash: "e" })
      assert.include(synced, `"_tag":"response","id":"${generated.id}"`)
      const { reservedNanoUsd, spentNanoUsd } = yield* money
      assert.strictEqual(reservedNanoUsd, 0)
      assert.strictEqual(spentNanoUsd, generated.costNanoUsd)
      assert.isAtLeast(
        Number(eventsIn(store, "intent")[0]?.["reservedNanoUsd"]),
        generated.costNanoUsd
      )
    }).pipe(Effect.provide(layerOf(store, (wire) => {
      assert.include(synced, `"_tag":"intent"`)
      return goodAnswer(wire)
    })))
  })

  it.effect("no call is made whose answer would not fit on the disk", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      yield* Effect.sync(() => store.setCapacity(64 * 1024))
      store.put("/filler", Buffer.alloc(60 * 1024))
      const error = yield* Effect.flip(generate())
      assert.deepInclude(error, { _tag: "AppendError", reason: "NoSpace", code: "ENOSPC" })
      assert.include(error.message, "No call was made; free space, then start again")
      assert.strictEqual((yield* money).reservedNanoUsd, 0)
      assert.deepStrictEqual(eventsIn(store, "intent"), [])
      assert.strictEqual((yield* (yield* ScriptedLlm).calls).length, 0)
    }).pipe(Effect.provide(layerOf(store, goodAnswer)))
  })

  const lost: ReadonlyArray<[string, Script, number]> = [
    [
      "a failure that was not billed costs nothing",
      () => new Overloaded({ status: 503, retryAfterMs: null, detail: "" }),
      0
    ],
    [
      "a failure that may have been billed counts at its maximum, and is at risk",
      () => new TimedOut({ timeoutMs: 1 }),
      1
    ],
    [
      "so does a gateway that gave up on a model which may write on",
      () => new Overloaded({ status: 504, retryAfterMs: null, detail: "" }),
      1
    ],
    ["a defect of the model's layer too", () => Effect.die(new Error("a bug")), 1]
  ]
  for (const [name, script, atRisk] of lost) {
    it.effect(name, () => {
      const store = Store.make()
      return Effect.gen(function*() {
        assert.isTrue(Exit.isFailure(yield* Effect.exit(generate())))
        const risk = yield* (yield* Generation).atRisk
        assert.lengthOf(risk, atRisk)
        const reserved = atRisk === 0
          ? 0
          : Number(eventsIn(store, "intent")[0]?.["reservedNanoUsd"])
        assert.deepInclude(yield* money, {
          spentNanoUsd: reserved,
          reservedNanoUsd: 0,
          atRiskNanoUsd: reserved
        })
      }).pipe(Effect.provide(layerOf(store, script)))
    })
  }

  it.effect("an interrupted call is at risk, and nothing stays reserved", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const llm = yield* ScriptedLlm
      yield* llm.hold
      const calling = yield* Effect.forkChild(generate())
      yield* llm.waitForCalls(1)
      yield* Fiber.interrupt(calling)
      assert.strictEqual(yield* llm.interrupted, 1)
      assert.strictEqual((yield* money).reservedNanoUsd, 0)
      assert.deepStrictEqual((yield* (yield* Generation).atRisk).map(({ slug }) => slug), [
        "item-0"
      ])
    }).pipe(Effect.provide(layerOf(store, goodAnswer)))
  })

  it.effect("an answer that the journal does not take is at risk", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const error = yield* Effect.flip(generate())
      assert.strictEqual(error._tag, "AppendError")
      assert.lengthOf(yield* (yield* Generation).atRisk, 1)
      assert.strictEqual((yield* money).reservedNanoUsd, 0)
    }).pipe(Effect.provide(layerOf(store, (wire) => {
      store.failNext((call) => call.operation === "append" ? "ENOSPC" : undefined)
      return goodAnswer(wire)
    })))
  })

  it.effect("an intent that the journal does not take means no call", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      store.failNext((call) => call.operation === "append" ? "ENOSPC" : undefined)
      assert.strictEqual((yield* Effect.flip(generate()))._tag, "AppendError")
      assert.lengthOf(yield* (yield* ScriptedLlm).calls, 0)
      assert.deepInclude(yield* money, { spentNanoUsd: 0, reservedNanoUsd: 0 })
    }).pipe(Effect.provide(layerOf(store, goodAnswer)))
  })

  it.effect("a call that waits for money is not made once admission is closed", () => {
    const store = Store.make()
    let isClosed = false
    return Effect.gen(function*() {
      const llm = yield* ScriptedLlm
      const closed = yield* Deferred.make<void>()
      const admission = { isClosed: () => isClosed, closed: Deferred.await(closed) }
      yield* llm.hold
      const first = yield* Effect.forkChild(generate({ admission }))
      yield* llm.waitForCalls(1)
      const second = yield* Effect.forkChild(
        generate({ admission, item: { ...request.item, slug: "item-1" } })
      )
      yield* Effect.yieldNow
      isClosed = true
      yield* llm.release
      yield* Fiber.join(first)
      assert.strictEqual((yield* Effect.flip(Fiber.join(second)))._tag, "Halted")
      assert.lengthOf(yield* llm.calls, 1)
      assert.strictEqual((yield* money).reservedNanoUsd, 0)
    }).pipe(Effect.provide(layerOf(store, goodAnswer, 900_000)))
  })

  it.effect("without a count from the server the worst case is charged", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const { costNanoUsd } = yield* generate()
      assert.strictEqual(costNanoUsd, eventsIn(store, "intent")[0]?.["reservedNanoUsd"])
    }).pipe(Effect.provide(layerOf(store, (wire) => ({ ...goodAnswer(wire), usage: null }))))
  })
})
