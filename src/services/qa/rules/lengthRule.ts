// Rule `length`: how much there is, text by text or together, and how many items a list has. A missing field is the schema's affair.
import { valuesAt } from "../FieldPattern.ts"
import { excerpt } from "../Finding.ts"
import type { Leaf } from "../Piece.ts"
import type { RuleOf } from "../RuleTypes.ts"
import { type CompiledRule, nameOf, placeOf, type Remark, textsAt } from "./CompiledRule.ts"

const surrogate = /[\ud800-\udbff]/

const countChars = (text: string): number => {
  let count = text.length
  if (!surrogate.test(text)) return count
  for (let at = 0; at + 1 < text.length; at++) {
    const high = text.charCodeAt(at)
    if (high < 0xd800 || high > 0xdbff) continue
    const low = text.charCodeAt(at + 1)
    if (low >= 0xdc00 && low <= 0xdfff) count--
  }
  return count
}

const countParagraphs = (text: string): number =>
  !text.includes("\n")
    ? (text.trim() === "" ? 0 : 1)
    : text.split(/\n[^\S\n]*\n/).filter((paragraph) => paragraph.trim() !== "").length

const measures = {
  characters: (leaf: Leaf) => countChars(leaf.text),
  words: (leaf: Leaf) => leaf.wordStarts.length,
  sentences: (leaf: Leaf) => leaf.sentences.length,
  paragraphs: (leaf: Leaf) => countParagraphs(leaf.text)
}

interface Bound {
  readonly unit: string
  readonly min: number | undefined
  readonly max: number | undefined
}

const outside = (count: number, { max, min, unit }: Bound): string | undefined => {
  if (min !== undefined && count < min) return `has ${count} ${unit}; at least ${min} are wanted`
  if (max !== undefined && count > max) return `has ${count} ${unit}; at most ${max} are allowed`
  return undefined
}

const isBound = ({ max, min }: Bound): boolean => min !== undefined || max !== undefined

export const lengthRule = (rule: RuleOf<"length">): CompiledRule => {
  const texts = textsAt(rule.field)
  const bounds = ([
    { unit: "characters", min: rule.minChars, max: rule.maxChars },
    { unit: "words", min: rule.minWords, max: rule.maxWords },
    { unit: "sentences", min: rule.minSentences, max: rule.maxSentences },
    { unit: "paragraphs", min: rule.minParagraphs, max: rule.maxParagraphs }
  ] as const).filter(isBound)
  const items: Bound = { unit: "items", min: rule.minItems, max: rule.maxItems }

  const ofLists = (content: unknown): ReadonlyArray<Remark> =>
    valuesAt(content, rule.field).flatMap(({ pointer, value }) => {
      const message = Array.isArray(value) ? outside(value.length, items) : undefined
      return message === undefined ? [] : [{ field: pointer, text: "", message }]
    })

  const ofTexts = (leaves: ReadonlyArray<Leaf>): ReadonlyArray<Remark> => {
    const remarks: Array<Remark> = []
    for (const leaf of leaves) {
      for (const bound of bounds) {
        const message = outside(measures[bound.unit](leaf), bound)
        if (message === undefined) continue
        remarks.push({ field: leaf.pointer, text: excerpt(leaf.text, 80), message })
      }
    }
    return remarks
  }

  const together = (leaves: ReadonlyArray<Leaf>): ReadonlyArray<Remark> =>
    leaves.length === 0 ? [] : bounds.flatMap((bound) => {
      const count = leaves.reduce((sum, leaf) => sum + measures[bound.unit](leaf), 0)
      const message = outside(count, bound)
      return message === undefined
        ? []
        : [{ field: placeOf(rule.field), text: "", message: `${nameOf(rule.field)} ${message}` }]
    })

  const ofAll = rule.together === true ? together : ofTexts
  if (!isBound(items)) return (input) => ofAll(texts(input))
  if (bounds.length === 0) return (input) => ofLists(input.content)
  return (input) => [...ofLists(input.content), ...ofAll(texts(input))]
}
