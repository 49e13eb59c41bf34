// Rule `repetition`: sentences, and runs of three words, that stand in the piece more than once.
import { excerpt } from "../Finding.ts"
import { fold } from "../Fold.ts"
import type { Leaf } from "../Piece.ts"
import type { RuleOf } from "../RuleTypes.ts"
import { type CompiledRule, nameOf, placeOf, type Remark, textsAt } from "./CompiledRule.ts"

/** Shorter sentences come twice without harm. */
const sentenceCharsMin = 25
/** A piece of fewer runs repeats a name, not itself. */
const runsMin = 50
const maxShareDefault = 0.2

const repeatedSentences = (leaves: ReadonlyArray<Leaf>): ReadonlyArray<Remark> => {
  const first = new Map<string, string>()
  const remarks: Array<Remark> = []
  for (const leaf of leaves) {
    for (const { text } of leaf.sentences) {
      if (text.length < sentenceCharsMin) continue
      const folded = fold(text)
      const before = first.get(folded)
      if (before === undefined) {
        first.set(folded, leaf.pointer)
        continue
      }
      const message = `the sentence stands in ${before} already; say it once`
      remarks.push({ field: leaf.pointer, text: excerpt(text), message })
    }
  }
  return remarks
}

const repeatedShare = (leaves: ReadonlyArray<Leaf>): number => {
  const seen = new Set<string>()
  let runs = 0
  for (const { tokens } of leaves) {
    for (let at = 0; at + 2 < tokens.length; at++) {
      seen.add(`${tokens[at]} ${tokens[at + 1]} ${tokens[at + 2]}`)
      runs++
    }
  }
  return runs < runsMin ? 0 : 1 - seen.size / runs
}

export const repetitionRule = (rule: RuleOf<"repetition">): CompiledRule => {
  const texts = textsAt(rule.field)
  const { maxShare = maxShareDefault } = rule
  return (input) => {
    const leaves = texts(input)
    const share = repeatedShare(leaves)
    const sentences = repeatedSentences(leaves)
    if (share <= maxShare) return sentences
    const message = `${Math.round(share * 100)} % of the three-word runs of ${
      nameOf(rule.field)
    } stood there before; at most ${Math.round(maxShare * 100)} % are allowed`
    return [...sentences, { field: placeOf(rule.field), text: "", message }]
  }
}
