// The dates in a text: days, months with their year, and days of the week, however they are written.

import { eachMatch } from "../eachMatch.ts"
import { nextDigit } from "../facts/Numbers.ts"
import type { Leaf } from "../Piece.ts"

export interface FoundDate {
  readonly text: string
  readonly start: number
  /** What the words may mean; each part that is there must be the same in a source. */
  readonly readings: ReadonlyArray<DateParts>
}

export interface DateParts {
  readonly year?: number
  /** From 1. */
  readonly month?: number
  readonly day?: number
  /** 0 is Sunday. */
  readonly weekday?: number
}

const monthNames = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ")
const weekdayNames = "sun mon tue wed thu fri sat".split(" ")
const month =
  "(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?"
const ordinal = "(?:st|nd|rd|th)?"

const monthOf = (name: string): number => monthNames.indexOf(name.slice(0, 3).toLowerCase()) + 1

/** Three letters as a number, whatever their case. */
const threeAt = (text: string, at: number): number =>
  ((text.charCodeAt(at) | 32) << 16) | ((text.charCodeAt(at + 1) | 32) << 8) |
  (text.charCodeAt(at + 2) | 32)
const monthCodes = new Set(monthNames.map((name) => threeAt(name, 0)))

const isDigit = (code: number): boolean => code >= 48 && code <= 57
const isLetter = (code: number): boolean => {
  const small = code | 32
  return small >= 97 && small <= 122
}

/** Where the word before a number may begin, behind ", " or ". ". */
const wordBefore = (text: string, start: number): number => {
  let at = start - 1
  if (text.charAt(at) === " ") at--
  if (text.charAt(at) === ",") at--
  if (text.charAt(at) === ".") at--
  while (at >= 0 && start - at < 13 && isLetter(text.charCodeAt(at))) at--
  return at + 1
}

/** Whether a month's name stands beside a number: looked for at the numbers, of which a text has few. */
const hasMonth = (text: string): boolean => {
  for (let start = nextDigit(text, 0); start !== -1;) {
    let end = start + 1
    while (isDigit(text.charCodeAt(end))) end++
    if (monthCodes.has(threeAt(text, wordBefore(text, start)))) return true
    let behind = isLetter(text.charCodeAt(end)) ? end + 2 : end
    if (text.startsWith(" of ", behind)) behind += 3
    if (monthCodes.has(threeAt(text, behind + 1))) return true
    start = nextDigit(text, end)
  }
  return false
}

interface Form {
  readonly pattern: RegExp
  readonly read: (parts: ReadonlyArray<string>) => ReadonlyArray<DateParts>
}

const monthForms: ReadonlyArray<Form> = [
  {
    pattern: new RegExp(`\\b(\\d{1,2})${ordinal}(?: of)? ${month}(?:,? (\\d{4}))?\\b`, "gi"),
    read: ([, d, m = "", y]) => [{
      month: monthOf(m),
      day: Number(d),
      ...(y === undefined ? {} : { year: Number(y) })
    }]
  },
  {
    pattern: new RegExp(`\\b${month} (\\d{1,2})${ordinal}(?!\\d)(?:,? (\\d{4}))?\\b`, "gi"),
    read: ([, m = "", d, y]) => [{
      month: monthOf(m),
      day: Number(d),
      ...(y === undefined ? {} : { year: Number(y) })
    }]
  },
  {
    pattern: new RegExp(`\\b${month},? (\\d{4})\\b`, "gi"),
    read: ([, m = "", y]) => [{ month: monthOf(m), year: Number(y) }]
  }
]

/** Forms, the longer ones first, and a quick look that says where none of them can be: the patterns are slow. */
const groups: ReadonlyArray<{
  readonly mayHave: (text: string) => boolean
  readonly forms: ReadonlyArray<Form>
}> = [
  {
    mayHave: (text) => /\d-\d/.test(text),
    forms: [{
      pattern: /\b(\d{4})-(\d{2})-(\d{2})(?!\d)/g,
      read: ([, y, m, d]) => [{ year: Number(y), month: Number(m), day: Number(d) }]
    }]
  },
  {
    mayHave: (text) => /\d[./]\d/.test(text),
    forms: [{
      pattern: /\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b/g,
      read: ([, a, b, y]) => [
        { year: Number(y), month: Number(b), day: Number(a) },
        { year: Number(y), month: Number(a), day: Number(b) }
      ]
    }]
  },
  { mayHave: hasMonth, forms: monthForms },
  {
    mayHave: (text) => text.includes("day") || text.includes("DAY"),
    forms: [{
      pattern: /\b(sun|mon|tues|wednes|thurs|fri|satur)days?\b/gi,
      read: ([, name = ""]) => [{ weekday: weekdayNames.indexOf(name.slice(0, 3).toLowerCase()) }]
    }]
  }
]

/** In the order of the text; a date within a longer one is not told again. */
export const datesIn = (text: string): ReadonlyArray<FoundDate> => {
  const found: Array<FoundDate> = []
  let taken: Uint8Array | undefined
  for (const { pattern, read } of groups.flatMap((own) => own.mayHave(text) ? own.forms : [])) {
    eachMatch(pattern, text, (match) => {
      const start = match.index
      const end = start + match[0].length
      taken ??= new Uint8Array(text.length)
      if (taken[start] === 1 || taken[end - 1] === 1) return
      taken.fill(1, start, end)
      found.push({ text: match[0], start, readings: read(match) })
    })
  }
  return found.sort((a, b) => a.start - b.start)
}

const ofLeaf = (leaf: Leaf): ReadonlyArray<FoundDate> => datesIn(leaf.text)

export const datesOf = (leaf: Leaf): ReadonlyArray<FoundDate> => leaf.once(ofLeaf)

/** Whether a source's date says everything that the piece's does. */
export const saysAll = (source: DateParts, piece: DateParts): boolean =>
  (["year", "month", "day", "weekday"] as const).every((part) =>
    piece[part] === undefined || piece[part] === source[part]
  )
