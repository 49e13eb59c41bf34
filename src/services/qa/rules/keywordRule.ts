// Rule `keyword`: how often a phrase of the job or of the row stands in a field.
import { excerpt } from "../Finding.ts"
import { fold, phrased } from "../Fold.ts"
import type { RuleOf } from "../RuleTypes.ts"
import { type CompiledRule, nameOf, placeOf, textsAt } from "./CompiledRule.ts"
import { placesOfWords } from "./phraseRules.ts"

const wrongCount = (
  count: number,
  { atLeast, atMost, exactly }: RuleOf<"keyword">
): string | undefined => {
  if (exactly !== undefined && count !== exactly) return `exactly ${exactly} are wanted`
  if (atLeast !== undefined && count < atLeast) return `at least ${atLeast} are wanted`
  return atMost !== undefined && count > atMost ? `at most ${atMost} are allowed` : undefined
}

export const keywordRule = (rule: RuleOf<"keyword">): CompiledRule => {
  const texts = textsAt(rule.field)
  const field = placeOf(rule.field)
  return (input) => {
    const given = rule.phrase ?? input.item.fields[rule.from ?? ""]
    const keyword = typeof given === "string" ? given : ""
    const phrase = phrased(fold(keyword)).trim()
    if (phrase === "") {
      const message = `the row has no text in "${rule.from}", so the keyword could not be counted`
      return [{ field, text: "", message }]
    }
    const count = texts(input).reduce(
      (sum, leaf) => sum + placesOfWords(leaf.phrased, phrase).length,
      0
    )
    const wrong = wrongCount(count, rule)
    if (wrong === undefined) return []
    const message = `"${excerpt(keyword, 80)}" stands ${count} times in ` +
      `${nameOf(rule.field)}; ${wrong}`
    return [{ field, text: "", message }]
  }
}
