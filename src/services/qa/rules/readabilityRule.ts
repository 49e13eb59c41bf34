// Rule `readability`: Flesch reading ease of English texts, taken together.
import type { RuleOf } from "../RuleTypes.ts"
import { type CompiledRule, nameOf, placeOf, textsAt } from "./CompiledRule.ts"

/** Groups of vowels, without a silent e at the end. */
const syllablesOf = (word: string): number => {
  const groups = word.replace(/(?:[^laeiouy]es|[^aeioulr]ed|[^laeiouy]e)$/, "").match(/[aeiouy]+/g)
  return Math.max(1, groups?.length ?? 0)
}

export const readabilityRule = (rule: RuleOf<"readability">): CompiledRule => {
  const texts = textsAt(rule.field)
  return (input) => {
    let sentences = 0
    let words = 0
    let syllables = 0
    for (const leaf of texts(input)) {
      sentences += leaf.sentences.length
      words += leaf.tokens.length
      for (const token of leaf.tokens) syllables += syllablesOf(token.slice(0, 40))
    }
    if (words === 0 || sentences === 0) return []
    const ease = 206.835 - 1.015 * (words / sentences) - 84.6 * (syllables / words)
    const wrong = rule.minEase !== undefined && ease < rule.minEase
      ? `at least ${rule.minEase} is wanted: shorter sentences, plainer words`
      : rule.maxEase !== undefined && ease > rule.maxEase
      ? `at most ${rule.maxEase} is allowed`
      : undefined
    if (wrong === undefined) return []
    const message = `${nameOf(rule.field)} has a reading ease of ${ease.toFixed(0)}; ${wrong}`
    return [{ field: placeOf(rule.field), text: "", message }]
  }
}
