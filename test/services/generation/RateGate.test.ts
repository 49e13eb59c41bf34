// Where calls wait for their model: order, time, independence of models, and what learning does to the line.
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import type { LlmRequest } from "../../../src/services/generation/Llm.ts"
import { Overloaded, RateLimited, TimedOut } from "../../../src/services/generation/Llm.ts"
import { makeRateGate } from "../../../src/services/generation/RateGate.ts"
import type { RateGate } from "../../../src/services/generation/RateGate.ts"
import type { Turn } from "../../../src/services/generation/limits/ModelLimits.ts"

const limited = (retryAfterMs: number | null) => new RateLimited({ retryAfterMs, detail: "" })
const down = new Overloaded({ status: 503, retryAfterMs: null, detail: "" })

const to = (model: string): LlmRequest => ({
  model,
  messages: [],
  schemaName: "s",
  schema: {},
  outputTokensMax: 100,
  temperature: undefined,
  timeoutMs: 1000
})
const answer = {
  model: "",
  text: "",
  finish: "stop",
  refusal: null,
  usage: null,
  body: null
} as const

const make = (inFlightMax = 8, requestsPerMinute: number | null = null) =>
  makeRateGate({
    inFlightMax,
    known: new Map([["a", { requestsPerMinute, tokensPerMinute: null }]])
  })
const enter = (gate: RateGate, model = "a") =>
  Effect.map(gate.enter(to(model), 10, undefined), (turn) => {
    if (turn === undefined) throw new Error("closed")
    return turn
  })
const succeed = (gate: RateGate, turn: Turn) => gate.answered(turn, answer, to(turn.model))

describe("RateGate", () => {
  it.effect("a Retry-After closes the model until then, to the millisecond, and no other", () =>
    Effect.gen(function*() {
      const gate = yield* make()
      gate.failed(yield* enter(gate), limited(1000))
      const b = yield* enter(gate, "b")
      succeed(gate, b)
      assert.deepStrictEqual(gate.health("a").pause, { why: "asked", untilMs: 1000 })
      const waiting = yield* Effect.forkChild(enter(gate))
      yield* TestClock.adjust(999)
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust(1)
      yield* Fiber.join(waiting)
      assert.isUndefined(gate.health("a").pause)
    }))

  it.effect("who waits goes on waiting when it is closed for longer meanwhile; a shorter time opens nothing", () =>
    Effect.gen(function*() {
      const gate = yield* make()
      const [first, second, third] = [yield* enter(gate), yield* enter(gate), yield* enter(gate)]
      gate.failed(first, limited(1000))
      const waiting = yield* Effect.forkChild(enter(gate))
      yield* TestClock.adjust(500)
      gate.failed(second, limited(2000))
      gate.failed(third, limited(1))
      yield* TestClock.adjust(1999)
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust(1)
      yield* Fiber.join(waiting)
    }))

  it.effect("a wait of days is waited", () =>
    Effect.gen(function*() {
      const gate = yield* make()
      gate.failed(yield* enter(gate), limited(40 * 86_400_000))
      const waiting = yield* Effect.forkChild(enter(gate))
      yield* TestClock.adjust("39 days")
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust("1 day")
      yield* Fiber.join(waiting)
    }))

  it.effect("all waits end once nothing may be called any more", () =>
    Effect.gen(function*() {
      const gate = yield* make()
      const closed = yield* Deferred.make<void>()
      const admission = { isClosed: () => false, closed: Deferred.await(closed) }
      gate.failed(yield* enter(gate), limited(1000))
      const waiting = yield* Effect.forEach(
        [1, 2, 3],
        () => Effect.forkChild(gate.enter(to("a"), 1, admission))
      )
      yield* Effect.yieldNow
      yield* Deferred.succeed(closed, undefined)
      for (const fiber of waiting) assert.isUndefined(yield* Fiber.join(fiber))
      const shut = { ...admission, isClosed: () => true }
      assert.isUndefined(yield* gate.enter(to("b"), 1, shut))
    }))

  it.effect("first come, first served, and whoever is interrupted takes nothing along", () =>
    Effect.gen(function*() {
      const gate = yield* make(1)
      const order: Array<number> = []
      const first = yield* enter(gate)
      const fibers = yield* Effect.forEach(
        [0, 1, 2],
        (n) =>
          Effect.forkChild(Effect.tap(enter(gate), () => Effect.sync(() => void order.push(n))))
      )
      yield* Effect.yieldNow
      yield* Fiber.interrupt(fibers[0]!)
      succeed(gate, first)
      succeed(gate, yield* Fiber.join(fibers[1]!))
      succeed(gate, yield* Fiber.join(fibers[2]!))
      assert.deepStrictEqual(order, [1, 2])
      succeed(gate, yield* enter(gate))
    }))

  it.effect("known requests a minute are kept from the first call on", () =>
    Effect.gen(function*() {
      const gate = yield* make(1000, 60)
      let sent = 0
      const fibers = yield* Effect.forEach(
        Array.from({ length: 180 }),
        () =>
          Effect.forkChild(Effect.map(enter(gate), (turn) => {
            sent++
            succeed(gate, turn)
          }))
      )
      yield* TestClock.adjust(0)
      assert.strictEqual(sent, 60)
      yield* TestClock.adjust(60_000)
      assert.strictEqual(sent, 120)
      yield* TestClock.adjust(60_000)
      yield* Fiber.joinAll(fibers)
    }))

  it.effect("after ten failures in a row one probe goes, then longer rests; an answer lets all go on", () =>
    Effect.gen(function*() {
      const gate = yield* make(32)
      for (let n = 0; n < 10; n++) gate.failed(yield* enter(gate), new TimedOut({ timeoutMs: 1 }))
      assert.deepStrictEqual(gate.health("a"), {
        pause: { why: "failing", untilMs: 1000 },
        failingSinceMs: 0,
        failedProbes: 0
      })
      const probe = yield* Effect.forkChild(enter(gate))
      const rest = yield* Effect.forkChild(enter(gate))
      yield* TestClock.adjust(1000)
      gate.failed(yield* Fiber.join(probe), down)
      assert.deepInclude(gate.health("a"), { failedProbes: 1 })
      yield* TestClock.adjust(1999)
      assert.isUndefined(rest.pollUnsafe())
      yield* TestClock.adjust(1)
      const second = yield* Fiber.join(rest)
      const third = yield* Effect.forkChild(enter(gate))
      yield* TestClock.adjust(100_000)
      assert.isUndefined(third.pollUnsafe(), "one probe at a time")
      succeed(gate, second)
      yield* Fiber.join(third)
      assert.isUndefined(gate.health("a").failingSinceMs)
    }))

  it.effect("a probe that was never sent is probed again", () =>
    Effect.gen(function*() {
      const gate = yield* make()
      for (let n = 0; n < 10; n++) gate.failed(yield* enter(gate), down)
      const probe = yield* Effect.forkChild(enter(gate))
      yield* TestClock.adjust(1000)
      gate.abandoned(yield* Fiber.join(probe), false)
      yield* enter(gate)
    }))

  it.effect("concurrency falls with overload, once per round trip, and comes back with answers", () =>
    Effect.gen(function*() {
      const gate = yield* make(10)
      const turns = yield* Effect.forEach(Array.from({ length: 10 }), () => enter(gate))
      gate.failed(turns[0]!, limited(null))
      gate.failed(turns[1]!, limited(null))
      const waiting = yield* Effect.forkChild(enter(gate))
      yield* Effect.yieldNow
      assert.isUndefined(waiting.pollUnsafe(), "8 in flight, 7 allowed")
      succeed(gate, turns[2]!)
      yield* Effect.yieldNow
      assert.isUndefined(waiting.pollUnsafe(), "7 in flight")
      succeed(gate, turns[3]!)
      succeed(gate, yield* Fiber.join(waiting))
      for (const turn of turns.slice(4)) succeed(gate, turn)
      for (let n = 0; n < 100; n++) succeed(gate, yield* enter(gate))
      yield* Effect.forEach(Array.from({ length: 10 }), () => enter(gate))
    }))
})
