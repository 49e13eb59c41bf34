// Rule `quotes`: every quote of the field stands in the evidence, word for word.
import { bareQuote, standsInEvidence } from "../claims/Quotes.ts"
import { excerpt } from "../Finding.ts"
import type { RuleOf } from "../RuleTypes.ts"
import { type CompiledRule, type Remark, textsAt } from "./CompiledRule.ts"
import { countWords } from "../Words.ts"

const minWordsDefault = 3

export const quotesRule = (rule: RuleOf<"quotes">): CompiledRule => {
  const texts = textsAt(rule.field)
  const { minWords = minWordsDefault } = rule
  return (input) =>
    texts(input).flatMap((leaf): ReadonlyArray<Remark> => {
      const say = (message: string) => [{ field: leaf.pointer, text: excerpt(leaf.text), message }]
      const words = countWords(bareQuote(leaf))
      if (words < minWords) {
        return say(
          `the quote has ${words} words; quote at least ${minWords}, as the source has them`
        )
      }
      if (input.evidence.sources.length === 0) {
        return say("the quote could not be checked: there is no evidence to find it in")
      }
      return standsInEvidence(input.facts(), leaf)
        ? []
        : say(
          "the quote does not stand in the evidence; copy the source's own words, or leave it out"
        )
    })
}
