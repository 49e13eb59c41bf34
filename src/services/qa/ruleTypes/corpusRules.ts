// Rules that hold a piece against all other accepted ones.
import * as Schema from "effect/Schema"
import { decimal, whole } from "../../job/SettingTypes.ts"
import { anyField, common, severity, share, size } from "./parameters.ts"

export const corpusRules = {
  nearDuplicate: Schema.Struct({
    rule: Schema.Literal("nearDuplicate"),
    ...common,
    field: anyField,
    severity,
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
    /** Share of the piece's sentences that may stand in other pieces (default 0.3). */
    maxShare: share("share of sentences"),
    /** A sentence counts when so many other accepted pieces have it (default 3). */
    seenIn: Schema.optionalKey(whole(1, 255, "pieces")),
    /** Shorter sentences are not counted (default 5). */
    minWords: size
  })
}
