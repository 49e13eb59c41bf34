// A scheduler that interrupts a run at its k-th step, and hears of every fiber of the run that begins and ends.
//
// A step is a place where something else may happen before the fiber goes on. `resumptions` are the await points: a
// fiber of the run begins, or goes on after it waited for a timer, a disk, a lock or another fiber. `operations` are
// finer: every operation of every fiber, since a scheduler may take a fiber off anywhere once its turn is over.
//
// At the step the fiber is made to wait, and the run is interrupted from outside, as by a signal, before it goes on.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as Scheduler from "effect/Scheduler"

export type Steps = "resumptions" | "operations"

export class InterruptingScheduler extends Scheduler.MixedScheduler {
  readonly #kind: Steps
  readonly #at: number
  #root: Fiber.Fiber<unknown, unknown> | undefined
  #steps = 0
  #living = 0
  #hasInterrupted = false

  /** Interrupts at step `at`, counted from 1; `Infinity` only counts. */
  constructor(kind: Steps, at: number) {
    super()
    this.#kind = kind
    this.#at = at
  }

  /** Steps so far, until the interruption. */
  get steps(): number {
    return this.#steps
  }

  get hasInterrupted(): boolean {
    return this.#hasInterrupted
  }

  /** Fibers forked inside the run that have not ended. */
  get living(): number {
    return this.#living
  }

  override shouldYield(fiber: Fiber.Fiber<unknown, unknown>): boolean {
    if (this.#root === undefined || this.#hasInterrupted || !this.#isStep(fiber)) {
      return super.shouldYield(fiber)
    }
    this.#steps++
    if (this.#steps < this.#at) return super.shouldYield(fiber)
    this.#hasInterrupted = true
    const root = this.#root
    // Before the fiber that yields here goes on: a microtask comes before every turn of a dispatcher.
    queueMicrotask(() => root.interruptUnsafe())
    return true
  }

  /** Starts the run on a fiber of its own; the first step is its first operation. */
  run<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Fiber.Fiber<A, E>, never, R> {
    const fibers: Metric.FiberRuntimeMetricsService = {
      recordFiberStart: () => void this.#living++,
      recordFiberEnd: () => void this.#living--
    }
    const own = Context.make(Scheduler.Scheduler, this).pipe(
      Context.add(Metric.FiberRuntimeMetrics, fibers)
    )
    return Effect.map(Effect.forkDetach(Effect.provideContext(effect, own)), (root) => {
      this.#root = root
      return root
    })
  }

  /** The first operation of a run loop is where a fiber that waited goes on. */
  #isStep(fiber: Fiber.Fiber<unknown, unknown>): boolean {
    return this.#kind === "operations" || fiber.currentOpCount === 1
  }
}
