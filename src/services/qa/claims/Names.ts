// The names in a text: words with a capital that do not begin a sentence, and words of capitals.
import { madeOnce } from "../Memo.ts"
import type { Leaf } from "../Piece.ts"
import type { Sentence } from "../Sentences.ts"

export interface FoundName {
  readonly text: string
  readonly start: number
}

/** Words that are written with a capital and name nothing that a source must vouch for. */
const common = new Set(
  ("i ok faq faqs pdf url id tv pc am pm a an the and or of for in on to with by q step january february march april " +
    "may june july august september october november december monday tuesday wednesday thursday friday saturday " +
    "sunday english i'm i'll i've i'd").split(" ")
)

const word = /[\p{L}\p{N}][\p{L}\p{N}\p{M}'’.-]*[\p{L}\p{N}]|[\p{L}\p{N}]/gu
const capital = /^\p{Lu}/u
/** `iPhone`, `JavaScript`: a capital within. */
const innerCapital = /\p{Ll}\p{Lu}/u
const allCapitals = /^(?=[\p{Lu}\p{N}]*\p{Lu})[\p{Lu}\p{N}]{2,}$/u

/** Most longer words of a heading have capitals: there they tell nothing. */
const isTitleCase = (sentence: string, words: ReadonlyArray<string>): boolean => {
  if (/[.!?…]["'”’)]?$/.test(sentence)) return false
  const long = words.filter((each) => each.length > 3)
  return long.length > 1 && long.filter((each) => capital.test(each)).length / long.length > 0.6
}

const isName = (text: string, first: boolean): boolean =>
  innerCapital.test(text) || allCapitals.test(text) || (!first && capital.test(text))

const anyCapital = /\p{Lu}/u

const inSentence = (sentence: Sentence): ReadonlyArray<FoundName> => {
  // Most sentences have one capital, where they begin.
  if (!anyCapital.test(sentence.text.slice(1))) return []
  const words = [...sentence.text.matchAll(word)]
  const titled = isTitleCase(sentence.text, words.map(([text]) => text))
  return words.flatMap((found, index): ReadonlyArray<FoundName> => {
    const text = found[0].replace(/['’]s$/, "")
    // After a colon or an opening quote a sentence begins as well.
    const before = sentence.text.slice(Math.max(0, found.index - 2), found.index)
    const first = titled || index === 0 || /[:("“'‘*_>-]\s?$/.test(before)
    if (common.has(text.toLowerCase()) || !isName(text, first)) return []
    return [{ text, start: sentence.start + found.index }]
  })
}

export const namesIn = madeOnce((leaf: Leaf): ReadonlyArray<FoundName> =>
  leaf.sentences.flatMap(inSentence)
)
