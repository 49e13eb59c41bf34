// Rules `banned` and `required`: phrases as whole words, whatever their case, quotes, dashes or spacing, and patterns.
import { excerpt } from "../Finding.ts"
import { fold, indexOfWords } from "../Fold.ts"
import { compilePatternSearch } from "../pattern/Pattern.ts"
import type { Leaf } from "../Piece.ts"
import type { RuleOf } from "../RuleTypes.ts"
import { type CompiledRule, nameOf, placeOf, type Remark, textsAt } from "./CompiledRule.ts"

/** Places in a folded text; undefined where the text is too long to be looked through. */
type Search = (
  folded: string
) => ReadonlyArray<{ readonly start: number; readonly end: number }> | undefined

interface Sought {
  /** As it was declared, for messages. */
  readonly name: string
  /** Folded text without which there is nothing to find; empty where that cannot be told. */
  readonly hint: string
  readonly search: Search
}

/** Where the folded phrase stands, as whole words, none within another. */
export const placesOfWords = (
  text: string,
  phrase: string
): ReadonlyArray<{ readonly start: number; readonly end: number }> => {
  const places: Array<{ readonly start: number; readonly end: number }> = []
  let from = 0
  while (from <= text.length) {
    const at = indexOfWords(text, phrase, from)
    if (at === -1) break
    places.push({ start: at, end: at + phrase.length })
    from = at + phrase.length
  }
  return places
}

const soughtOf = (
  phrases: ReadonlyArray<string> = [],
  patterns: ReadonlyArray<string> = []
): ReadonlyArray<Sought> => [
  ...phrases.map((phrase) => ({ phrase, folded: fold(phrase).trim() }))
    .filter(({ folded }) => folded !== "")
    .map(({ folded, phrase }): Sought => ({
      name: `the phrase "${excerpt(phrase)}"`,
      hint: folded,
      search: (text) => placesOfWords(text, folded)
    })),
  ...patterns.map((source): Sought => ({
    name: `the pattern "${excerpt(source)}"`,
    hint: "",
    search: compilePatternSearch(source)
  }))
]

/** The words as they stand in the piece, where folding kept their place; else as they were folded. */
const asWritten = (leaf: Leaf, start: number, end: number): string =>
  (leaf.folded.length === leaf.text.length ? leaf.text : leaf.folded).slice(start, end)

const unchecked = (leaf: Leaf, name: string): Remark => ({
  field: leaf.pointer,
  text: excerpt(leaf.text, 80),
  message: `${name} could not be looked for: the text is too long for it`
})

export const bannedRule = (rule: RuleOf<"banned">): CompiledRule => {
  const texts = textsAt(rule.field)
  const banned = soughtOf(rule.phrases, rule.patterns)
  const { atMost = 0 } = rule
  return (input) => {
    const whole = input.foldedWhole()
    const suspects = banned.filter(({ hint }) => whole.includes(hint))
    if (suspects.length === 0) return []
    const leaves = texts(input)
    const remarks: Array<Remark> = []
    for (const { name, search } of suspects) {
      let count = 0
      for (const leaf of leaves) {
        const places = search(leaf.folded)
        if (places === undefined) remarks.push(unchecked(leaf, name))
        const before = count
        count += places?.length ?? 0
        const over = places?.[Math.max(0, atMost - before)]
        if (over === undefined) continue
        remarks.push({
          field: leaf.pointer,
          text: excerpt(asWritten(leaf, over.start, over.end)),
          message: atMost === 0
            ? `${name} is banned; say it in other words or leave it out`
            : `${name} stands more than ${atMost} times in ${
              nameOf(rule.field)
            }; say it in other words`
        })
      }
    }
    return remarks
  }
}

/** Each must stand so often in the texts that the field covers, taken together. */
export const requiredRule = (rule: RuleOf<"required">): CompiledRule => {
  const texts = textsAt(rule.field)
  const required = soughtOf(rule.phrases, rule.patterns)
  const { atLeast = 1 } = rule
  return (input) => {
    const leaves = texts(input)
    return required.flatMap(({ name, search }): ReadonlyArray<Remark> => {
      let count = 0
      for (const leaf of leaves) {
        const places = search(leaf.folded)
        if (places === undefined) return [unchecked(leaf, name)]
        count += places.length
      }
      if (count >= atLeast) return []
      const message = count === 0
        ? `${name} is required and does not stand in ${nameOf(rule.field)}`
        : `${name} stands ${count} times in ${nameOf(rule.field)}; at least ${atLeast} are wanted`
      return [{ field: placeOf(rule.field), text: "", message }]
    })
  }
}
