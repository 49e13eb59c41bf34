// What one call of a rung came to.
import * as Effect from "effect/Effect"
import type { Generated } from "../../services/generation/Generated.ts"

/**
 * An answer; or `Again`: the next call may succeed. `Ended`: the item has its end, or will have it without another call.
 * `NoWider`: the wider limit that was asked for is not to be had, since it does not fit the item's budget or the server
 * refuses it.
 */
export type Called = Generated | "Again" | "Ended" | "NoWider"

export const ended = <E>(ending: Effect.Effect<void, E>): Effect.Effect<Called, E> =>
  Effect.as(ending, "Ended")
