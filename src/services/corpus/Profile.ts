// What the corpus keeps of a piece: hashes of its word runs, its sentences and its beginnings, no text.
import { compileFieldPattern } from "../qa/FieldPattern.ts"
import { fold } from "../qa/Fold.ts"
import { leavesOf } from "../qa/Piece.ts"
import type { Rule, RuleOf } from "../qa/RuleTypes.ts"
import { tokensOf } from "../qa/Tokens.ts"
import { finish, hashText, mix } from "./Hash.ts"
import { makeMask, shownMasked } from "./Mask.ts"

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
const profileVersion = 3

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

type Tokens = ReadonlyArray<string>

/**
 * The hash of each run of words, from the hashes of its words; a text of fewer words is one run. They are spread evenly,
 * so that the lowest are as good a sample as any.
 */
const shinglesOf = (tokens: Tokens, words: number): Uint32Array => {
  const own = tokens.map((token) => hashText(token, seedLow))
  const run = Math.min(words, own.length)
  return Uint32Array.from({ length: own.length - run + 1 }, (_, at) => {
    let hash = seedHigh
    for (let i = 0; i < run; i++) hash = mix(hash, own[at + i]!)
    return finish(hash)
  })
}

/** Each once, ascending. */
const setOf = (lists: ReadonlyArray<Uint32Array>): Uint32Array => {
  const members = new Set<number>()
  for (const list of lists) for (const member of list) members.add(member)
  return Uint32Array.from(members).sort()
}

const hashOf = (words: Tokens, salt = ""): TextHash => {
  const key = `${salt}${words.join(" ")}`
  return { high: hashText(key, seedHigh), low: hashText(key, seedLow) }
}

/** By its hash each once, the first that stood there. */
const once = <H extends TextHash>(hashes: ReadonlyArray<H>): ReadonlyArray<H> => {
  const seen = new Set<string>()
  return hashes.filter(({ high, low }) => {
    const key = `${high} ${low}`
    return !seen.has(key) && seen.add(key)
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
    const leaves = leavesOf(content).filter(({ kind, tokens }) =>
      kind === "text" && tokens.length > 0
    )
    const compared = leaves.filter(({ segments }) => isCompared?.(segments))
    const sentences = leaves.filter(({ segments }) => isCounted?.(segments)).flatMap((leaf) =>
      leaf.sentences.map(({ text }) => ({ text, words: mask(tokensOf(fold(text))) }))
    )
    const beginnings = begins.flatMap(({ matches, openerWords, rule }) =>
      leaves.filter(({ segments }) => matches(segments)).map((leaf) => {
        const words = mask(leaf.tokens).slice(0, openerWords)
        return {
          ...hashOf(words, `${rule} `),
          rule,
          field: leaf.pointer,
          text: shownMasked(words)
        }
      })
    )
    const inOrder = compared.map(({ tokens }) => shinglesOf(mask(tokens), shingleWords))
    return {
      shingles: setOf(inOrder),
      inOrder,
      sentences: once(
        sentences.filter(({ words }) => words.length >= minWords)
          .map(({ text, words }) => ({ ...hashOf(words), text }))
      ),
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
