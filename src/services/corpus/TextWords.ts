// A folded text as the hashes of its words, which are all that the corpus compares: strings are made for remarks alone.
import { visitTokens } from "../qa/Tokens.ts"
import { hashPart, hashText } from "./Hash.ts"

/** Parallel lists, one entry a word, in the order of the text. */
export interface TextWords {
  readonly hashes: ReadonlyArray<number>
  /** Where the word begins, in UTF-16 units of the folded text, and where it ends. */
  readonly starts: ReadonlyArray<number>
  readonly ends: ReadonlyArray<number>
}

const seed = 0x85ebca6b

export const hashWord = (word: string): number => hashText(word, seed)

/** Stands for a name; no word of a text is this. */
export const maskedWord = hashWord("\u0001")

const apostrophe = 39
const letterS = 115

/** Where the word ends without its possessive ending. */
const plainEnd = (folded: string, start: number, end: number): number =>
  end - start > 2 && folded.charCodeAt(end - 1) === letterS &&
    folded.charCodeAt(end - 2) === apostrophe
    ? end - 2
    : end

/** `names` are runs of words, by the hash of their first word the longest first: each is replaced by one masked word. */
export const maskedWords = (
  folded: string,
  names: ReadonlyMap<number, ReadonlyArray<ReadonlyArray<number>>>
): TextWords => {
  const hashes: Array<number> = []
  const starts: Array<number> = []
  const ends: Array<number> = []
  /** Of each word without a possessive ending, which belongs to a name that it stands behind. */
  const plain: Array<number> = []
  visitTokens(folded, (start, end) => {
    const hash = hashPart(folded, start, end, seed)
    const stem = plainEnd(folded, start, end)
    hashes.push(hash)
    plain.push(stem === end ? hash : hashPart(folded, start, stem, seed))
    starts.push(start)
    ends.push(end)
  })
  let kept = 0
  for (let at = 0; at < hashes.length; kept++) {
    const name = names.get(plain[at]!)?.find((words) =>
      words.every((word, offset) => plain[at + offset] === word)
    )
    const length = name?.length ?? 1
    hashes[kept] = name === undefined ? hashes[at]! : maskedWord
    starts[kept] = starts[at]!
    ends[kept] = ends[at + length - 1]!
    at += length
  }
  hashes.length = starts.length = ends.length = kept
  return { hashes, starts, ends }
}
