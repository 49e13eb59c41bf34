// Rule `language`: the texts of a field, taken together, are written in the language that is asked for.
import type { DetectLanguage } from "../../LanguageDetector.ts"
import { excerpt } from "../Finding.ts"
import type { RuleOf } from "../RuleTypes.ts"
import { type CompiledRule, nameOf, placeOf, textsAt } from "./CompiledRule.ts"

/** With fewer letters no language can be told: a name, a licence, a version. */
const lettersMin = 40
/** More tells nothing new. */
const charsMax = 5_000

export const languageRule = (rule: RuleOf<"language">, detect: DetectLanguage): CompiledRule => {
  const texts = textsAt(rule.field)
  const wanted = rule.language.toLowerCase()
  return (input) => {
    const text = texts(input).map((leaf) => leaf.text).join("\n").slice(0, charsMax)
    if ((text.match(/\p{L}/gu)?.length ?? 0) < lettersMin) return []
    const found = detect(text)
    if (found === wanted) return []
    const message = found === ""
      ? `the language of ${nameOf(rule.field)} cannot be told; write ${wanted}`
      : `${nameOf(rule.field)} is written in ${found}; write ${wanted}`
    return [{ field: placeOf(rule.field), text: excerpt(text, 80), message }]
  }
}
