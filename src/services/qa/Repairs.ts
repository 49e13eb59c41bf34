// What rules of severity `repair` put right before a piece is judged: few things, always the same way, and never by adding words.
import { compileFieldPattern, pointerOf } from "./FieldPattern.ts"
import type { Repair } from "./Repair.ts"
import { closeTags } from "./rules/htmlRule.ts"
import { straightened, trimmed } from "./rules/tidyRules.ts"
import type { Rule } from "./RuleTypes.ts"
import { ruleId } from "./RuleTypes.ts"

type Content = { readonly [field: string]: unknown }

export interface Repaired {
  readonly content: Content
  /** None where the content is as it was. */
  readonly repairs: ReadonlyArray<Repair>
}

const mendOf = (rule: Rule): ((text: string) => string) | undefined => {
  if (rule.severity !== "repair") return undefined
  switch (rule.rule) {
    case "whitespace":
      return trimmed
    case "quotation":
      return straightened
    case "html":
      return (text) => closeTags(text, rule.tags ?? [])
    default:
      return undefined
  }
}

const mapTexts = (
  value: unknown,
  segments: ReadonlyArray<string>,
  mend: (text: string, segments: ReadonlyArray<string>) => string
): unknown => {
  if (typeof value === "string") return mend(value, segments)
  if (Array.isArray(value)) {
    return value.map((inner, index) => mapTexts(inner, [...segments, String(index)], mend))
  }
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, mapTexts(inner, [...segments, key], mend)])
  )
}

/** In the order in which the rules are declared. Off where no rule has the severity `repair`. */
export const makeRepair = (rules: ReadonlyArray<Rule>): (content: Content) => Repaired => {
  const mends = rules.flatMap((rule) => {
    const mend = mendOf(rule)
    return mend === undefined
      ? []
      : [{ mend, id: ruleId(rule), matches: compileFieldPattern(rule.field) }]
  })
  if (mends.length === 0) return (content) => ({ content, repairs: [] })
  return (content) => {
    const repairs: Array<Repair> = []
    const mended = mapTexts(content, [], (text, segments) => {
      let now = text
      for (const { id, matches, mend } of mends) {
        const next = matches(segments) ? mend(now) : now
        if (next !== now) repairs.push({ rule: id, field: pointerOf(segments) })
        now = next
      }
      return now
    })
    return repairs.length === 0 ? { content, repairs } : { content: mended as Content, repairs }
  }
}
