// Words that name the item taken out of a text: what is left is the same for two pieces that differ in the name alone.
import { fold } from "../qa/Fold.ts"
import { tokensOf } from "../qa/Tokens.ts"

/** Stands for a name; no word of a text is this. */
const masked = "\u0001"
const possessive = /'s$/
/** One short word, or a bare number, is too common to be taken for a name wherever it stands. */
const lettersMin = 3

const wordsOf = (term: string): ReadonlyArray<string> =>
  tokensOf(fold(term).replaceAll("_", " ")).map((word) => word.replace(possessive, ""))

const isTelling = (words: ReadonlyArray<string>): boolean =>
  words.length > 1 ||
  (words[0] !== undefined && words[0].length >= lettersMin && !/^\d+$/.test(words[0]))

/** Replaces each run of words that is one of the terms by one sign; a possessive ending belongs to it. */
export const makeMask = (
  terms: ReadonlyArray<string>
): (tokens: ReadonlyArray<string>) => ReadonlyArray<string> => {
  const byFirst = new Map<string, Array<ReadonlyArray<string>>>()
  for (const words of terms.map(wordsOf).filter(isTelling)) {
    const same = byFirst.get(words[0]!) ?? []
    same.push(words)
    byFirst.set(words[0]!, same)
  }
  // The longest first: of a name and its beginning the whole name is meant.
  for (const same of byFirst.values()) same.sort((a, b) => b.length - a.length)
  return (tokens) => {
    const plain = (at: number): string => tokens[at]?.replace(possessive, "") ?? ""
    const kept: Array<string> = []
    for (let at = 0; at < tokens.length;) {
      const found = byFirst.get(plain(at))?.find((words) =>
        words.every((word, offset) => plain(at + offset) === word)
      )
      kept.push(found === undefined ? tokens[at]! : masked)
      at += found?.length ?? 1
    }
    return kept
  }
}

/** The words as a person reads them: `… is a course`. */
export const shownMasked = (words: ReadonlyArray<string>): string =>
  words.map((word) => word === masked ? "…" : word).join(" ")
