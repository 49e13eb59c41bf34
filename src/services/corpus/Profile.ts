// What the corpus keeps of a piece: hashes of its word runs and of its sentences, no text.
import { compileFieldPattern } from "../qa/FieldPattern.ts"
import { fold } from "../qa/Fold.ts"
import { leavesOf } from "../qa/Piece.ts"
import type { RuleOf } from "../qa/RuleTypes.ts"
import { tokensOf } from "../qa/Tokens.ts"
import { hashText, mix } from "./Hash.ts"

export interface SentenceHash {
  readonly high: number
  readonly low: number
  readonly text: string
}

export interface Profile {
  /** Distinct, ascending: an exact set, but for collisions of 32 bits. */
  readonly shingles: Uint32Array
  /** Each sentence once. */
  readonly sentences: ReadonlyArray<SentenceHash>
}

/** The corpus rules of a job, their defaults filled in. */
export interface CorpusRules {
  readonly nearDuplicate: RuleOf<"nearDuplicate"> | undefined
  readonly reuse: RuleOf<"reuse"> | undefined
}

export const shingleWordsDefault = 3
export const maxSimilarityDefault = 0.4
export const minWordsDefault = 5

const seedHigh = 0x9e3779b9
const seedLow = 0x85ebca6b

/** The hash of each run of words, from the hashes of its words. A text of fewer words is one run. */
const shinglesOf = (tokens: ReadonlyArray<ReadonlyArray<string>>, words: number): Uint32Array => {
  const hashes = new Set<number>()
  for (const list of tokens) {
    const own = list.map((token) => hashText(token, seedLow))
    const run = Math.min(words, own.length)
    for (let at = 0; run > 0 && at + run <= own.length; at++) {
      let hash = seedHigh
      for (let i = 0; i < run; i++) hash = mix(hash, own[at + i]!)
      hashes.add(hash >>> 0)
    }
  }
  return Uint32Array.from(hashes).sort()
}

/** Pure: the same piece has the same profile. */
export const makeProfileOf = ({ nearDuplicate, reuse }: CorpusRules) => {
  const isCompared = nearDuplicate === undefined
    ? () => false
    : compileFieldPattern(nearDuplicate.field)
  const isCounted = reuse === undefined ? () => false : compileFieldPattern(reuse.field)
  const words = nearDuplicate?.shingleWords ?? shingleWordsDefault
  const minWords = reuse?.minWords ?? minWordsDefault
  return (content: unknown): Profile => {
    const leaves = leavesOf(content).filter(({ kind }) => kind === "text")
    const compared = leaves.filter((leaf) => isCompared(leaf.segments)).map((leaf) => leaf.tokens)
    const sentences = new Map<string, SentenceHash>()
    for (const leaf of leaves) {
      if (!isCounted(leaf.segments)) continue
      for (const { text } of leaf.sentences) {
        const tokens = tokensOf(fold(text))
        if (tokens.length < minWords) continue
        const key = tokens.join(" ")
        if (!sentences.has(key)) {
          sentences.set(key, { high: hashText(key, seedHigh), low: hashText(key, seedLow), text })
        }
      }
    }
    return { shingles: shinglesOf(compared, words), sentences: [...sentences.values()] }
  }
}

/** Members in common by members of either: 1 is the same set. Both ascending. */
export const similarityOf = (left: Uint32Array, right: Uint32Array): number => {
  let both = 0
  let i = 0
  let j = 0
  while (i < left.length && j < right.length) {
    const a = left[i]!
    const b = right[j]!
    if (a === b) {
      both++
      i++
      j++
    } else if (a < b) i++
    else j++
  }
  const either = left.length + right.length - both
  return either === 0 ? 0 : both / either
}
