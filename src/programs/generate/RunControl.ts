// The one switch of a run: whoever finds a reason to stop sets it, whoever is about to begin something looks at it.
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Admission } from "../../services/generation/Admission.ts"
import type { StopReason } from "./RunEvent.ts"

export interface RunControl extends Admission {
  /**
   * The first reason wins; later ones are ignored. A budget that is reached closes nothing, since what is paid for is
   * finished all the same, and gives way to any other reason.
   */
  readonly stop: (reason: StopReason) => Effect.Effect<void>
  readonly current: () => StopReason | null
  /** The run begins nothing that costs money: it is closed, or its budget is reached. */
  readonly isSpent: () => boolean
}

/** `onStop` is run by whoever stops, before those who wait hear of it. */
export const makeRunControl = (onStop: (reason: StopReason) => Effect.Effect<void>): RunControl => {
  const first = Deferred.makeUnsafe<void>()
  let current: StopReason | null = null
  let closed = false
  return {
    stop: (reason) =>
      Effect.suspend(() => {
        if (closed || (reason._tag === "Budget" && current !== null)) return Effect.void
        current = reason
        if (reason._tag === "Budget") return onStop(reason)
        closed = true
        return Effect.ensuring(onStop(reason), Deferred.succeed(first, undefined))
      }),
    current: () => current,
    isSpent: () => current !== null,
    isClosed: () => closed,
    closed: Deferred.await(first)
  }
}
