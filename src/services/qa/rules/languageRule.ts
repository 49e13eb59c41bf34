// Rule `language`: the texts of a field, together and each that is long enough, are in the language that is asked for.
import type { DetectLanguage } from "../../LanguageDetector.ts"
import { excerpt } from "../Finding.ts"
import type { Leaf } from "../Piece.ts"
import type { RuleOf } from "../RuleTypes.ts"
import { makeIsPlainly } from "./commonWords.ts"
import { type CompiledRule, findingsPerRuleMax, nameOf, placeOf, textsAt } from "./CompiledRule.ts"

/** With fewer letters no language can be told: a name, a licence, a version. */
const lettersMin = 40
/** A text of fewer may be all names, and says nothing by itself. */
const ownLettersMin = 60
/** Of all texts together so much is looked at, the same of each. */
const sampleChars = 1_000
/** A long text is looked at in parts: half of it may be in another language. */
const partChars = 400

const letters = /\p{L}/gu

const hasLetters = (text: string, min: number): boolean => {
  if (text.length < min) return false
  letters.lastIndex = 0
  for (let count = 0; count < min; count++) if (!letters.test(text)) return false
  return true
}

const hasLettersIn = (leaves: ReadonlyArray<Leaf>, min: number): boolean =>
  leaves.reduce((sum, { text }) => sum + text.length, 0) >= min &&
  hasLetters(leaves.map(({ text }) => text).join(" "), min)

/** Parts of about the same length, cut between words. */
const partsOf = (text: string): ReadonlyArray<string> => {
  if (text.length <= partChars) return [text]
  const parts: Array<string> = []
  const size = Math.ceil(text.length / Math.ceil(text.length / partChars))
  for (let from = 0; from < text.length;) {
    const space = text.indexOf(" ", from + size)
    const end = space === -1 || space > from + 2 * size ? from + size : space
    parts.push(text.slice(from, end))
    from = end
  }
  return parts
}

export const languageRule = (rule: RuleOf<"language">, detect: DetectLanguage): CompiledRule => {
  const texts = textsAt(rule.field)
  const wanted = rule.language.toLowerCase()
  const isPlainly = makeIsPlainly(wanted) ?? (() => false)

  /** A part of the text that is surely in another language, and which. */
  const foreign = (leaf: Leaf) => {
    for (const text of partsOf(leaf.text)) {
      if (!hasLetters(text, ownLettersMin)) continue
      const language = detect(text)
      if (language !== wanted && language !== "") return { language, text }
    }
    return undefined
  }

  /** What is wrong with all texts together. */
  const asWhole = (leaves: ReadonlyArray<Leaf>): string | undefined => {
    const share = Math.max(1, Math.floor(sampleChars / Math.max(1, leaves.length)))
    const sample = leaves.map(({ text }) => text.slice(0, share)).join("\n").slice(0, sampleChars)
    const found = hasLetters(sample, lettersMin) ? detect(sample) : wanted
    if (found === wanted) return undefined
    return found === ""
      ? `the language of ${nameOf(rule.field)} cannot be told; write ${wanted}`
      : `${nameOf(rule.field)} is written in ${found}; write ${wanted}`
  }

  return (input) => {
    const leaves = texts(input)
    const doubtful = leaves.filter((leaf) => !isPlainly(leaf.tokens))
    if (doubtful.length < leaves.length && !hasLettersIn(doubtful, lettersMin)) return []
    if (isPlainly(doubtful.flatMap(({ tokens }) => tokens))) return []
    const message = asWhole(leaves)
    if (message !== undefined) {
      const text = excerpt(doubtful[0]?.text ?? "", 80)
      return [{ field: placeOf(rule.field), text, message }]
    }
    return doubtful.flatMap((leaf) => {
      const part = foreign(leaf)
      return part === undefined ? [] : [{
        field: leaf.pointer,
        text: excerpt(part.text.trim(), 80),
        message: `is written in ${part.language}, in part at least; write ${wanted}`
      }]
    }).slice(0, findingsPerRuleMax)
  }
}
