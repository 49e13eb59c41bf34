// The names in a text: words with a capital that do not begin a sentence, and words of capitals.
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

const longWord = /[\p{L}\p{N}][\p{L}\p{N}\p{M}'’.-]{2,}[\p{L}\p{N}]/gu
const capital = /^\p{Lu}/u
/** `iPhone`, `JavaScript`: a capital within. */
const innerCapital = /\p{Ll}\p{Lu}/u
const allCapitals = /^(?=[\p{Lu}\p{N}]*\p{Lu})[\p{Lu}\p{N}]{2,}$/u

/** Most longer words of a heading have capitals: there they tell nothing. */
const isTitleCase = (sentence: string): boolean => {
  if (/[.!?…]["'”’)]?$/.test(sentence)) return false
  const long = sentence.match(longWord) ?? []
  return long.length > 1 && long.filter((each) => capital.test(each)).length / long.length > 0.6
}

const isName = (text: string, first: boolean): boolean =>
  innerCapital.test(text) || allCapitals.test(text) || (!first && capital.test(text))

const anyCapital = /\p{Lu}/gu
const wordSign = /[\p{L}\p{N}\p{M}'’.\-\p{Cs}]/u
const isWordCode = (code: number): boolean =>
  code < 128
    ? (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) ||
      code === 39 || code === 45 || code === 46
    : wordSign.test(String.fromCharCode(code))
const edge = /^['’.-]+|['’.-]+$/g
const possessive = /['’]s$/

const inSentence = ({ start, text }: Sentence): ReadonlyArray<FoundName> => {
  const names: Array<FoundName> = []
  anyCapital.lastIndex = 1
  // Most sentences have one capital, where they begin.
  if (!anyCapital.test(text)) return names
  const titled = isTitleCase(text)
  anyCapital.lastIndex = 0
  while (anyCapital.test(text)) {
    let from = anyCapital.lastIndex - 1
    while (from > 0 && isWordCode(text.charCodeAt(from - 1))) from--
    let to = anyCapital.lastIndex
    while (to < text.length && isWordCode(text.charCodeAt(to))) to++
    anyCapital.lastIndex = to
    const whole = text.slice(from, to)
    const lead = /^['’.-]*/.exec(whole)?.[0].length ?? 0
    const name = whole.replace(edge, "").replace(possessive, "")
    // After a colon or an opening quote a sentence begins as well.
    const before = text.slice(Math.max(0, from + lead - 2), from + lead)
    const first = titled || from + lead === 0 || /[:("“'‘*_>-]\s?$/.test(before)
    if (common.has(name.toLowerCase()) || !isName(name, first)) continue
    names.push({ text: name, start: start + from + lead })
  }
  return names
}

const ofLeaf = (leaf: Leaf): ReadonlyArray<FoundName> => leaf.sentences.flatMap(inSentence)

export const namesIn = (leaf: Leaf): ReadonlyArray<FoundName> => leaf.once(ofLeaf)
