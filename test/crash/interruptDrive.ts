// A program under a scheduler that may interrupt it, and what must hold of any program after that: nothing of it is left.
import { assert } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import type { MemoryStore } from "../../src/layers/MemoryStore.ts"
import { digest } from "../../src/services/Digest.ts"
import { assertNothingHeld } from "../support/assertNothingHeld.ts"
import type { InterruptingScheduler, Steps } from "../support/InterruptingScheduler.ts"
import { assertNoTemps } from "../support/pipeline.ts"

const turns = (count: number): Effect.Effect<void> =>
  Effect.repeat(Effect.yieldNow, { times: count - 1 })

/** Enough for any fiber that can go on without the clock to have done so. */
const turnsOfRest = 4
export const rest = turns(turnsOfRest)
const clockStepsMax = 200

/** Lets the program work; only when it rests does time go on. */
const driveToEnd = <A, E>(fiber: Fiber.Fiber<A, E>, activity: () => number) =>
  Effect.gen(function*() {
    for (let steps = 0; steps < clockStepsMax;) {
      const exit = fiber.pollUnsafe()
      if (exit !== undefined) return exit
      const before = activity()
      yield* rest
      if (activity() !== before) continue
      steps++
      yield* TestClock.adjust("2 seconds")
    }
    return assert.fail("the program does not end")
  })

/** Where a program is interrupted. */
export interface Interruption {
  readonly kind: Steps
  /** From 1 on. */
  readonly at: number
  /** Whether nothing else has left this behind; what has been seen to go on well need not go on again. */
  readonly isNew: (left: string) => boolean
}

/** Equal for disks with the same files in them: a later run goes on alike from both. */
export const contentOf = (store: MemoryStore): string =>
  digest(store.files().map((file) => `${file} ${digest(store.get(file) ?? "")}`).join("\n"))

export interface Watched {
  /** Goes up with everything that the program does besides its steps and its calls on the disk. */
  readonly activity: () => number
  /** Done right after its end. */
  readonly atEnd?: Effect.Effect<unknown>
}

/**
 * Runs the program to its end, and checks that it left no fiber, nothing that goes on, no temp and no lock. Fails with
 * the program where that failed and was not interrupted.
 */
export const drive = Effect.fnUntraced(function*<A, E, R>(
  store: MemoryStore,
  program: Effect.Effect<A, E, R>,
  scheduler: InterruptingScheduler,
  { activity: others, atEnd = Effect.void }: Watched,
  what: string
): Effect.fn.Return<Exit.Exit<A, E>, never, R> {
  const activity = () => scheduler.steps + store.calls + others()
  const fiber = yield* scheduler.run(program)
  const exit = yield* driveToEnd(fiber, activity)
  yield* atEnd
  if (Exit.isFailure(exit) && !(scheduler.hasInterrupted && Cause.hasInterruptsOnly(exit.cause))) {
    return yield* Effect.failCause(exit.cause as Cause.Cause<never>)
  }
  assert.strictEqual(scheduler.living, 0, `${what}: a fiber is alive after its scope`)
  const quiet = activity()
  yield* rest
  yield* TestClock.adjust("1 hour")
  yield* rest
  assert.strictEqual(activity(), quiet, `${what}: something goes on after the end`)
  assertNoTemps(store, what)
  yield* assertNothingHeld(store, what)
  return exit
})
