// When to write what is queued, and when to tell whom: many callers, one commit at a time.
//
// There is no writer in the background. Whoever queues a line while nothing is being written starts the writing, on a
// fiber of its own that no caller's end can stop; what is queued meanwhile is the next batch; when nothing is left, it
// ends. A first line waits for one turn of the scheduler, so that callers who come together are one batch.
//
// Whoever is told often has its next line ready at once, and making that line is work for this thread while the disk
// has none. With a thousand callers and a fast disk, telling takes longer than committing. Then only half of a batch is
// told before the next commit begins, the other half while it runs: two groups that take turns, and never on a disk
// whose syncs are the slower part, where that would double them.
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type { DiskError } from "./Disk.ts"
import { LineBatch } from "./LineBatch.ts"
import type { LineText } from "./LineCodec.ts"

/** Told once, with the outcome of the commit that the line was in. */
export type Waiter<E> = (outcome: Effect.Effect<void, E>) => void

export interface GroupCommit<E> {
  /** Answers the line's bytes; one of more than `maxLineBytes` is not taken, and nobody is told of it. */
  readonly submit: (text: LineText, waiter: Waiter<E> | undefined) => number
  /** Waits until nothing is queued and everyone was told. */
  readonly idle: Effect.Effect<void>
}

export interface GroupCommitOptions<E> {
  readonly maxBatchBytes: number
  readonly maxLineBytes: number
  readonly commit: (batch: Uint8Array) => Effect.Effect<void, DiskError>
  /** Called for a failed commit: what its lines fail with, and what all that are queued behind them fail with. */
  readonly failed: (
    exit: Exit.Failure<void, DiskError>
  ) => { readonly batch: E; readonly queued: E }
}

/** Two groups pay for a sync more each turn: telling must take so many times as long as a commit before that is won. */
const worthSplitting = 1.5
/** How much of a measured duration the next one replaces: one slow sync is not a slow disk. */
const weight = 0.25
const smooth = (before: number, measured: number): number => before + weight * (measured - before)

class Committer<E> implements GroupCommit<E> {
  readonly #options: GroupCommitOptions<E>
  readonly #services: Context.Context<never>
  readonly #clock: Clock.Clock
  readonly #queue: LineBatch<Waiter<E>>
  #writing = false
  #whenIdle: (() => void) | undefined
  /** Those of the last batch who were not told yet that it is durable. */
  #untold: ReadonlyArray<Waiter<E>> = []
  #commitMs = Number.POSITIVE_INFINITY
  #tellMsEach = 0

  constructor(options: GroupCommitOptions<E>, services: Context.Context<never>) {
    this.#options = options
    this.#services = services
    this.#clock = Context.get(services, Clock.Clock)
    this.#queue = new LineBatch(options)
  }

  readonly submit = (text: LineText, waiter: Waiter<E> | undefined): number => {
    const bytes = this.#queue.add(text, waiter)
    if (!this.#writing) {
      this.#writing = true
      this.#fork(this.#writeQueued)
    }
    return bytes
  }

  readonly idle: Effect.Effect<void> = Effect.callback((resume) => {
    if (!this.#writing) return resume(Effect.void)
    this.#whenIdle = () => resume(Effect.void)
  })

  readonly #writeQueued: Effect.Effect<void> = Effect.gen({ self: this }, function*() {
    yield* Effect.yieldNow
    while (!this.#queue.isEmpty || this.#untold.length > 0) {
      if (this.#queue.isEmpty) this.#tellOf(this.#untold.length)
      else yield* this.#commitNext()
    }
    this.#writing = false
    this.#whenIdle?.()
  })

  #commitNext(): Effect.Effect<void> {
    const { bytes, waiters } = this.#queue.take()
    const startMs = this.#nowMs()
    return Effect.map(this.#tellDuring(this.#options.commit(bytes)), (exit) => {
      if (Exit.isFailure(exit)) return this.#fail(waiters, exit)
      const tookMs = this.#nowMs() - startMs
      this.#commitMs = Number.isFinite(this.#commitMs) ? smooth(this.#commitMs, tookMs) : tookMs
      this.#untold = waiters
      this.#tellOf(this.#toldBeforeNext())
    })
  }

  #tellDuring(commit: Effect.Effect<void, DiskError>): Effect.Effect<Exit.Exit<void, DiskError>> {
    if (this.#untold.length === 0) return Effect.exit(commit)
    const fiber = this.#fork(commit)
    this.#tellOf(this.#untold.length)
    return Fiber.await(fiber)
  }

  /** How many of the last batch to tell before the next commit begins. */
  #toldBeforeNext(): number {
    const tellMs = this.#tellMsEach * (this.#untold.length + this.#queue.count)
    if (tellMs <= worthSplitting * this.#commitMs) return this.#untold.length
    return this.#queue.isEmpty ? Math.ceil(this.#untold.length / 2) : 0
  }

  #tellOf(count: number): void {
    if (count === 0) return
    const told = this.#untold.slice(0, count)
    this.#untold = this.#untold.slice(count)
    const startMs = this.#nowMs()
    for (const resume of told) resume(Effect.void)
    this.#tellMsEach = smooth(this.#tellMsEach, (this.#nowMs() - startMs) / count)
  }

  #fail(waiters: ReadonlyArray<Waiter<E>>, exit: Exit.Failure<void, DiskError>): void {
    const { batch, queued } = this.#options.failed(exit)
    for (const resume of waiters) resume(Effect.fail(batch))
    for (const resume of this.#queue.drain()) resume(Effect.fail(queued))
  }

  /** On a fiber of nobody's, so with what the log was opened with: its loggers, its clock. */
  #fork<A, E1>(effect: Effect.Effect<A, E1>): Fiber.Fiber<A, E1> {
    return Effect.runForkWith(this.#services)(effect, { uninterruptible: true })
  }

  #nowMs(): number {
    return Number(this.#clock.monotonicTimeNanosUnsafe()) / 1e6
  }
}

export const makeGroupCommit = <E>(options: GroupCommitOptions<E>): Effect.Effect<GroupCommit<E>> =>
  Effect.contextWith((services) => Effect.succeed(new Committer(options, services)))
