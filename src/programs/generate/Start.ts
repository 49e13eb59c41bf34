// Where the next call for an item is made, once everything that was paid for is judged. Pure.
import type { Rejection } from "../../services/journal/ItemHistory.ts"
import { isMendable, rungAfter } from "./ladder.ts"
import type { Ladder } from "./ladder.ts"
import type { TakeUp } from "./TakeUp.ts"

export type Start =
  /** An answer that was there already passed: the item has its end. */
  | { readonly _tag: "Accepted" }
  /** Nothing of what the stale record was written from has changed after all, or a renewal came to its end before. */
  | { readonly _tag: "Kept"; readonly reason: string }
  /** The base model's first draft. */
  | { readonly _tag: "Fresh" }
  /** On from the draft by the rules of the ladder. */
  | { readonly _tag: "Climb"; readonly rejection: Rejection }
  /** From the draft on this rung, whatever the ladder says. */
  | { readonly _tag: "Redraft"; readonly rejection: Rejection; readonly rung: number }

const fresh: Start = { _tag: "Fresh" }

/** A reject is taken up again: there is no end without another try. */
const again = (ladder: Ladder, rejection: Rejection, isRedraft: boolean): Start => {
  if (!isRedraft && rungAfter(ladder, rejection) !== undefined) return { _tag: "Climb", rejection }
  if (!isMendable(ladder, rejection.cause)) return fresh
  const rung = Math.min(rejection.answer.rung, ladder.rungs.length - 1)
  // The attempts of its rung are used up: this is one more, and counts from there.
  return { _tag: "Redraft", rejection: { ...rejection, draftsOnRung: 0 }, rung }
}

/** `rejection`: the verdict to go on from, if there is one. */
export const startAfter = (
  ladder: Ladder,
  takeUp: TakeUp,
  rejection: Rejection | undefined
): Start => {
  if (rejection === undefined) return fresh
  return takeUp._tag === "Rejected"
    ? again(ladder, rejection, takeUp.way === "redraft")
    : { _tag: "Climb", rejection }
}
