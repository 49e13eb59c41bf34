// A piece held against the corpus, rule by rule.
import * as Effect from "effect/Effect"
import type { Remark } from "../qa/rules/CompiledRule.ts"
import type { Rule } from "../qa/RuleTypes.ts"
import type { StoredPiece } from "./CorpusFile.ts"
import type { CorpusIndex } from "./CorpusIndex.ts"
import {
  type Compared,
  duplicateRemark,
  isWornOpener,
  openerRemark,
  reusedSentences,
  reuseRemark
} from "./corpusRemarks.ts"
import type { CorpusRules, Profile, TextHash } from "./Profile.ts"
import { maxSimilarityDefault, similarityOf } from "./Profile.ts"

interface Pieces {
  readonly index: CorpusIndex
  /** Undefined where the file does not give it back. */
  readonly read: (entry: number) => Effect.Effect<StoredPiece | undefined>
}

type Say = (rule: Rule, remark: Remark) => void

const keyOf = ({ high, low }: TextHash): string => `${high} ${low}`

/** `own` is the entry that the piece would supersede: it is not held against itself. */
export const makeHoldAgainst = (rules: CorpusRules, { index, read }: Pieces) => {
  const { nearDuplicate, openers, reuse } = rules

  /** The first candidate that is too much like the piece, or why one may have been missed. */
  const findTwin = Effect.fnUntraced(function*(
    profile: Profile,
    own: number | undefined
  ): Effect.fn.Return<Compared | undefined> {
    const limit = nearDuplicate?.maxSimilarity ?? maxSimilarityDefault
    const { entries, unsure } = index.candidates(profile, own)
    let isUnread = false
    for (const entry of entries) {
      const other = yield* read(entry)
      if (other === undefined) {
        isUnread = true
        continue
      }
      const similarity = similarityOf(profile.shingles, other.shingles)
      if (similarity > limit) return { _tag: "Twin", slug: other.slug, similarity }
    }
    const reason = isUnread ? "unread" : unsure
    return reason === undefined ? undefined : { _tag: "Unsure", reason }
  })

  const slugOf = (entry: number | undefined, own: number | undefined) =>
    entry === undefined || entry === own || !index.isAlive(entry)
      ? Effect.undefined
      : Effect.map(read(entry), (piece) => piece?.slug)

  /** The piece that has most of the texts, as far as it is known who has them. */
  const whoHas = (texts: ReadonlyArray<TextHash>, own: number | undefined) => {
    const counts = new Map<number, number>()
    for (const text of texts) {
      const entry = index.sentences.entryWith(text)
      if (entry === undefined || entry === own || !index.isAlive(entry)) continue
      counts.set(entry, (counts.get(entry) ?? 0) + 1)
    }
    const [most] = [...counts].sort(([a, left], [b, right]) => right - left || a - b)
    return slugOf(most?.[0], own)
  }

  return Effect.fnUntraced(function*(profile: Profile, own: number | undefined, say: Say) {
    if (nearDuplicate !== undefined) {
      const remark = duplicateRemark(nearDuplicate, yield* findTwin(profile, own))
      if (remark !== undefined) say(nearDuplicate, remark)
    }
    if (reuse === undefined && openers.length === 0) return
    const before = own === undefined ? undefined : yield* read(own)
    const ownSentences = new Set(before?.sentences.map(keyOf))
    const ownOpeners = new Set(before?.openers.map(keyOf))
    if (reuse !== undefined) {
      const { sentences } = profile
      const counts = sentences.map((sentence) =>
        index.sentences.count(sentence) - (ownSentences.has(keyOf(sentence)) ? 1 : 0)
      )
      const reused = reusedSentences(reuse, sentences, counts)
      if (reused.length > 0) {
        say(reuse, reuseRemark(reuse, sentences.length, reused, yield* whoHas(reused, own)))
      }
    }
    const pieces = index.size - (own === undefined ? 0 : 1)
    for (const opener of profile.openers) {
      const rule = openers[opener.rule]!
      const others = index.openers.count(opener) - (ownOpeners.has(keyOf(opener)) ? 1 : 0)
      if (!isWornOpener(rule, others, pieces)) continue
      const twin = yield* slugOf(index.openers.entryWith(opener), own)
      say(rule, openerRemark(rule, opener, { others, pieces, twin }))
    }
  })
}
