// What QA holds against a piece: which rule, in which field, over which words.
import * as Schema from "effect/Schema"

export const Finding = Schema.Struct({
  /** Id of the rule: its kind (`schema`, `length`, `banned`, …) or the name that the job gives it. */
  rule: Schema.String,
  /** JSON pointer of the field (`/faq/0/answer`); empty for the piece as a whole. */
  field: Schema.String,
  /** The words at fault, at most 200 characters; empty where something is missing. */
  text: Schema.String,
  /** A sentence for a person, and for the model that tries again. */
  message: Schema.String
})
export type Finding = typeof Finding.Type

/** The rule, and the field where there is one, as a line about a finding begins. */
export const placed = ({ field, rule }: Pick<Finding, "rule" | "field">): string =>
  field === "" ? rule : `${rule} in ${field}`

/** A finding blocks a piece, only accompanies it, or is put right where it can be and blocks where it cannot. */
export type Severity = "block" | "warn" | "repair"

/** The text, cut to so many characters without splitting one. */
export const excerpt = (text: string, charsMax = 200): string => {
  if (text.length <= charsMax) return text
  const cut = text.slice(0, charsMax - 1)
  return (/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut) + "…"
}
