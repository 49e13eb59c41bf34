// A mark on a piece that was repaired: by which rule, and where.
import * as Schema from "effect/Schema"

export const Repair = Schema.Struct({
  /** Id of the rule. */
  rule: Schema.String,
  /** JSON pointer of the text that was changed. */
  field: Schema.String
})
export type Repair = typeof Repair.Type
