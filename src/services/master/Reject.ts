// A line of rejects.jsonl: an item that ended without a record, and why.
import * as Schema from "effect/Schema"
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
  /** One sentence for a person. */
  reason: Schema.String,
  findings: Schema.Array(Finding),
  _meta: Schema.Struct({
    /** `<runId>:<n>`: an id of its own. */
    id: Schema.String,
    runId: Schema.String,
    /** Model calls made for the item. */
    attempts: Schema.Int,
    costUsd: Schema.Number,
    /** ISO 8601, UTC, milliseconds. */
    rejectedAt: Schema.String
  })
})
export type Reject = typeof Reject.Type
