// The gate in front of a model that asked to be left alone.
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { RateLimited, TimedOut } from "../../../src/services/generation/Llm.ts"
import { makeRateGate } from "../../../src/services/generation/RateGate.ts"

const limited = (retryAfterMs: number | null) => new RateLimited({ retryAfterMs, detail: "" })

describe("RateGate", () => {
  it.effect("is open until a rate limit names a time, then closed for that model until then", () =>
    Effect.gen(function*() {
      const gate = yield* makeRateGate
      yield* gate.wait("a", undefined)
      yield* gate.failed("a", limited(null))
      yield* gate.failed("a", new TimedOut({ timeoutMs: 1 }))
      yield* gate.wait("a", undefined)
      yield* gate.failed("a", limited(1000))
      yield* gate.wait("b", undefined)
      const waiting = yield* Effect.forkChild(gate.wait("a", undefined))
      yield* TestClock.adjust(999)
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust(1)
      yield* Fiber.join(waiting)
      yield* gate.wait("a", undefined)
    }))

  it.effect("who waits goes on waiting when it is closed for longer meanwhile; a shorter time opens nothing", () =>
    Effect.gen(function*() {
      const gate = yield* makeRateGate
      yield* gate.failed("a", limited(1000))
      const waiting = yield* Effect.forkChild(gate.wait("a", undefined))
      yield* TestClock.adjust(500)
      yield* gate.failed("a", limited(2000))
      yield* gate.failed("a", limited(1))
      yield* TestClock.adjust(1999)
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust(1)
      yield* Fiber.join(waiting)
    }))

  it.effect("a wait ends once nothing may be called any more", () =>
    Effect.gen(function*() {
      const gate = yield* makeRateGate
      const closed = yield* Deferred.make<void>()
      let isClosed = false
      yield* gate.failed("a", limited(1000))
      const waiting = yield* Effect.forkChild(
        gate.wait("a", { isClosed: () => isClosed, closed: Deferred.await(closed) })
      )
      yield* Effect.yieldNow
      isClosed = true
      yield* Deferred.succeed(closed, undefined)
      yield* Fiber.join(waiting)
    }))
})
