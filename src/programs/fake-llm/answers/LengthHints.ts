// Lengths asked for in words: "10 to 80 characters", "under 200 characters", "15 to 80 words", "at least 40 characters".
import type { Length } from "./Writer.ts"

const range = /(\d{1,5})\s*(?:to|–|-)\s*(\d{1,5})\s+(characters|words)/i
const most =
  /(?:under|below|at most|up to|no more than|max(?:imum)?(?: of)?)\s+(\d{1,5})\s+(characters|words)/i
const least = /(?:at least|over|min(?:imum)?(?: of)?)\s+(\d{1,5})\s+(characters|words)/i

/** A word with its space has six letters in English; the bounds keep clear of texts with longer or shorter ones. */
const charsPerWord = { low: 5, usual: 6.3, high: 8 }

const inChars = (count: number, unit: string, perWord: number): number =>
  unit.toLowerCase() === "words" ? Math.ceil(count * perWord) : count

/** The first length that the text asks for, in characters; none where it asks for none. */
export const readLength = (text: string): Length | undefined => {
  const both = range.exec(text)
  if (both !== null) {
    const [, low, high, unit] = both
    const min = inChars(Number(low), unit!, charsPerWord.high)
    const max = inChars(Number(high), unit!, charsPerWord.low)
    if (min <= max) return { min, max }
    const middle = inChars((Number(low) + Number(high)) / 2, unit!, charsPerWord.usual)
    return { min: Math.floor(middle * 0.93), max: Math.ceil(middle) }
  }
  const above = least.exec(text)
  const below = most.exec(text)
  if (above === null && below === null) return undefined
  return {
    min: above === null ? 0 : inChars(Number(above[1]), above[2]!, charsPerWord.high),
    max: below === null ? Infinity : inChars(Number(below[1]), below[2]!, charsPerWord.low)
  }
}

const inAll = /^[^\n]*\b(?:in all|altogether|together|in total)\b/im

/** A length that all texts of a list have together; undefined where none is asked for, or one for each. */
export const readTogether = (text: string): Length | undefined => {
  const line = text.split("\n").find((each) => inAll.test(each))
  return line === undefined ? undefined : readLength(line)
}

/** How many paragraphs the text asks for; 1 where it asks for none. */
export const readParagraphs = (text: string): number =>
  Number(/\b(\d)(?:\s*(?:to|–|-)\s*\d)?\s+paragraphs\b/i.exec(text)?.[1] ?? 1)
