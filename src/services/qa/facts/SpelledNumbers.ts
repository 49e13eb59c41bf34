// Numbers that are written as words, in English: "twenty", "one hundred and five", "½".
import { eachMatch } from "../eachMatch.ts"
import { type Unit, unitAfter } from "./Units.ts"

export interface SpelledNumber {
  /** As it is written. */
  readonly text: string
  readonly start: number
  /** Canonical. */
  readonly number: string
  readonly unit: Unit
}

const small =
  ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen " +
    "sixteen seventeen eighteen nineteen").split(" ")
const tens = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ")

const values: ReadonlyMap<string, number> = new Map([
  ...small.map((word, value) => [word, value] as const),
  ...tens.map((word, index) => [word, (index + 2) * 10] as const),
  ["hundred", 100],
  ["thousand", 1_000],
  ["million", 1_000_000],
  ["billion", 1_000_000_000]
])

const word = [...values.keys()].join("|")
const spelled = new RegExp(`\\b(?:${word})(?:(?:[ -]|[ -]and[ -])(?:${word}))*\\b|[½¼¾]`, "g")
const signs: { readonly [sign: string]: string } = { "½": "0.5", "¼": "0.25", "¾": "0.75" }

export const isNumberWord = (token: string): boolean => values.has(token)

const anyWord = new RegExp(`\\b(?:${word})\\b`)

/** A quick look: whether any token of the folded text may be a number word. */
export const mayHaveNumberWord = (folded: string): boolean => anyWord.test(folded)

/** "two hundred and five" by its words; undefined for words that make no one number, such as "five six". */
const valueOf = (text: string): number | undefined => {
  let total = 0
  let group = 0
  let last = Infinity
  for (const each of text.split(/[ -]+/)) {
    if (each === "and") continue
    const value = values.get(each) ?? 0
    if (value >= 1_000) {
      total += Math.max(1, group) * value
      group = 0
      last = Infinity
    } else if (value === 100) {
      group = Math.max(1, group) * 100
      last = 100
    } else {
      // Tens stand before ones, and nothing behind ones but a hundred.
      if (last < 20 || (last < 100 && value >= 10)) return undefined
      group += value
      last = value
    }
  }
  return total + group
}

/** A magnitude alone is a manner of speaking: "a thousand thanks", "hundred". */
const isAlone = (written: string): boolean => (values.get(written) ?? 0) >= 100

export const spelledNumbersIn = (text: string): ReadonlyArray<SpelledNumber> => {
  const found: Array<SpelledNumber> = []
  eachMatch(spelled, text.toLowerCase(), ({ 0: written, index: start }) => {
    const value = signs[written] ?? (isAlone(written) ? undefined : valueOf(written))
    if (value === undefined) return
    const end = start + written.length
    found.push({
      text: text.slice(start, end),
      start,
      number: String(value),
      unit: unitAfter(text, end)
    })
  })
  return found
}
