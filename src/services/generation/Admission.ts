// Whether calls may begin: what a run closes once it has a reason to spend nothing more.
import type * as Effect from "effect/Effect"

export interface Admission {
  readonly isClosed: () => boolean
  /** Completes when it is closed. */
  readonly closed: Effect.Effect<void>
  /** Runs a wait of unknown length so that it takes no work's place meanwhile. Default: as it is. */
  readonly aside?: <A>(wait: Effect.Effect<A>) => Effect.Effect<A>
}
