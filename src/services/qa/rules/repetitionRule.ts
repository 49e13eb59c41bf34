// Rule `repetition`: sentences, and runs of three words, that stand in the piece more than once.
import { excerpt } from "../Finding.ts"
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
    for (const sentence of leaf.sentences) {
      if (sentence.text.length < sentenceCharsMin) continue
      const folded = leaf.foldedSentence(sentence)
      const before = first.get(folded)
      if (before === undefined) {
        first.set(folded, leaf.pointer)
        continue
      }
      const message = `the sentence stands in ${before} already; say it once`
      remarks.push({ field: leaf.pointer, text: excerpt(sentence.text), message })
    }
  }
  return remarks
}

/** Words as numbers below 2^17: three of them make one number that is exact. */
const wordsMax = 0x1ffff

/** A set of whole numbers with room for so many: a Set takes several times as long for numbers of this size. */
const makeSet = (size: number) => {
  let slots = 16
  while (slots < size * 2) slots *= 2
  const kept = new Float64Array(slots).fill(-1)
  let count = 0
  return {
    add: (number: number): void => {
      let at = (Math.imul(number ^ (number / 0x100000000), 0x9e3779b1) >>> 7) & (slots - 1)
      while (kept[at] !== -1) {
        if (kept[at] === number) return
        at = (at + 1) & (slots - 1)
      }
      kept[at] = number
      count++
    },
    size: () => count
  }
}

const repeatedShare = (leaves: ReadonlyArray<Leaf>): number => {
  const ids = new Map<string, number>()
  const seen = makeSet(leaves.reduce((sum, { tokens }) => sum + tokens.length, 0))
  let runs = 0
  for (const { tokens } of leaves) {
    let pair = 0
    for (let at = 0; at < tokens.length; at++) {
      const token = tokens[at]!
      let id = ids.get(token)
      // Of more different words than any piece has, the rest count as one.
      if (id === undefined) ids.set(token, id = Math.min(ids.size, wordsMax))
      if (at >= 2) {
        seen.add(pair * 0x20000 + id)
        runs++
      }
      pair = (pair % 0x20000) * 0x20000 + id
    }
  }
  return runs < runsMin ? 0 : 1 - seen.size() / runs
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
