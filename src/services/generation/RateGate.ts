// Holds back every call to a model that asked to be left alone for a while.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { askedMsOf } from "./FailureClass.ts"
import type { Admission } from "./Generation.ts"
import type { LlmReason } from "./Llm.ts"

export interface RateGate {
  /** Returns once the model may be called, or nothing may be any more. */
  readonly wait: (model: string, admission: Admission | undefined) => Effect.Effect<void>
  /** Notes how a call failed; a rate limit that names a time closes the gate until then. */
  readonly failed: (model: string, reason: LlmReason) => Effect.Effect<void>
}

export const makeRateGate: Effect.Effect<RateGate> = Effect.sync(() => {
  const openAtMs = new Map<string, number>()
  const wait: RateGate["wait"] = (model, admission) =>
    Effect.gen(function*() {
      // Again and again: a call that was still on its way may have closed the gate for longer meanwhile.
      while (!admission?.isClosed()) {
        const leftMs = (openAtMs.get(model) ?? 0) - (yield* Clock.currentTimeMillis)
        if (leftMs <= 0) return
        yield* admission === undefined
          ? Effect.sleep(leftMs)
          : Effect.raceFirst(Effect.sleep(leftMs), admission.closed)
      }
    })
  return {
    wait: (model, admission) =>
      Effect.suspend(() => openAtMs.has(model) ? wait(model, admission) : Effect.void),
    failed: (model, reason) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        if (reason._tag !== "RateLimited" || reason.retryAfterMs === null) return
        openAtMs.set(model, Math.max(openAtMs.get(model) ?? 0, now + askedMsOf(reason)))
      })
  }
})
