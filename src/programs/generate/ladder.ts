// Where an item goes on after a verdict against its draft: once more on the same rung, on the one above, or nowhere.
import type { Rung } from "../../services/generation/Generation.ts"
import type { Rejection } from "../../services/journal/ItemHistory.ts"
import type { RejectCause } from "../../services/master/Reject.ts"

/** Causes that another draft can mend. */
const mendable: ReadonlySet<RejectCause> = new Set(["QaFailed", "Malformed", "Truncated"])

export const isMendable = (cause: RejectCause): boolean => mendable.has(cause)

/** The rung of the next draft; undefined where the verdict is the item's end. */
export const rungAfter = (
  rungs: ReadonlyArray<Rung>,
  { answer, cause, draftsOnRung }: Rejection
): number | undefined => {
  if (!isMendable(cause)) return undefined
  const rung = rungs[answer.rung]
  if (rung !== undefined && draftsOnRung < rung.attempts) return answer.rung
  return rungs[answer.rung + 1] === undefined ? undefined : answer.rung + 1
}
