// Rule `complete`: texts that end as a sentence does, and are not cut off in one.
import { excerpt } from "../Finding.ts"
import type { RuleOf } from "../RuleTypes.ts"
import { type CompiledRule, type Remark, textsAt } from "./CompiledRule.ts"
import { countWords } from "../Words.ts"

const minWordsDefault = 6

/** What may stand behind the mark that ends a sentence: closing tags, Markdown, quotes, brackets, pictures. */
const closing =
  /(?:<\/[a-z][a-z0-9]{0,20}>|[\s"'”’»)\]*_~`]|\p{Extended_Pictographic}|\ufe0f|\u200d)$/iu
const sentenceEnd = /\p{Sentence_Terminal}$/u
const trailsOff = /(?:\.{2,}|…)$/
/** Scripts whose sentences end without a mark. */
const unmarked = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]$/u

const closingsMax = 40
const tailChars = 400

/** The end of a text without what closes behind its last sentence. */
const bareEnd = (text: string): string => {
  let end = text.slice(-tailChars)
  for (let count = 0; count < closingsMax; count++) {
    const found = closing.exec(end)
    if (found === null) return end
    end = end.slice(0, found.index)
  }
  return end
}

const faultOf = (text: string): string | undefined => {
  const end = bareEnd(text)
  if (trailsOff.test(end)) return "trails off"
  return sentenceEnd.test(end) || unmarked.test(end) ? undefined : "ends within a sentence"
}

/** Paragraphs that must be whole: one that introduces what follows ends in a colon. */
const partsOf = (text: string): ReadonlyArray<string> => {
  const parts = text.split(/\n[^\S\n]*\n/).filter((each) => each.trim() !== "")
  return parts.filter((each, index) => index === parts.length - 1 || !/:\s*$/.test(each))
}

export const completeRule = (rule: RuleOf<"complete">): CompiledRule => {
  const texts = textsAt(rule.field)
  const { minWords = minWordsDefault } = rule
  return (input) =>
    texts(input).flatMap((leaf): ReadonlyArray<Remark> =>
      partsOf(leaf.text).flatMap((part) => {
        const fault = faultOf(part)
        if (fault === undefined || countWords(part) < minWords) return []
        const words = excerpt(part.trimEnd().slice(-80).trimStart())
        return [{
          field: leaf.pointer,
          text: words,
          message: `${fault}: end it with a full stop, or say less`
        }]
      })
    )
}
