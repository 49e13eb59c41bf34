// Where an item goes on after a verdict against its draft: once more on the same rung, on the one above, or nowhere.
import type { Job } from "../../services/job/Job.ts"
import type { Rejection } from "../../services/journal/ItemHistory.ts"
import type { RejectCause } from "../../services/master/Reject.ts"

export type Ladder = Pick<Job, "climbOn" | "rungs">

/** Whether another draft can mend it. */
export const isMendable = ({ climbOn }: Ladder, cause: RejectCause): boolean =>
  climbOn.some((mendable) => mendable === cause)

/** How much more room an answer gets that was cut off, and the most that a limit may be. */
const widening = 2
const outputTokensLast = 1_000_000

/**
 * The limit under which the rung writes once more, where the draft was cut off at the rung's own; undefined where there
 * is no more room to give.
 */
export const widerLimit = ({ rungs }: Ladder, { answer, cause }: Rejection): number | undefined => {
  const own = rungs[answer.rung]?.outputTokensMax
  if (cause !== "Truncated" || own === undefined || answer.outputTokensMax > own) return undefined
  const wider = Math.min(outputTokensLast, own * widening)
  return wider > own ? wider : undefined
}

/** The rung of the next draft; undefined where the verdict is the item's end. */
export const rungAfter = (
  ladder: Ladder,
  { answer, cause, draftsOnRung }: Rejection
): number | undefined => {
  if (!isMendable(ladder, cause)) return undefined
  const rung = ladder.rungs[answer.rung]
  // One that was cut off for all its room is cut off again.
  if (rung !== undefined && cause !== "Truncated" && draftsOnRung < rung.attempts) {
    return answer.rung
  }
  return ladder.rungs[answer.rung + 1] === undefined ? undefined : answer.rung + 1
}
