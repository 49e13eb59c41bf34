// Bytes that were found damaged and set aside: where they stood, and where they are now.
import * as Schema from "effect/Schema"

export const Damage = Schema.Struct({
  /** The path of the file that they stood in. */
  file: Schema.String,
  /** Bytes from the beginning of that file. */
  offset: Schema.Int,
  bytes: Schema.Int,
  /** Damaged lines in them, an unterminated one included. */
  lines: Schema.Int,
  /** The path of the quarantine file that has them. */
  path: Schema.String
})
export type Damage = typeof Damage.Type
