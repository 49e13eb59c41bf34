// Rule `cadence`: how long the sentences of a field are on average, and how much they differ.
import { excerpt } from "../Finding.ts"
import type { RuleOf } from "../RuleTypes.ts"
import { type CompiledRule, nameOf, placeOf, type Remark, textsAt } from "./CompiledRule.ts"

/** Fewer sentences have no rhythm to speak of. */
const spreadSentencesMin = 3

const rounded = (value: number): string => value.toFixed(1)

export const cadenceRule = (rule: RuleOf<"cadence">): CompiledRule => {
  const texts = textsAt(rule.field)
  const { maxMeanWords, maxSentenceWords, minMeanWords, minSpreadWords } = rule
  return (input) => {
    const remarks: Array<Remark> = []
    const lengths: Array<number> = []
    for (const leaf of texts(input)) {
      let at = 0
      for (const { start, text } of leaf.sentences) {
        while ((leaf.wordStarts[at] ?? Infinity) < start) at++
        const first = at
        // No word goes on from one sentence into another.
        while ((leaf.wordStarts[at] ?? Infinity) < start + text.length) at++
        const words = at - first
        if (words === 0) continue
        lengths.push(words)
        if (maxSentenceWords === undefined || words <= maxSentenceWords) continue
        const message = `the sentence has ${words} words; at most ${maxSentenceWords} are allowed`
        remarks.push({ field: leaf.pointer, text: excerpt(text), message })
      }
    }
    if (lengths.length === 0) return remarks
    const mean = lengths.reduce((sum, words) => sum + words, 0) / lengths.length
    const whole = (message: string) =>
      remarks.push({ field: placeOf(rule.field), text: "", message })
    if (minMeanWords !== undefined && mean < minMeanWords) {
      whole(
        `sentences of ${nameOf(rule.field)} have ${rounded(mean)} words on average; ` +
          `at least ${minMeanWords} are wanted`
      )
    }
    if (maxMeanWords !== undefined && mean > maxMeanWords) {
      whole(
        `sentences of ${nameOf(rule.field)} have ${rounded(mean)} words on average; ` +
          `at most ${maxMeanWords} are allowed`
      )
    }
    if (minSpreadWords === undefined || lengths.length < spreadSentencesMin) return remarks
    const spread = Math.sqrt(
      lengths.reduce((sum, words) => sum + (words - mean) ** 2, 0) / lengths.length
    )
    if (spread < minSpreadWords) {
      whole(
        `sentences of ${nameOf(rule.field)} are all about as long (spread ${
          rounded(spread)
        } words); ` +
          `mix short and long ones, a spread of at least ${minSpreadWords} is wanted`
      )
    }
    return remarks
  }
}
