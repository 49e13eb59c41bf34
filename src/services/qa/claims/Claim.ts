// Something that a piece states and that can be held against its sources, and the place where it was found.
import * as Schema from "effect/Schema"

export const Claim = Schema.Struct({
  /** JSON pointer of the field that states it. */
  field: Schema.String,
  kind: Schema.Literals(["number", "price", "date", "version", "name", "quote"]),
  /** As it stands in the piece, at most 200 characters. */
  text: Schema.String,
  /** Id of the evidence source, or `item:<field>` for a field of the row that is no source. */
  source: Schema.String,
  /** UTF-16 units from the beginning of the source's text. */
  offset: Schema.Int
})
export type Claim = typeof Claim.Type

/** A place in the item or its evidence. */
export interface Place {
  readonly source: string
  readonly offset: number
}
