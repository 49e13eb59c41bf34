// Words that name the item taken out of a text: what is left is the same for two pieces that differ in the name alone.
import { fold } from "../qa/Fold.ts"
import { tokensOf } from "../qa/Tokens.ts"
import { hashWord, maskedWord, maskedWords, type TextWords } from "./TextWords.ts"

const possessive = /'s$/
/** One short word, or a bare number, is too common to be taken for a name wherever it stands. */
const lettersMin = 3

const wordsOf = (term: string): ReadonlyArray<string> =>
  tokensOf(fold(term).replaceAll("_", " ")).map((word) => word.replace(possessive, ""))

const isTelling = (words: ReadonlyArray<string>): boolean =>
  words.length > 1 ||
  (words[0] !== undefined && words[0].length >= lettersMin && !/^\d+$/.test(words[0]))

/**
 * Answers the words of a folded text, each run of them that is one of the terms replaced by one masked word; a possessive
 * ending belongs to it.
 */
export const makeMask = (terms: ReadonlyArray<string>): (folded: string) => TextWords => {
  const byFirst = new Map<number, Array<ReadonlyArray<number>>>()
  for (const words of terms.map(wordsOf).filter(isTelling)) {
    const hashes = words.map(hashWord)
    const same = byFirst.get(hashes[0]!) ?? []
    same.push(hashes)
    byFirst.set(hashes[0]!, same)
  }
  // The longest first: of a name and its beginning the whole name is meant.
  for (const same of byFirst.values()) same.sort((a, b) => b.length - a.length)
  return (folded) => maskedWords(folded, byFirst)
}

/** The first words as a person reads them: `… is a course`. */
export const shownMasked = (
  folded: string,
  { ends, hashes, starts }: TextWords,
  count: number
): string =>
  starts.slice(0, count)
    .map((start, at) => hashes[at] === maskedWord ? "…" : folded.slice(start, ends[at]))
    .join(" ")
