// The one switch of a run: whoever finds a reason to stop sets it, whoever is about to begin something looks at it.
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Admission } from "../../services/generation/Generation.ts"
import type { StopReason } from "./RunEvent.ts"

export interface RunControl extends Admission {
  /** The first reason wins; later ones are ignored. */
  readonly stop: (reason: StopReason) => Effect.Effect<void>
  readonly current: () => StopReason | null
}

/** `onStop` is run once, by whoever stops first, before those who wait hear of it. */
export const makeRunControl = (onStop: (reason: StopReason) => Effect.Effect<void>): RunControl => {
  const first = Deferred.makeUnsafe<void>()
  let current: StopReason | null = null
  return {
    stop: (reason) =>
      Effect.suspend(() => {
        if (current !== null) return Effect.void
        current = reason
        return Effect.ensuring(onStop(reason), Deferred.succeed(first, undefined))
      }),
    current: () => current,
    isClosed: () => current !== null,
    closed: Deferred.await(first)
  }
}
