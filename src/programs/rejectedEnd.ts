// What a journal keeps of a reject: its line is dropped once its item has a record, and a run's end is not told twice.
import type { End } from "../services/journal/JournalEvent.ts"
import type { Reject } from "../services/master/Reject.ts"

/** To be noted once the reject is durable. */
export const rejectedEnd = ({ _meta, cause, reason, slug }: Reject, at: string): End => ({
  _tag: "end",
  slug,
  id: _meta.id,
  at,
  outcome: "rejected",
  cause,
  reason
})
