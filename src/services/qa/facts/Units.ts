// What a number measures, read from what stands around it: 36 lessons, 36 %, 36 days and 36 USD are four facts.
import { currencies, type Duration, functionWords, unitWords } from "./unitWords.ts"

/**
 * `bare`: nothing says. `noun`: it counts some thing. `part`: of a date, a time, a version or a slug. `address`: within
 * the address of a page. The rest measures: `percent`, a length of time, a currency by its ISO 4217 code.
 */
export type Unit = string

export const bare: Unit = "bare"
export const noun: Unit = "noun"
export const part: Unit = "part"
export const address: Unit = "address"
export const percent: Unit = "percent"

/** Whether a number that a source gives in one unit vouches for the same number in the other. */
export const vouches = (source: Unit, claim: Unit): boolean =>
  source === claim || claim === address ||
  (claim === bare && source !== address) ||
  // A number alone in a field or a table may measure anything.
  (source === bare) ||
  (claim === noun && source === part)

/** Units of one family, and how many of the first each of them is. */
const families: ReadonlyArray<ReadonlyMap<string, number>> = [
  new Map<Duration, number>([
    ["second", 1],
    ["minute", 60],
    ["hour", 3_600],
    ["day", 86_400],
    ["week", 604_800]
  ]),
  new Map<Duration, number>([["month", 1], ["year", 12]])
]

/** The same length of time in other units, as canonical numbers: 7 days are 1 week. */
export const conversions = (
  number: string,
  unit: Unit
): ReadonlyArray<{ readonly number: string; readonly unit: Unit }> => {
  const family = families.find((each) => each.has(unit))
  if (family === undefined) return []
  const base = Number(number) * family.get(unit)!
  return [...family].filter(([other]) => other !== unit).map(([other, size]) => ({
    number: String(Math.round((base / size) * 1_000) / 1_000),
    unit: other
  }))
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57
const isLetter = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) ||
  (code >= 0xc0 && code < 0x2000 && code !== 0xd7 && code !== 0xf7)
const isSpace = (code: number): boolean =>
  code === 32 || code === 0xa0 || code === 0x202f || code === 0x2009
const isPoint = (code: number): boolean => code === 46 || code === 44
const isDash = (code: number): boolean => code === 45 || code === 0x2013 || code === 0x2014

const wordCharsMax = 24

/** The letters from `at` on, in lower case; empty where there is none, or more than any unit has. */
const wordAt = (text: string, at: number): string => {
  let end = at
  while (end - at <= wordCharsMax && isLetter(text.charCodeAt(end))) end++
  return end - at > wordCharsMax ? "" : text.slice(at, end).toLowerCase()
}

/** Where a second word begins, behind one space or hyphen. */
const afterGap = (text: string, at: number): number => {
  const code = text.charCodeAt(at)
  return isSpace(code) || code === 45 ? at + 1 : -1
}

const firstHalves = new Set(["per", "pour", "por"])
const rangeWords = new Set([
  "to",
  "or",
  "and",
  "bis",
  "oder",
  "und",
  "à",
  "a",
  "y",
  "o",
  "e",
  "tot"
])
const magnitudeWords = new Set(["k", "m", "b", "bn", "mn", "thousand", "million", "billion"])

/** How many words may stand between a number and what it measures: "30 full calendar days". */
const wordsBetweenMax = 2
const rangeEndsMax = 3

/**
 * The number that a range goes on with, from `at`; where it ends. Undefined where none follows. `word` stands behind
 * the space there.
 */
const rangeEnd = (text: string, at: number, word: string): number | undefined => {
  let next = at
  if (isSpace(text.charCodeAt(next))) next++
  if (isDash(text.charCodeAt(next))) next++
  else {
    if (next === at || !rangeWords.has(word)) return undefined
    next += word.length
  }
  if (isSpace(text.charCodeAt(next))) next++
  const start = next
  while (isDigit(text.charCodeAt(next)) || (next > start && isPoint(text.charCodeAt(next)))) next++
  while (next > start && isPoint(text.charCodeAt(next - 1))) next--
  return next > start ? next : undefined
}

/** Signs that end what a number says, most often. */
const isEnd = (code: number): boolean =>
  Number.isNaN(code) || code === 46 || code === 44 || code === 10

/** The unit that the words from `at` on name, of which `first` is the first. */
const wordUnit = (text: string, at: number, first: string): Unit => {
  let start = at
  for (let between = 0; between <= wordsBetweenMax; between++) {
    const word = between === 0 ? first : wordAt(text, start)
    if (word === "") return between === 0 ? bare : noun
    const end = start + word.length
    if (firstHalves.has(word)) {
      const next = afterGap(text, end)
      const joined = next === -1 ? undefined : unitWords.get(`${word}-${wordAt(text, next)}`)
      if (joined !== undefined) return joined
    }
    const unit = unitWords.get(word)
    if (unit !== undefined && (between === 0 || text.charCodeAt(start - 1) !== 45)) return unit
    if (functionWords.has(word)) return between === 0 ? bare : noun
    const next = afterGap(text, end)
    if (next === -1) return noun
    start = next
  }
  return noun
}

/** The unit behind the number that ends there. */
export const unitAfter = (text: string, end: number, depth = 0): Unit => {
  const code = text.charCodeAt(end)
  if (isEnd(code)) return bare
  const at = isSpace(code) || code === 45 ? end + 1 : end
  const sign = text.charCodeAt(at)
  if (sign === 37) return percent
  if (sign === 36 || sign > 0x7f || isLetter(sign)) {
    const currency = currencies.get(text.charAt(at))
    if (currency !== undefined) return currency
  }
  const word = wordAt(text, at)
  const range = depth < rangeEndsMax && (isDash(code) || isSpace(code))
    ? rangeEnd(text, end, word)
    : undefined
  if (range !== undefined) return unitAfter(text, range, depth + 1)
  if (word !== "" && magnitudeWords.has(word) && depth < rangeEndsMax) {
    return unitAfter(text, at + word.length, depth + 1)
  }
  return wordUnit(text, at, word)
}

/** The currency before the number that begins there; undefined where none is. */
const currencyBefore = (text: string, start: number): Unit | undefined => {
  const at = isSpace(text.charCodeAt(start - 1)) ? start - 1 : start
  const code = text.charCodeAt(at - 1)
  if (code === 36 || code > 0x7f) {
    // `CA$` and its like are longer.
    const word = /[A-Z]{0,3}[^\x00-\x23\x25-\x7f]$/.exec(text.slice(Math.max(0, at - 4), at))?.[0]
    return word === undefined
      ? undefined
      : currencies.get(word.toLowerCase()) ?? currencies.get(text.charAt(at - 1))
  }
  // A code has three letters, and is no end of a word.
  if (code < 65 || code > 122 || at < 3 || isLetter(text.charCodeAt(at - 4))) return undefined
  const word = text.slice(at - 3, at).toUpperCase()
  // A code, no word: "they won 3".
  return currencies.get(word.toLowerCase()) === word ? word : undefined
}

const datePart = /^(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}:\d{2})(?!\d)/
const lookBehindChars = 10
const addressCharsMax = 300

/** Whether the number stands in a date of digits, or in a time. */
const isDatePart = (text: string, start: number, end: number): boolean => {
  const joins = (code: number) => code === 45 || code === 46 || code === 47 || code === 58
  const after = joins(text.charCodeAt(end)) && isDigit(text.charCodeAt(end + 1))
  const before = joins(text.charCodeAt(start - 1)) && isDigit(text.charCodeAt(start - 2))
  if (!after && !before) return false
  let from = start
  while (
    from > 0 && start - from < lookBehindChars &&
    (isDigit(text.charCodeAt(from - 1)) || joins(text.charCodeAt(from - 1)))
  ) from--
  return datePart.test(text.slice(from, from + 12))
}

/** Whether the place lies in the address of a page. */
const isInAddress = (text: string, start: number): boolean => {
  const before = text.charCodeAt(start - 1)
  // A number in an address has a sign or a letter before it.
  if (Number.isNaN(before) || isSpace(before) || before === 10) return false
  let from = start
  while (from > 0 && start - from < addressCharsMax && text.charCodeAt(from - 1) > 32) from--
  const run = text.slice(from, start)
  return run.includes("://") || run.includes("www.")
}

/** What the number from `start` to `end` measures. Expects plain digits. */
export const unitAt = (text: string, start: number, end: number): Unit => {
  if (isInAddress(text, start)) return address
  const currency = currencyBefore(text, start)
  if (currency !== undefined) return currency
  return isDatePart(text, start, end) ? part : unitAfter(text, end)
}
