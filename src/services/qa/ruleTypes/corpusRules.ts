// Rules that hold a piece against all other accepted ones.
import * as Schema from "effect/Schema"
import { decimal, text, whole } from "../../job/SettingTypes.ts"
import { anyField, common, field, severity, share, size } from "./parameters.ts"

/** Counts from so many other pieces on (default 3). */
const seenIn = Schema.optionalKey(whole(1, 255, "pieces"))
/** Fields of the row that name the item: their values do not count (default name and title). One list for all rules. */
const nameFields = Schema.optionalKey(Schema.Array(text("the name of a field of the row")))

export const corpusRules = {
  nearDuplicate: Schema.Struct({
    rule: Schema.Literal("nearDuplicate"),
    ...common,
    field: anyField,
    severity,
    nameFields,
    /** Share of word runs that two pieces may have in common: Jaccard, at least 0.2 (default 0.4). */
    maxSimilarity: Schema.optionalKey(decimal(0.2, 1)),
    /** Words of a run (default 3). */
    shingleWords: Schema.optionalKey(whole(1, 10, "words"))
  }),
  reuse: Schema.Struct({
    rule: Schema.Literal("reuse"),
    ...common,
    field: anyField,
    severity,
    nameFields,
    /** Share of the piece's sentences that may stand in other pieces (default 0.3). */
    maxShare: share("share of sentences"),
    seenIn,
    /** Shorter sentences are not counted (default 5). */
    minWords: size
  }),
  openers: Schema.Struct({
    rule: Schema.Literal("openers"),
    ...common,
    field,
    severity,
    nameFields,
    /** Share of the accepted pieces that may begin alike there (default 0.1). */
    maxShare: share("share of the pieces"),
    seenIn,
    /** Words that make an opener (default 4). */
    openerWords: Schema.optionalKey(whole(1, 20, "words"))
  })
}
