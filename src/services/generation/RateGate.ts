// Where calls wait for their model: first come, first served within a model, and no model waits for another.
//
// A call that nothing holds back passes without a queue, a timer or a fiber. One timer serves all models, and it runs
// only while a call waits for a time that is known.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberHandle from "effect/FiberHandle"
import * as FiberSet from "effect/FiberSet"
import type { Scope } from "effect/Scope"
import type { Admission } from "./Admission.ts"
import type { Completion, LlmReason, LlmRequest } from "./Llm.ts"
import { ModelLimits } from "./limits/ModelLimits.ts"
import type { KnownLimits, ModelHealth, Turn } from "./limits/ModelLimits.ts"
import type { ServerLimits } from "./ServerLimits.ts"

export interface RateGateSettings {
  /** Calls of one model in flight, at most. */
  readonly inFlightMax: number
  /** What the user knows of the models' limits; a model that is not named has none until the server tells. */
  readonly known: ReadonlyMap<string, KnownLimits>
}

/** Everything but `enter` is told at once and never waits; a turn ends once, whatever is said of it later. */
export interface RateGate {
  /**
   * Waits until the request may be sent, and takes its turn; undefined where nothing may be sent any more.
   * `inputTokens` is an estimate. Its wait can be interrupted even where the caller cannot: call it inside the
   * uninterruptible region that ends the turn.
   */
  readonly enter: (
    request: LlmRequest,
    inputTokens: number,
    admission: Admission | undefined
  ) => Effect.Effect<Turn | undefined>
  readonly read: (turn: Turn, said: ServerLimits) => void
  readonly answered: (turn: Turn, completion: Completion, request: LlmRequest) => void
  readonly failed: (turn: Turn, reason: LlmReason) => void
  readonly abandoned: (turn: Turn, wasSent: boolean) => void
  /** Whoever waits for the model gets no turn. */
  readonly dismiss: (model: string) => void
  readonly health: (model: string) => ModelHealth
}

interface Waiter {
  readonly inputTokens: number
  readonly outputTokensMax: number
  readonly admission: Admission | undefined
  readonly resume: (turn: Turn | undefined) => void
}

interface Queue {
  readonly limits: ModelLimits
  waiters: Array<Waiter>
  /** When the first of them may go; infinite while that is not known. */
  dueAtMs: number
}

export const makeRateGate = Effect.fnUntraced(function*(
  { inFlightMax, known }: RateGateSettings
): Effect.fn.Return<RateGate, never, Scope> {
  const clock = yield* Clock.Clock
  const runTimer = yield* FiberHandle.makeRuntime<never>()
  const runWatch = yield* FiberSet.makeRuntime<never>()
  const watched = new WeakSet<Admission["closed"]>()
  const queues = new Map<string, Queue>()
  let timerAtMs = Number.POSITIVE_INFINITY
  const now = () => clock.currentTimeMillisUnsafe()

  const queueOf = (model: string): Queue => {
    let queue = queues.get(model)
    if (queue === undefined) {
      const own = known.get(model) ?? { requestsPerMinute: null, tokensPerMinute: null }
      queue = {
        limits: new ModelLimits(model, inFlightMax, own, now()),
        waiters: [],
        dueAtMs: Number.POSITIVE_INFINITY
      }
      queues.set(model, queue)
    }
    return queue
  }

  /** Lets go whoever may go now. */
  const advance = (queue: Queue): void => {
    for (;;) {
      const [first] = queue.waiters
      queue.dueAtMs = Number.POSITIVE_INFINITY
      if (first === undefined) return
      const nowMs = now()
      const { inputTokens, outputTokensMax, resume } = first
      const readyInMs = queue.limits.readyInMs(nowMs, inputTokens, outputTokensMax)
      if (readyInMs > 0) {
        // Whole milliseconds are what a clock can wait for.
        queue.dueAtMs = nowMs + Math.ceil(readyInMs)
        return schedule(queue.dueAtMs)
      }
      queue.waiters.shift()
      resume(queue.limits.begin(nowMs, inputTokens, outputTokensMax))
    }
  }

  const schedule = (dueAtMs: number): void => {
    if (dueAtMs >= timerAtMs) return
    timerAtMs = dueAtMs
    runTimer(Effect.andThen(Effect.sleep(Math.max(0, dueAtMs - now())), Effect.sync(ring)))
  }

  const ring = (): void => {
    timerAtMs = Number.POSITIVE_INFINITY
    for (const queue of queues.values()) {
      if (queue.dueAtMs <= now()) advance(queue)
      else if (queue.dueAtMs < Number.POSITIVE_INFINITY) schedule(queue.dueAtMs)
    }
  }

  /** All that wait under an admission leave when it is closed: one fiber for them all. */
  const watch = (admission: Admission): void => {
    const { closed } = admission
    if (watched.has(closed)) return
    watched.add(closed)
    runWatch(Effect.andThen(
      closed,
      Effect.sync(() => {
        for (const queue of queues.values()) {
          const leaving = queue.waiters.filter((waiter) => waiter.admission?.closed === closed)
          queue.waiters = queue.waiters.filter((waiter) => waiter.admission?.closed !== closed)
          for (const { resume } of leaving) resume(undefined)
          advance(queue)
        }
      })
    ))
  }

  const wait = (queue: Queue, request: Omit<Waiter, "resume">): Effect.Effect<Turn | undefined> =>
    Effect.suspend(() => {
      let given: Turn | undefined
      let waiter: Waiter | undefined
      const waiting = Effect.callback<Turn | undefined>((resume) => {
        // It may have been closed on the way here, and whoever watches for it has done so.
        if (request.admission?.isClosed()) return resume(Effect.undefined)
        waiter = {
          ...request,
          resume: (turn) => {
            given = turn
            resume(Effect.succeed(turn))
          }
        }
        queue.waiters.push(waiter)
        if (request.admission !== undefined) watch(request.admission)
        if (queue.waiters.length === 1) advance(queue)
      })
      const aside = request.admission?.aside?.(waiting) ?? waiting
      // Whoever is interrupted leaves the queue, or gives back the turn that came in the same moment.
      return Effect.onExit(
        Effect.interruptible(aside),
        (exit) =>
          Exit.isSuccess(exit) ? Effect.void : Effect.sync(() => {
            if (given !== undefined) queue.limits.abandoned(given, false)
            else queue.waiters = queue.waiters.filter((other) => other !== waiter)
            advance(queue)
          })
      )
    })

  const enter: RateGate["enter"] = (request, inputTokens, admission) =>
    Effect.uninterruptible(Effect.suspend(() => {
      if (admission?.isClosed()) return Effect.undefined
      const queue = queueOf(request.model)
      const { outputTokensMax } = request
      const nowMs = now()
      return queue.waiters.length === 0 &&
          queue.limits.readyInMs(nowMs, inputTokens, outputTokensMax) === 0
        ? Effect.succeed(queue.limits.begin(nowMs, inputTokens, outputTokensMax))
        : wait(queue, { inputTokens, outputTokensMax, admission })
    }))

  /** What is learned may let the next ones go, or hold them back for another time. */
  const learn = (turn: Turn, of: (limits: ModelLimits, nowMs: number) => void): void => {
    const queue = queueOf(turn.model)
    of(queue.limits, now())
    if (queue.waiters.length > 0) advance(queue)
  }

  return {
    enter,
    // The call's end follows at once, and with it the next ones are let go.
    read: (turn, said) => queueOf(turn.model).limits.read(now(), turn, said),
    answered: (turn, { usage }, { outputTokensMax }) =>
      learn(turn, (limits, nowMs) => {
        const tokens = usage === null
          ? undefined
          : { input: usage.inputTokens, output: usage.outputTokens }
        limits.answered(nowMs, turn, tokens, outputTokensMax)
      }),
    failed: (turn, reason) => learn(turn, (limits, nowMs) => limits.failed(nowMs, turn, reason)),
    abandoned: (turn, wasSent) => {
      if (!turn.isOver) learn(turn, (limits) => limits.abandoned(turn, wasSent))
    },
    dismiss: (model) => {
      const queue = queueOf(model)
      const leaving = queue.waiters
      queue.waiters = []
      queue.dueAtMs = Number.POSITIVE_INFINITY
      for (const { resume } of leaving) resume(undefined)
    },
    health: (model) => queueOf(model).limits.health(now())
  }
})
