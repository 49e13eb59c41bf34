// What the corpus keeps of a piece: hashes of its word runs, its sentences and its beginnings, no text.
import { compileFieldPattern } from "../qa/FieldPattern.ts"
import { fold } from "../qa/Fold.ts"
import { type Leaf, leavesOf } from "../qa/Piece.ts"
import type { Rule, RuleOf } from "../qa/RuleTypes.ts"
import { finish, mix } from "./Hash.ts"
import { makeMask, shownMasked } from "./Mask.ts"
import type { TextWords } from "./TextWords.ts"

/** A text by its hash: 64 bits in two halves. */
export interface TextHash {
  readonly high: number
  readonly low: number
}

export interface SentenceHash extends TextHash {
  readonly text: string
}

export interface OpenerHash extends TextHash {
  /** Which of the job's `openers` rules it is for. */
  readonly rule: number
  /** JSON pointer of the text that begins so. */
  readonly field: string
  readonly text: string
}

export interface Profile {
  /** Distinct, ascending: an exact set, but for collisions of 32 bits. */
  readonly shingles: Uint32Array
  /** The same in the order of each text: what stands in a row. */
  readonly inOrder: ReadonlyArray<Uint32Array>
  /** Each sentence once. */
  readonly sentences: ReadonlyArray<SentenceHash>
  /** Each beginning once for a rule. */
  readonly openers: ReadonlyArray<OpenerHash>
}

/** The corpus rules of a job. */
export interface CorpusRules {
  readonly nearDuplicate: RuleOf<"nearDuplicate"> | undefined
  readonly reuse: RuleOf<"reuse"> | undefined
  readonly openers: ReadonlyArray<RuleOf<"openers">>
  /** Keywords of the job's own: they name what all pieces are about, and count as little as an item's name. */
  readonly keywords: ReadonlyArray<string>
}

export const corpusRulesOf = (rules: ReadonlyArray<Rule>): CorpusRules => ({
  nearDuplicate: rules.find((rule) => rule.rule === "nearDuplicate"),
  reuse: rules.find((rule) => rule.rule === "reuse"),
  openers: rules.filter((rule) => rule.rule === "openers"),
  keywords: rules.flatMap((rule) =>
    rule.rule === "keyword" && rule.phrase !== undefined ? [rule.phrase] : []
  )
})

export const shingleWordsDefault = 3
export const maxSimilarityDefault = 0.4
const minWordsDefault = 5
const openerWordsDefault = 4

/** Raised whenever a profile is made differently. */
const profileVersion = 4

/** What a profile depends on beside the piece, as JSON. */
export const profileSettings = ({ keywords, nearDuplicate, openers, reuse }: CorpusRules) => ({
  profileVersion,
  compared: nearDuplicate === undefined
    ? null
    : [nearDuplicate.field, nearDuplicate.shingleWords ?? shingleWordsDefault],
  counted: reuse === undefined ? null : [reuse.field, reuse.minWords ?? minWordsDefault],
  openers: openers.map((rule) => [rule.field, rule.openerWords ?? openerWordsDefault]),
  keywords
})

const seedHigh = 0x9e3779b9
const seedLow = 0x85ebca6b

type Hashes = ReadonlyArray<number>

/**
 * The hash of each run of words, from the hashes of its words; a text of fewer words is one run. They are spread evenly,
 * so that the lowest are as good a sample as any.
 */
const shinglesOf = (words: Hashes, runWords: number): Uint32Array => {
  const run = Math.min(runWords, words.length)
  const shingles = new Uint32Array(words.length - run + 1)
  for (let at = 0; at < shingles.length; at++) {
    let hash = seedHigh
    for (let i = 0; i < run; i++) hash = mix(hash, words[at + i]!)
    shingles[at] = finish(hash)
  }
  return shingles
}

/** Each once, ascending. */
const setOf = (lists: ReadonlyArray<Uint32Array>): Uint32Array => {
  const members = new Uint32Array(lists.reduce((sum, { length }) => sum + length, 0))
  let size = 0
  for (const list of lists) {
    members.set(list, size)
    size += list.length
  }
  members.sort()
  let kept = 0
  for (let at = 0; at < size; at++) {
    if (at === 0 || members[at] !== members[at - 1]) members[kept++] = members[at]!
  }
  return members.slice(0, kept)
}

/** Of the words `[from, to)`. */
const hashOf = (words: Hashes, from: number, to: number, salt = 0): TextHash => {
  let high = seedHigh ^ salt
  let low = seedLow ^ salt
  for (let at = from; at < to; at++) {
    high = mix(high, words[at]!)
    low = mix(low, words[at]!)
  }
  return { high: finish(high ^ (to - from)), low: finish(low ^ (to - from)) }
}

/** By its hash each once, the first that stood there. */
const once = <H extends TextHash>(hashes: ReadonlyArray<H>): ReadonlyArray<H> => {
  const highs = new Map<number, number>()
  return hashes.filter(({ high, low }) => highs.get(low) !== high && highs.set(low, high))
}

type Mask = (folded: string) => TextWords

/** The sentences of so many words at least. */
const sentencesIn = (leaf: Leaf, words: TextWords, minWords: number, mask: Mask) => {
  // Where folding kept the length it kept the places.
  const isInPlace = leaf.folded.length === leaf.text.length
  let next = 0
  return leaf.sentences.flatMap(({ start, text }): ReadonlyArray<SentenceHash> => {
    const own = isInPlace ? words : mask(fold(text))
    const { hashes, starts } = own
    let from = 0
    let to = hashes.length
    if (isInPlace) {
      while (next < to && starts[next]! < start) next++
      from = next
      while (next < to && starts[next]! < start + text.length) next++
      to = next
    }
    return to - from < minWords ? [] : [{ ...hashOf(hashes, from, to), text }]
  })
}

/** Pure: the same piece under the same names has the same profile. The slug is a name as well. */
export type ProfileOf = (content: unknown, slug: string, names: ReadonlyArray<string>) => Profile

export const makeProfileOf = (rules: CorpusRules): ProfileOf => {
  const { keywords, nearDuplicate, openers, reuse } = rules
  const isCompared = nearDuplicate && compileFieldPattern(nearDuplicate.field)
  const shingleWords = nearDuplicate?.shingleWords ?? shingleWordsDefault
  const isCounted = reuse && compileFieldPattern(reuse.field)
  const minWords = reuse?.minWords ?? minWordsDefault
  const begins = openers.map(({ field, openerWords = openerWordsDefault }, rule) => ({
    rule,
    openerWords,
    matches: compileFieldPattern(field)
  }))
  return (content, slug, names) => {
    const mask = makeMask([slug, ...names, ...keywords])
    const inOrder: Array<Uint32Array> = []
    const sentences: Array<SentenceHash> = []
    const beginnings: Array<OpenerHash> = []
    for (const leaf of leavesOf(content)) {
      if (leaf.kind !== "text") continue
      const words = mask(leaf.folded)
      const { hashes } = words
      if (hashes.length === 0) continue
      if (isCompared?.(leaf.segments)) inOrder.push(shinglesOf(hashes, shingleWords))
      if (isCounted?.(leaf.segments)) sentences.push(...sentencesIn(leaf, words, minWords, mask))
      for (const { matches, openerWords, rule } of begins) {
        if (!matches(leaf.segments)) continue
        beginnings.push({
          ...hashOf(hashes, 0, Math.min(openerWords, hashes.length), rule),
          rule,
          field: leaf.pointer,
          text: shownMasked(leaf.folded, words, openerWords)
        })
      }
    }
    return {
      shingles: setOf(inOrder),
      inOrder,
      sentences: once(sentences),
      openers: once(beginnings)
    }
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
