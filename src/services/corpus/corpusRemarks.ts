// What the corpus rules say of a piece.
import { excerpt } from "../qa/Finding.ts"
import { nameOf, placeOf, type Remark } from "../qa/rules/CompiledRule.ts"
import type { RuleOf } from "../qa/RuleTypes.ts"
import { maxSimilarityDefault, type SentenceHash } from "./Profile.ts"

/** `slug` and `similarity` are undefined where the twin's profile could not be read. */
interface Twin {
  readonly slug: string | undefined
  readonly similarity: number | undefined
}

const percent = (share: number): string => `${Math.round(share * 100)} %`

export const duplicateRemark = (
  rule: RuleOf<"nearDuplicate">,
  twin: Twin | undefined
): Remark | undefined => {
  if (twin === undefined) return undefined
  const field = placeOf(rule.field)
  if (twin.slug === undefined || twin.similarity === undefined) {
    const message = "a piece that may be like this one could not be read, so it was not compared"
    return { field, text: "", message }
  }
  const { maxSimilarity = maxSimilarityDefault } = rule
  return {
    field,
    text: excerpt(twin.slug),
    message: `${nameOf(rule.field)} is ${percent(twin.similarity)} like that of "${
      excerpt(twin.slug, 80)
    }"; at most ${
      percent(maxSimilarity)
    } is allowed: say it in other words, from this item's own facts`
  }
}

const maxShareDefault = 0.3
const seenInDefault = 3

/** `counts` tells of each sentence in how many other pieces it stands. */
export const reuseRemark = (
  rule: RuleOf<"reuse">,
  sentences: ReadonlyArray<SentenceHash>,
  counts: ReadonlyArray<number>
): Remark | undefined => {
  const { maxShare = maxShareDefault, seenIn = seenInDefault } = rule
  const reused = counts.filter((count) => count >= seenIn).length
  if (sentences.length === 0 || reused / sentences.length <= maxShare) return undefined
  const most = counts.indexOf(Math.max(...counts))
  return {
    field: placeOf(rule.field),
    text: excerpt(sentences[most]?.text ?? ""),
    message:
      `${reused} of ${sentences.length} sentences stand in at least ${seenIn} other pieces; ` +
      `at most ${percent(maxShare)} may: write them anew`
  }
}
