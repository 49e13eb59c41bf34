// The dates in a text: days, months with their year, and days of the week, however they are written.

import { madeOnce } from "../Memo.ts"
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

const forms: ReadonlyArray<{
  readonly pattern: RegExp
  readonly read: (parts: ReadonlyArray<string>) => ReadonlyArray<DateParts>
}> = [
  {
    pattern: /\b(\d{4})-(\d{2})-(\d{2})(?!\d)/g,
    read: ([, y, m, d]) => [{ year: Number(y), month: Number(m), day: Number(d) }]
  },
  {
    pattern: /\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b/g,
    read: ([, a, b, y]) => [
      { year: Number(y), month: Number(b), day: Number(a) },
      { year: Number(y), month: Number(a), day: Number(b) }
    ]
  },
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
  },
  {
    pattern: /\b(sun|mon|tues|wednes|thurs|fri|satur)days?\b/gi,
    read: ([, name = ""]) => [{ weekday: weekdayNames.indexOf(name.slice(0, 3).toLowerCase()) }]
  }
]

/** In the order of the text; a date within a longer one is not told again. */
export const datesIn = (text: string): ReadonlyArray<FoundDate> => {
  const found: Array<FoundDate> = []
  const taken = new Uint8Array(text.length)
  for (const { pattern, read } of forms) {
    for (const match of text.matchAll(pattern)) {
      const start = match.index
      const end = start + match[0].length
      if (taken[start] === 1 || taken[end - 1] === 1) continue
      taken.fill(1, start, end)
      found.push({ text: match[0], start, readings: read(match) })
    }
  }
  return found.sort((a, b) => a.start - b.start)
}

export const datesOf = madeOnce((leaf: Leaf) => datesIn(leaf.text))

/** Whether a source's date says everything that the piece's does. */
export const saysAll = (source: DateParts, piece: DateParts): boolean =>
  (["year", "month", "day", "weekday"] as const).every((part) =>
    piece[part] === undefined || piece[part] === source[part]
  )
