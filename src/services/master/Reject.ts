// A line of rejects.jsonl: an item that ended without a record, and why.
import * as Schema from "effect/Schema"
import { MissCause } from "../evidence/MissCause.ts"
import { Finding } from "../qa/Finding.ts"

/** Why an item was rejected: the handle by which a retry finds it. */
export const RejectCause = Schema.Literals([
  "NotFound",
  "ThinEvidence",
  "Network",
  "RateLimited",
  "Timeout",
  "Truncated",
  "Refused",
  "Malformed",
  "QaFailed",
  "BudgetExhausted",
  "Abandoned"
])
export type RejectCause = typeof RejectCause.Type

export const Reject = Schema.Struct({
  slug: Schema.String,
  cause: RejectCause,
  /** Of `NotFound` and `ThinEvidence`: what the source that decided it came to. */
  missCause: Schema.optionalKey(MissCause),
  /** One sentence for a person. */
  reason: Schema.String,
  findings: Schema.Array(Finding),
  _meta: Schema.Struct({
    /** `<runId>:<n>`: an id of its own. */
    id: Schema.String,
    runId: Schema.String,
    /** Model calls made for the item, over all runs. */
    attempts: Schema.Int,
    /** How often the item was taken up again after a reject, over all runs. */
    retries: Schema.Int,
    costUsd: Schema.Number,
    /** ISO 8601, UTC, milliseconds. */
    rejectedAt: Schema.String,
    /**
     * Of a demotion: the id of the record that it takes back. A reject that demotes beats every record of its slug that
     * is not newer than it; any other reject is beaten by every record.
     */
    demotes: Schema.optionalKey(Schema.String)
  })
})
export type Reject = typeof Reject.Type
