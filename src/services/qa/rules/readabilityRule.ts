// Rule `readability`: Flesch reading ease of English texts, taken together.
import type { RuleOf } from "../RuleTypes.ts"
import { type CompiledRule, nameOf, placeOf, textsAt } from "./CompiledRule.ts"

const isVowel = (code: number): boolean =>
  code === 97 || code === 101 || code === 105 || code === 111 || code === 117 || code === 121

/** Where the word ends without what is silent there: an e, -es, -ed, and the sign before them. */
const soundEnd = (word: string): number => {
  const { length } = word
  const last = word.charAt(length - 1)
  const before = last === "e"
    ? 1
    : (last === "s" || last === "d") && word.charAt(length - 2) === "e"
    ? 2
    : 0
  if (before === 0 || length <= before) return length
  const silent = last === "d" ? "aeioulr" : "laeiouy"
  return silent.includes(word.charAt(length - before - 1)) ? length : length - before - 1
}

/** Groups of vowels. */
const syllablesOf = (word: string): number => {
  const end = soundEnd(word)
  let groups = 0
  let inside = false
  for (let at = 0; at < end; at++) {
    const vowel = isVowel(word.charCodeAt(at))
    if (vowel && !inside) groups++
    inside = vowel
  }
  return Math.max(1, groups)
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
