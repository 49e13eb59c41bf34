// Asked to stop at any event, with grace and without: what is in flight is kept or listed as at risk, never lost.
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import type { Script } from "../../../src/layers/ScriptedLlm.ts"
import { exitCodeOf } from "../../../src/programs/generate/exitCode.ts"
import type { RunEvent, StopReason } from "../../../src/programs/generate/RunEvent.ts"
import { Overloaded, RateLimited } from "../../../src/services/generation/Llm.ts"
import { assertResumes, cutRun, script } from "../../support/cutRun.ts"
import { goodAnswer, rows, run } from "../../support/pipeline.ts"
import { makeJob } from "../../support/smallJob.ts"

const signal: StopReason = { _tag: "Signal", signal: "SIGINT" }

describe("generate: a gentle stop", () => {
  for (const graceMs of [0, 30_000]) {
    it.effect(`asked for at every event, with ${graceMs} ms of grace`, () =>
      Effect.gen(function*() {
        const job = yield* makeJob({ concurrency: 2, consolidateEvery: 2 })
        for (let k = 0, whole = false; !whole; k++) {
          const store = Store.make()
          yield* Effect.gen(function*() {
            const asked = yield* Deferred.make<StopReason>()
            const events: Array<RunEvent> = []
            const { report } = yield* cutRun(store, job, `event ${k}`, {
              graceMs,
              stopRequested: Deferred.await(asked),
              onEvent: (event) =>
                events.push(event) === k + 1
                  ? Deferred.succeed(asked, signal).pipe(Effect.asVoid)
                  : undefined
            })
            whole = events.length <= k
            assert.isDefined(report, `event ${k}`)
            const told = events.map(({ event }) => event)
            assert.strictEqual(told.at(-1), "finished", `event ${k}`)
            if (report?.stop !== null) {
              assert.deepStrictEqual(report?.stop, signal)
              assert.strictEqual(exitCodeOf(report), 3)
              assert.strictEqual(
                told.filter((event) => event === "stopping").length,
                1,
                `event ${k}`
              )
            }
            yield* assertResumes(store, job, `event ${k}`)
          }).pipe(Effect.provide(script))
        }
      }))
  }

  it.effect("asked for before it begins: no item is begun", () =>
    Effect.gen(function*() {
      const report = yield* run(Store.make(), yield* makeJob(), {
        stopRequested: Effect.succeed(signal)
      })
      assert.deepInclude(report, { pending: 5, deferredNow: 0, callsNow: 0 })
      assert.deepStrictEqual(report.stop, signal)
    }).pipe(Effect.provide(script)))

  /** A run that has two calls in flight, which no one answers yet, and has said that it stops. */
  const stoppingWithTwoCalls = Effect.fnUntraced(function*(store: Store.MemoryStore) {
    const llm = yield* ScriptedLlm
    const asked = yield* Deferred.make<StopReason>()
    const stopping = yield* Deferred.make<void>()
    yield* llm.hold
    const running = yield* Effect.forkChild(run(store, yield* makeJob({ concurrency: 2 }), {
      stopRequested: Deferred.await(asked),
      onEvent: (event) =>
        event.event === "stopping"
          ? Effect.asVoid(Deferred.succeed(stopping, undefined))
          : undefined
    }))
    yield* llm.waitForCalls(2)
    yield* Deferred.succeed(asked, signal)
    yield* Deferred.await(stopping)
    return { llm, running }
  })

  it.effect("within the grace calls in flight are answered and kept; nothing new begins", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const { llm, running } = yield* stoppingWithTwoCalls(store)
      yield* TestClock.adjust(29_999)
      yield* llm.release
      const report = yield* Fiber.join(running)
      assert.deepInclude(report, { accepted: 2, pending: 3, callsNow: 2, atRisk: [] })
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("after the grace calls in flight are cut and listed as at risk", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const { llm, running } = yield* stoppingWithTwoCalls(store)
      yield* TestClock.adjust(30_000)
      const report = yield* Fiber.join(running)
      assert.strictEqual(yield* llm.interrupted, 2)
      assert.deepInclude(report, { accepted: 0, pending: 5, callsNow: 2, deferredNow: 2 })
      assert.deepStrictEqual(report.atRisk.map(({ slug }) => slug), ["item-0", "item-1"])
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  const waits: ReadonlyArray<
    [string, Parameters<typeof makeJob>[0], Script, (event: RunEvent) => boolean, number]
  > = [
    [
      "in a retry's wait",
      {},
      () => new Overloaded({ status: 503, retryAfterMs: 900_000, detail: "busy" }),
      ({ event }) => event === "retrying",
      1
    ],
    [
      "behind a closed rate gate",
      { concurrency: 1 },
      () => new RateLimited({ retryAfterMs: 900_000, detail: "slow" }),
      ({ event }) => event === "retrying",
      1
    ]
  ]
  for (const [where, settings, answer, when, calls] of waits) {
    it.effect(`a stop ends an item's wait ${where} at once`, () =>
      Effect.gen(function*() {
        const asked = yield* Deferred.make<StopReason>()
        const report = yield* run(Store.make(), yield* makeJob(settings), {
          rows: rows(1),
          stopRequested: Deferred.await(asked),
          onEvent: (event) =>
            when(event) ? Effect.asVoid(Deferred.succeed(asked, signal)) : undefined
        })
        assert.deepInclude(report, { pending: 1, deferredNow: 1, callsNow: calls })
      }).pipe(Effect.provide(ScriptedLlm.layer(answer))))
  }

  it.effect("items that wait for money make no call once the run stops", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const llm = yield* ScriptedLlm
      const asked = yield* Deferred.make<StopReason>()
      const stopping = yield* Deferred.make<void>()
      yield* llm.hold
      // Money for one call at a time.
      const job = yield* makeJob({ concurrency: 5, budget: { runUsd: 0.0009 } })
      const running = yield* Effect.forkChild(run(store, job, {
        stopRequested: Deferred.await(asked),
        onEvent: (event) =>
          event.event === "stopping"
            ? Effect.asVoid(Deferred.succeed(stopping, undefined))
            : undefined
      }))
      yield* llm.waitForCalls(1)
      yield* Deferred.succeed(asked, signal)
      yield* Deferred.await(stopping)
      yield* llm.release
      const report = yield* Fiber.join(running)
      assert.deepInclude(report, { accepted: 1, pending: 4, callsNow: 1, deferredNow: 4 })
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("an input that fails while it is read stops the run and keeps what is in flight", () =>
    Effect.gen(function*() {
      const llm = yield* ScriptedLlm
      yield* llm.hold
      const running = yield* Effect.forkChild(
        run(Store.make(), yield* makeJob({ concurrency: 4 }), { inputFailsAfter: 3 })
      )
      yield* llm.waitForCalls(3)
      yield* llm.release
      const report = yield* Fiber.join(running)
      assert.strictEqual(report.stop?._tag, "Input")
      assert.deepInclude(report, { accepted: 3, pending: 2, atRisk: [] })
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer))))
})
