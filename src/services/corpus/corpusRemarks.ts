// What the corpus rules say of a piece.
import { excerpt } from "../qa/Finding.ts"
import { nameOf, placeOf, type Remark } from "../qa/rules/CompiledRule.ts"
import type { RuleOf } from "../qa/RuleTypes.ts"
import type { Candidates } from "./CandidateSearch.ts"
import { maxSimilarityDefault, type OpenerHash, type SentenceHash } from "./Profile.ts"

/** What was found by comparing: a piece above the limit, or a reason why there may be one. */
export type Compared =
  | { readonly _tag: "Twin"; readonly slug: string; readonly similarity: number }
  | { readonly _tag: "Unsure"; readonly reason: NonNullable<Candidates["unsure"]> | "unread" }

const percent = (share: number): string => `${Math.round(share * 100)} %`
const quoted = (slug: string): string => `"${excerpt(slug, 80)}"`

const unsureBecause: {
  readonly [reason in Extract<Compared, { _tag: "Unsure" }>["reason"]]: string
} = {
  unread: "a piece that may be like this one could not be read, so it was not compared",
  crowded: "more pieces may be like this one than are compared, and none of those compared is",
  common:
    "too much of this piece is text that many others have, so whether it is like one of them cannot be told"
}

export const duplicateRemark = (
  rule: RuleOf<"nearDuplicate">,
  compared: Compared | undefined
): Remark | undefined => {
  if (compared === undefined) return undefined
  const field = placeOf(rule.field)
  const advice = "say it in other words, from this item's own facts"
  if (compared._tag === "Unsure") {
    return { field, text: "", message: `${unsureBecause[compared.reason]}: ${advice}` }
  }
  const { similarity, slug } = compared
  const { maxSimilarity = maxSimilarityDefault } = rule
  return {
    field,
    text: excerpt(slug),
    message: `${nameOf(rule.field)} is ${percent(similarity)} like that of ${quoted(slug)}; ` +
      `at most ${percent(maxSimilarity)} is allowed: ${advice}`
  }
}

const maxShareDefault = 0.3
const openersShareDefault = 0.1
const seenInDefault = 3

/** Which of the sentences stand in too many other pieces; `counts` tells in how many each does. None where that is allowed. */
export const reusedSentences = (
  { maxShare = maxShareDefault, seenIn = seenInDefault }: RuleOf<"reuse">,
  sentences: ReadonlyArray<SentenceHash>,
  counts: ReadonlyArray<number>
): ReadonlyArray<SentenceHash> => {
  const reused = sentences.filter((_, at) => counts[at]! >= seenIn)
  return reused.length > sentences.length * maxShare ? reused : []
}

/** `twin` is a piece that has most of what is reused, where one is known. */
export const reuseRemark = (
  rule: RuleOf<"reuse">,
  sentences: number,
  reused: ReadonlyArray<SentenceHash>,
  twin: string | undefined
): Remark => {
  const { maxShare = maxShareDefault, seenIn = seenInDefault } = rule
  const such = twin === undefined ? "" : `, most of them in ${quoted(twin)}`
  return {
    field: placeOf(rule.field),
    text: excerpt(reused[0]?.text ?? ""),
    message:
      `${reused.length} of ${sentences} sentences stand in at least ${seenIn} other pieces${such}; ` +
      `at most ${percent(maxShare)} may: write them anew`
  }
}

/** Whether too many pieces begin so: `others` of all `pieces` do. */
export const isWornOpener = (
  { maxShare = openersShareDefault, seenIn = seenInDefault }: RuleOf<"openers">,
  others: number,
  pieces: number
): boolean => others >= seenIn && others + 1 > maxShare * (pieces + 1)

export const openerRemark = (
  { maxShare = openersShareDefault }: RuleOf<"openers">,
  opener: OpenerHash,
  seen: { readonly others: number; readonly pieces: number; readonly twin: string | undefined }
): Remark => {
  const { others, pieces, twin } = seen
  const such = twin === undefined ? "" : `, such as that of ${quoted(twin)}`
  return {
    field: opener.field,
    text: excerpt(opener.text),
    message: `begins as ${others} of ${pieces} other pieces do${such}; ` +
      `at most ${percent(maxShare)} may: begin otherwise`
  }
}
