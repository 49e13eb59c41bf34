// Runs fibers without the event loop, in an order that a seed decides: the same seed, the same run, at full speed.
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as References from "effect/References"
import * as Scheduler from "effect/Scheduler"
import { seededRandom } from "../../../src/layers/CrashChoices.ts"
import { numberOf } from "./numberOf.ts"

const startMs = Date.UTC(2026, 10, 22)

/** Time goes on with every look at it, by steps of any length: what depends on durations goes one way and the other. */
const steppingClock = (random: () => number): Clock.Clock => {
  let nanos = BigInt(startMs) * 1_000_000n
  const step = () => nanos += BigInt(Math.floor(random() ** 3 * 3_000_000))
  const millis = () => Number(step() / 1_000_000n)
  return {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: step,
    currentTimeNanos: Effect.sync(step),
    monotonicTimeNanosUnsafe: step,
    monotonicTimeNanos: Effect.sync(step),
    sleep: () => Effect.never
  }
}

/** Numbers by this name. Nearly no program asks for one, so nothing is made before the first. */
const namedRandom = (name: string): typeof Random.Random.Service => {
  let random: (() => number) | undefined
  const next = () => (random ??= seededRandom(numberOf(name)))()
  return {
    nextDoubleUnsafe: next,
    nextIntUnsafe: () =>
      Number.MIN_SAFE_INTEGER +
      Math.floor(next() * (Number.MAX_SAFE_INTEGER - Number.MIN_SAFE_INTEGER))
  }
}

/** What fibers use that are started with no context of their own. */
const defaultScheduler = Context.get(Context.empty(), Scheduler.Scheduler) as {
  makeDispatcher: () => Scheduler.SchedulerDispatcher
}

export class Drive {
  readonly #random: () => number
  readonly #shuffled: boolean
  readonly #clock: Clock.Clock
  readonly #names: string
  #started = 0
  #tasks: Array<() => void> = []

  /**
   * Seed 0 runs fibers in their own order; any other one takes them as it happens to. `names` decides what processes
   * draw: those that ever share a disk must not draw the same, or they name their temps alike.
   */
  constructor(seed: number, names: string) {
    this.#names = `${seed} ${names}`
    this.#random = seededRandom(seed)
    this.#shuffled = seed !== 0
    this.#clock = steppingClock(this.#random)
  }

  start<A, E>(effect: Effect.Effect<A, E>): Fiber.Fiber<A, E> {
    const dispatcher: Scheduler.SchedulerDispatcher = {
      scheduleTask: (task) => void this.#tasks.push(task),
      flush: () => this.run()
    }
    const makeDispatcher = () => dispatcher
    const scheduler: Scheduler.Scheduler = {
      executionMode: "sync",
      shouldYield: () => false,
      makeDispatcher
    }
    defaultScheduler.makeDispatcher = makeDispatcher
    const driven = effect.pipe(
      Effect.provideService(Random.Random, namedRandom(`${this.#names} ${this.#started++}`)),
      Effect.provideService(Clock.Clock, this.#clock),
      Effect.provideService(References.MinimumLogLevel, "None")
    )
    return Effect.runFork(driven, { scheduler })
  }

  /** Until every fiber has ended or waits for what nobody will give it. */
  run(): void {
    const ownMakeDispatcher = Object.getPrototypeOf(defaultScheduler).makeDispatcher
    while (this.#tasks.length > 0) {
      const at = this.#shuffled ? Math.floor(this.#random() * this.#tasks.length) : 0
      const [task] = this.#tasks.splice(at, 1)
      task?.()
    }
    defaultScheduler.makeDispatcher = ownMakeDispatcher
  }
}
