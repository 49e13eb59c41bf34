// Rule `length`: characters (code points) and words of each text that is there; a missing field is the schema's affair.
import { compileFieldPattern } from "../FieldPattern.ts"
import { excerpt, type Finding } from "../Finding.ts"
import type { Rule } from "../RuleSet.ts"
import type { CompiledRule } from "./CompiledRule.ts"
import { countWords } from "./Words.ts"

const countChars = (text: string): number => {
  let count = text.length
  for (let at = 0; at + 1 < text.length; at++) {
    const high = text.charCodeAt(at)
    if (high < 0xd800 || high > 0xdbff) continue
    const low = text.charCodeAt(at + 1)
    if (low >= 0xdc00 && low <= 0xdfff) count--
  }
  return count
}

const outside = (
  count: number,
  min: number | undefined,
  max: number | undefined,
  unit: string
): string | undefined => {
  if (min !== undefined && count < min) return `has ${count} ${unit}; at least ${min} are wanted`
  if (max !== undefined && count > max) return `has ${count} ${unit}; at most ${max} are allowed`
  return undefined
}

export const lengthRule = (rule: Extract<Rule, { rule: "length" }>): CompiledRule => {
  const matches = compileFieldPattern(rule.field)
  const wordsMatter = rule.minWords !== undefined || rule.maxWords !== undefined
  return ({ leaves }) => {
    const findings: Array<Finding> = []
    for (const leaf of leaves) {
      if (leaf.kind !== "text" || !matches(leaf.segments)) continue
      const messages = [
        outside(countChars(leaf.text), rule.minChars, rule.maxChars, "characters"),
        wordsMatter
          ? outside(countWords(leaf.text), rule.minWords, rule.maxWords, "words")
          : undefined
      ]
      for (const message of messages) {
        if (message !== undefined) {
          findings.push({
            rule: "length",
            field: leaf.pointer,
            text: excerpt(leaf.text, 80),
            message
          })
        }
      }
    }
    return findings
  }
}
