// The input opened: checked whole before any money is spent, then streamed, never held whole.
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { CheckedInput } from "./CheckedFile.ts"
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
  /**
   * The same, of items whose slugs are picked by their fingerprints. A few of many are read where they stand, without
   * what is between them.
   */
  readonly pick: (isPicked: PrintTest) => Stream.Stream<Item, InputError>
  readonly columns: Columns
  /**
   * Visits the fingerprint of every slug, in an order of its own: its words stand in `prints` from `at` on. Memory does not
   * follow their number.
   */
  readonly visitSlugs: (
    visit: (prints: Uint32Array, at: number) => void
  ) => Effect.Effect<void, InputError>
  /** Every slug of the input with its line number, by fingerprint; made when it is asked for (see SlugTable). */
  readonly slugs: Effect.Effect<SlugTable, InputError>
  /** What was learnt by the check, where no file keeps it yet. */
  readonly unkept: CheckedInput | undefined
}

/** Whether the item is meant whose fingerprint's words stand in `prints` from `at` on. */
export type PrintTest = (prints: Uint32Array, at: number) => boolean
