// Places for items: never more at work than there are, and whoever comes back goes first.
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { makePlaces } from "../../../src/programs/generate/places.ts"

describe("places", () => {
  it.effect("a wait aside lets another in, and comes back before new ones", () =>
    Effect.gen(function*() {
      const places = makePlaces(1, 2)
      const turn = yield* Deferred.make<void>()
      const order: Array<string> = []
      yield* places.enter
      const aside = yield* Effect.forkChild(
        Effect.tap(places.aside(Deferred.await(turn)), () => Effect.sync(() => order.push("back")))
      )
      yield* Effect.yieldNow
      yield* places.enter
      const third = yield* Effect.forkChild(
        Effect.tap(places.enter, () => Effect.sync(() => order.push("third")))
      )
      yield* Effect.yieldNow
      yield* Deferred.succeed(turn, undefined)
      yield* Effect.yieldNow
      assert.deepStrictEqual(order, [])
      places.leave()
      yield* Fiber.join(aside)
      assert.deepStrictEqual(order, ["back"])
      places.leave()
      yield* Fiber.join(third)
    }))

  it.effect("no more enter than may wait aside, and an interrupted wait leaves no place behind", () =>
    Effect.gen(function*() {
      const places = makePlaces(1, 2)
      const forever = () =>
        Effect.ensuring(
          Effect.andThen(places.enter, places.aside(Effect.never)),
          Effect.sync(places.leave)
        )
      const first = yield* Effect.forkChild(forever())
      const second = yield* Effect.forkChild(forever())
      yield* Effect.yieldNow
      const third = yield* Effect.forkChild(places.enter)
      yield* Effect.yieldNow
      assert.isUndefined(third.pollUnsafe())
      yield* Fiber.interrupt(first)
      yield* Fiber.join(third)
      yield* Fiber.interrupt(second)
      places.leave()
      yield* places.enter
    }))
})
