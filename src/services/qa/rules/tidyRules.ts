// Rules `whitespace` and `quotation`: stray white space, and quotes that are not straight. Both can be repaired.
import { excerpt } from "../Finding.ts"
import type { RuleOf } from "../RuleTypes.ts"
import { type CompiledRule, type Remark, textsAt } from "./CompiledRule.ts"

/** Where none of these stands nothing is stray. */
const stray = /[ \t\u00a0]{2}|\n{3}|[ \t\u00a0]$|\r|^\s|\s$(?![^])/m

/** No white space around the text or at the end of a line, single spaces, at most one blank line. */
export const trimmed = (text: string): string =>
  !stray.test(text) ? text : text.replace(/\r\n?/g, "\n").replace(/[ \t\u00a0]+$/gm, "").replace(
    /([^\s])[ \t\u00a0]{2,}/g,
    "$1 "
  )
    .replace(/\n{3,}/g, "\n\n").trim()

/** Straight quotes and apostrophes. */
export const straightened = (text: string): string =>
  text.replace(/[\u2018\u2019\u201a\u201b]/g, "'").replace(/[\u201c\u201d\u201e\u201f]/g, "\"")

const differs = (
  field: string,
  tidy: (text: string) => string,
  message: string
): CompiledRule => {
  const texts = textsAt(field)
  return (input) =>
    texts(input).flatMap((leaf): ReadonlyArray<Remark> =>
      tidy(leaf.text) === leaf.text
        ? []
        : [{ field: leaf.pointer, text: excerpt(leaf.text, 80), message }]
    )
}

export const whitespaceRule = (rule: RuleOf<"whitespace">): CompiledRule =>
  differs(
    rule.field,
    trimmed,
    "has white space around it, at the end of a line, or twice in a row; take it out"
  )

export const quotationRule = (rule: RuleOf<"quotation">): CompiledRule =>
  differs(rule.field, straightened, "has typographic quotes; write straight ones")
