// Rule `distinct`: no two texts of a list say the same, and they do not all begin alike.
import { excerpt } from "../Finding.ts"
import type { Leaf } from "../Piece.ts"
import type { RuleOf } from "../RuleTypes.ts"
import { type CompiledRule, nameOf, placeOf, type Remark, textsAt } from "./CompiledRule.ts"

/** Words in common above which two questions are one. */
const sameShare = 0.8
const textsMax = 200

const shared = (left: ReadonlySet<string>, right: ReadonlySet<string>): number => {
  let both = 0
  for (const word of left) if (right.has(word)) both++
  const union = left.size + right.size - both
  return union === 0 ? 1 : both / union
}

const twins = (leaves: ReadonlyArray<Leaf>): ReadonlyArray<Remark> => {
  const sets = leaves.slice(0, textsMax).map((leaf) => ({ leaf, words: new Set(leaf.tokens) }))
  return sets.flatMap(({ leaf, words }, index): ReadonlyArray<Remark> => {
    const twin = sets.slice(0, index).find((other) => shared(other.words, words) >= sameShare)
    return twin === undefined ? [] : [{
      field: leaf.pointer,
      text: excerpt(leaf.text),
      message: `says the same as ${twin.leaf.pointer}; ask or say something else`
    }]
  })
}

export const distinctRule = (rule: RuleOf<"distinct">): CompiledRule => {
  const texts = textsAt(rule.field)
  const { minOpeners, openerWords = 2 } = rule
  return (input) => {
    const leaves = texts(input)
    const same = twins(leaves)
    if (minOpeners === undefined) return same
    const openers = new Set(leaves.map((leaf) => leaf.tokens.slice(0, openerWords).join(" ")))
    if (openers.size >= minOpeners) return same
    const message = `the texts of ${nameOf(rule.field)} begin in ${openers.size} ways ` +
      `(${[...openers].slice(0, 3).map((opener) => `"${excerpt(opener, 40)}"`).join(", ")}); ` +
      `at least ${minOpeners} are wanted`
    return [...same, { field: placeOf(rule.field), text: "", message }]
  }
}
