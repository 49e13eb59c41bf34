// Rules `banned` and `required`: phrases as whole words, whatever their case, quotes, dashes or spacing.
import { compileFieldPattern } from "../FieldPattern.ts"
import { excerpt, type Finding } from "../Finding.ts"
import { fold, indexOfWords } from "../Fold.ts"
import type { Leaf } from "../Piece.ts"
import type { Rule } from "../RuleSet.ts"
import type { CompiledRule } from "./CompiledRule.ts"

const foldedPhrases = (phrases: ReadonlyArray<string>) =>
  phrases.map((phrase) => ({ phrase, folded: fold(phrase).trim() })).filter(({ folded }) =>
    folded !== ""
  )

/** The words as they stand in the piece, where folding kept their place; else as they were declared. */
const asWritten = (leaf: Leaf, at: number, phrase: string, folded: string): string =>
  leaf.folded.length === leaf.text.length ? leaf.text.slice(at, at + folded.length) : phrase

export const bannedRule = (rule: Extract<Rule, { rule: "banned" }>): CompiledRule => {
  const matches = compileFieldPattern(rule.field)
  const phrases = foldedPhrases(rule.phrases)
  return ({ foldedWhole, leaves }) => {
    const findings: Array<Finding> = []
    const whole = foldedWhole()
    const suspects = phrases.filter(({ folded }) => whole.includes(folded))
    if (suspects.length === 0) return findings
    for (const leaf of leaves) {
      if (leaf.kind !== "text" || !matches(leaf.segments)) continue
      for (const { folded, phrase } of suspects) {
        const at = indexOfWords(leaf.folded, folded)
        if (at === -1) continue
        findings.push({
          rule: "banned",
          field: leaf.pointer,
          text: excerpt(asWritten(leaf, at, phrase, folded)),
          message: `the phrase "${
            excerpt(phrase)
          }" is banned; say it in other words or leave it out`
        })
      }
    }
    return findings
  }
}

/** Each phrase must stand in at least one of the texts that the field covers. */
export const requiredRule = (rule: Extract<Rule, { rule: "required" }>): CompiledRule => {
  const matches = compileFieldPattern(rule.field)
  const phrases = foldedPhrases(rule.phrases)
  const field = rule.field.includes("*") ? "" : rule.field
  const where = rule.field === "*" ? "the piece" : `"${rule.field}"`
  return ({ leaves }) => {
    const texts = leaves.filter((leaf) => leaf.kind === "text" && matches(leaf.segments))
    return phrases
      .filter(({ folded }) => !texts.some((leaf) => indexOfWords(leaf.folded, folded) !== -1))
      .map(({ phrase }) => ({
        rule: "required",
        field,
        text: "",
        message: `the phrase "${excerpt(phrase)}" is required and does not stand in ${where}`
      }))
  }
}
