// Rules `banned` and `required`: phrases as whole words, whatever their case, quotes, dashes or spacing, and patterns.
import { excerpt } from "../Finding.ts"
import { fold, indexOfWords, phrased } from "../Fold.ts"
import { compilePatternSearch } from "../pattern/Pattern.ts"
import type { Leaf } from "../Piece.ts"
import type { RuleOf } from "../RuleTypes.ts"
import {
  type CompiledRule,
  nameOf,
  placeOf,
  type Remark,
  type RuleInput,
  textsAt
} from "./CompiledRule.ts"

interface Place {
  readonly start: number
  readonly end: number
}

interface Sought {
  /** As it was declared, for messages. */
  readonly name: string
  /** A quick look: whether it may stand anywhere in the piece. */
  readonly mayStandIn: (input: RuleInput) => boolean
  /** The text of a leaf that is looked through. */
  readonly textOf: (leaf: Leaf) => string
  /** Undefined where the text is too long to be looked through. */
  readonly search: (text: string) => ReadonlyArray<Place> | undefined
}

/** Where the phrase stands, as whole words, none within another. Expects both as `phrased` gives them. */
export const placesOfWords = (text: string, phrase: string): ReadonlyArray<Place> => {
  const places: Array<Place> = []
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
  ...phrases.map((phrase) => ({ phrase, words: phrased(fold(phrase)).trim() }))
    .filter(({ words }) => words !== "")
    .map(({ phrase, words }): Sought => ({
      name: `the phrase "${excerpt(phrase)}"`,
      mayStandIn: ({ phrasedWhole }) => phrasedWhole().includes(words),
      textOf: (leaf) => leaf.phrased,
      search: (text) => placesOfWords(text, words)
    })),
  ...patterns.map((source): Sought => ({
    name: `the pattern "${excerpt(source)}"`,
    mayStandIn: () => true,
    textOf: (leaf) => leaf.folded,
    search: compilePatternSearch(source)
  }))
]

/** The words as they stand in the piece, where folding kept their place; else as they were folded. */
const asWritten = (leaf: Leaf, text: string, { end, start }: Place): string =>
  (text.length === leaf.text.length ? leaf.text : text).slice(start, end)

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
    const leaves = texts(input)
    const remarks: Array<Remark> = []
    for (const { mayStandIn, name, search, textOf } of banned) {
      if (!mayStandIn(input)) continue
      let count = 0
      for (const leaf of leaves) {
        const text = textOf(leaf)
        const places = search(text)
        if (places === undefined) remarks.push(unchecked(leaf, name))
        const before = count
        count += places?.length ?? 0
        const over = places?.[Math.max(0, atMost - before)]
        if (over === undefined) continue
        remarks.push({
          field: leaf.pointer,
          text: excerpt(asWritten(leaf, text, over)),
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
    return required.flatMap(({ name, search, textOf }): ReadonlyArray<Remark> => {
      let count = 0
      for (const leaf of leaves) {
        const places = search(textOf(leaf))
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
