// A world that stands still: whoever works in it makes the same names every time.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

const nowMs = Date.UTC(2026, 0, 2)

const stopped = (clock: Clock.Clock): Clock.Clock =>
  Object.assign(Object.create(clock) as Clock.Clock, {
    currentTimeMillisUnsafe: () => nowMs,
    currentTimeMillis: Effect.succeed(nowMs),
    currentTimeNanosUnsafe: () => BigInt(nowMs) * 1_000_000n,
    currentTimeNanos: Effect.succeed(BigInt(nowMs) * 1_000_000n)
  })

/** Two worlds of different seeds share a moment and no name. */
export const standingStill = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  seed: string
): Effect.Effect<A, E, R> =>
  Clock.clockWith((clock) => Effect.provideService(effect, Clock.Clock, stopped(clock))).pipe(
    Random.withSeed(seed)
  )
