// The input opened: checked whole before any money is spent, then streamed, never held whole.
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { Columns } from "./Columns.ts"
import type { Item } from "./Item.ts"
import type { SlugTable } from "./SlugTable.ts"

/** One fault of the input. `line` counts from 1 and is 0 where the file as a whole is at fault. */
export const InputFault = Schema.Struct({
  file: Schema.String,
  line: Schema.Int,
  slug: Schema.NullOr(Schema.String),
  message: Schema.String
})
export type InputFault = typeof InputFault.Type

/** All faults found (the first 100 are kept, all are counted). */
export class InputError extends Schema.TaggedError<InputError>()("InputError", {
  faults: Schema.Array(InputFault),
  count: Schema.Int
}) {
  override get message(): string {
    const lines = this.faults.map((f) => `${f.file}${f.line > 0 ? `:${f.line}` : ""}: ${f.message}`)
    const rest = this.count - this.faults.length
    return lines.join("\n") + (rest > 0 ? `\n… and ${rest} more` : "")
  }
}

export interface ItemSource {
  /** Items in the input, all shards. */
  readonly count: number
  /** In file order. Reading fails if the file has changed since it was checked. */
  readonly items: Stream.Stream<Item, InputError>
  /** Of the first rows. */
  readonly columns: Columns
  /** Every slug of the input with its line number, by fingerprint. */
  readonly slugs: SlugTable
}
