// Rule `placeholder`: what a model leaves where a fact should be, or says instead of the piece. Code in backticks is exempt.
import { compileFieldPattern } from "../FieldPattern.ts"
import { excerpt } from "../Finding.ts"
import { anyOf } from "../Fold.ts"
import type { RuleOf } from "../RuleTypes.ts"
import type { CompiledRule, Remark } from "./CompiledRule.ts"
import { type Leak, leaks } from "./leaks.ts"

const quickLooks = leaks.map((leak) => ({ leak, mayStandIn: anyOf(leak.hints) }))

const emptyWords = new Set([
  "undefined",
  "null",
  "nan",
  "placeholder",
  "unknown",
  "string",
  "text here",
  "n/a",
  "tba",
  "not specified",
  "not available",
  "not provided",
  "not stated",
  "not mentioned",
  "no information",
  "...",
  "…",
  "-",
  "?"
])

const emptyWordCharsMax = 20

/** Code spans and blocks replaced by as many spaces. An unclosed backtick hides nothing. */
const withoutCode = (text: string): string =>
  text.includes("`")
    ? text.replace(/```[^]*?```|`[^`\n]+`/g, (code) => " ".repeat(code.length))
    : text

const leaksIn = (
  text: string,
  suspects: ReadonlyArray<Leak>
): ReadonlyArray<{ readonly what: string; readonly words: string }> => {
  const trimmed = text.length <= emptyWordCharsMax ? text.trim().toLowerCase() : ""
  if (emptyWords.has(trimmed)) return [{ what: "a value that was never filled in", words: text }]
  if (suspects.length === 0) return []
  const prose = withoutCode(text)
  return suspects.flatMap(({ pattern, what }) => {
    const found = pattern.exec(prose)
    return found === null ? [] : [{ what, words: found[0].trim() }]
  })
}

export const placeholderRule = (rule: RuleOf<"placeholder">): CompiledRule => {
  const matches = compileFieldPattern(rule.field)
  return ({ foldedWhole, leaves }) => {
    const remarks: Array<Remark> = []
    const whole = foldedWhole()
    const suspects = quickLooks.filter(({ mayStandIn }) => mayStandIn(whole)).map(({ leak }) =>
      leak
    )
    for (const leaf of leaves) {
      if (leaf.kind !== "text" || !matches(leaf.segments)) continue
      for (const { what, words } of leaksIn(leaf.text, suspects)) {
        remarks.push({
          field: leaf.pointer,
          text: excerpt(words),
          message: `${what}; write the fact itself, or leave the sentence out where there is none`
        })
      }
    }
    return remarks
  }
}
