// The outcome of one check of an audit.
import * as Schema from "effect/Schema"

export const AuditCheck = Schema.Struct({
  /** `I1` … `I11` of the design, or a plain word for what is not an invariant. */
  id: Schema.String,
  title: Schema.String,
  outcome: Schema.Literals(["holds", "broken", "unverified"]),
  /** How many lines, slugs or files were looked at. */
  checked: Schema.Int,
  violations: Schema.Int,
  /** At most 10: `file:line: slug: what`. */
  examples: Schema.Array(Schema.String),
  note: Schema.String
})
export type AuditCheck = typeof AuditCheck.Type
