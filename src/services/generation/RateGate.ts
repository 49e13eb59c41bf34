// Holds back every call to a model that asked to be left alone for a while.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { LlmReason } from "./Llm.ts"

export interface RateGate {
  /** Returns once the model may be called. */
  readonly wait: (model: string) => Effect.Effect<void>
  /** Notes how a call failed; a rate limit that names a time closes the gate until then. */
  readonly failed: (model: string, reason: LlmReason) => Effect.Effect<void>
}

export const makeRateGate: Effect.Effect<RateGate> = Effect.sync(() => {
  const openAtMs = new Map<string, number>()
  return {
    wait: (model) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const at = openAtMs.get(model) ?? 0
        return at > now ? Effect.sleep(at - now) : Effect.void
      }),
    failed: (model, reason) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        if (reason._tag !== "RateLimited" || reason.retryAfterMs === null) return
        openAtMs.set(model, Math.max(openAtMs.get(model) ?? 0, now + reason.retryAfterMs))
      })
  }
})
