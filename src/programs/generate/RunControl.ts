// The one switch of a run: whoever finds a reason to stop sets it, admission looks at it.
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { StopReason } from "./RunEvent.ts"

export interface RunControl {
  /** The first reason wins; later ones are ignored. */
  readonly stop: (reason: StopReason) => Effect.Effect<void>
  readonly stopped: Effect.Effect<StopReason>
  readonly current: () => StopReason | null
}

export const makeRunControl: Effect.Effect<RunControl> = Effect.gen(function*() {
  const first = yield* Deferred.make<StopReason>()
  let current: StopReason | null = null
  return {
    stop: (reason) =>
      Effect.suspend(() => {
        current ??= reason
        return Effect.asVoid(Deferred.succeed(first, reason))
      }),
    stopped: Deferred.await(first),
    current: () => current
  }
})
