// Rules about the words of a piece: how many, which, and how they are put.
import * as Schema from "effect/Schema"
import { decimal, text } from "../../job/SettingTypes.ts"
import {
  anyField,
  common,
  field,
  phrase,
  phrases,
  required,
  severity,
  share,
  size,
  words
} from "./parameters.ts"

export const textRules = {
  length: Schema.Struct({
    rule: Schema.Literal("length"),
    ...common,
    field,
    severity,
    minChars: size,
    maxChars: size,
    minWords: size,
    maxWords: size,
    minSentences: size,
    maxSentences: size,
    minParagraphs: size,
    maxParagraphs: size,
    minItems: size,
    maxItems: size,
    /** All texts of the field are measured as one. */
    together: Schema.optionalKey(Schema.Boolean)
  }),
  cadence: Schema.Struct({
    rule: Schema.Literal("cadence"),
    ...common,
    field,
    severity,
    minMeanWords: words,
    maxMeanWords: words,
    minSpreadWords: words,
    maxSentenceWords: words
  }),
  complete: Schema.Struct({
    rule: Schema.Literal("complete"),
    ...common,
    field: anyField,
    severity,
    /** Shorter texts, such as titles, need not be sentences (default 6). */
    minWords: size
  }),
  banned: Schema.Struct({
    rule: Schema.Literal("banned"),
    ...common,
    field: anyField,
    severity,
    phrases: Schema.optionalKey(phrases),
    patterns: Schema.optionalKey(phrases),
    /** Each phrase and pattern may stand so often in the field (default 0). */
    atMost: size
  }),
  required: Schema.Struct({
    rule: Schema.Literal("required"),
    ...common,
    field: anyField,
    severity,
    phrases: Schema.optionalKey(phrases),
    patterns: Schema.optionalKey(phrases),
    /** Each phrase and pattern must stand so often in the field (default 1). */
    atLeast: size
  }),
  keyword: Schema.Struct({
    rule: Schema.Literal("keyword"),
    ...common,
    field: anyField,
    severity,
    /** The keyword itself … */
    phrase: Schema.optionalKey(phrase),
    /** … or the row's field that holds it. */
    from: Schema.optionalKey(text("the name of a field of the row")),
    exactly: size,
    atLeast: size,
    atMost: size
  }),
  placeholder: Schema.Struct({
    rule: Schema.Literal("placeholder"),
    ...common,
    field: anyField,
    severity
  }),
  language: Schema.Struct({
    rule: Schema.Literal("language"),
    ...common,
    field: anyField,
    severity,
    language: required(
      text("a language by its ISO 639-1 code, such as en"),
      "is missing; give its ISO 639-1 code, such as en"
    )
  }),
  readability: Schema.Struct({
    rule: Schema.Literal("readability"),
    ...common,
    field,
    severity,
    /** Flesch reading ease: 0 is hard, 100 easy, English only. */
    minEase: Schema.optionalKey(decimal(-100, 121)),
    maxEase: Schema.optionalKey(decimal(-100, 121))
  }),
  distinct: Schema.Struct({
    rule: Schema.Literal("distinct"),
    ...common,
    field,
    severity,
    /** The texts must begin in so many different ways. */
    minOpeners: size,
    /** Words that make an opener (default 2). */
    openerWords: size
  }),
  repetition: Schema.Struct({
    rule: Schema.Literal("repetition"),
    ...common,
    field: anyField,
    severity,
    /** Share of three-word runs that stood in the piece before (default 0.2). */
    maxShare: share("share of three-word runs")
  })
}
