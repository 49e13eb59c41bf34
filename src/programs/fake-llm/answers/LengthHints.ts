// Lengths asked for in words: "10 to 80 characters", "under 200 characters", "15 to 80 words", "at least 40 characters".
import { anyLength, type Bounds } from "./Bounds.ts"

const range = /(\d{1,5})\s*(?:to|–|-)\s*(\d{1,5})\s+(characters|words)/i
const most =
  /(?:under|below|at most|up to|no more than|max(?:imum)?(?: of)?)\s+(\d{1,5})\s+(characters|words)/i
const least = /(?:at least|over|min(?:imum)?(?: of)?)\s+(\d{1,5})\s+(characters|words)/i

const boundsOf = (unit: string, min: number, max: number): Bounds =>
  unit.toLowerCase() === "words"
    ? { ...anyLength, minWords: min, maxWords: max }
    : { ...anyLength, minChars: min, maxChars: max }

/** The first length that the text asks for; undefined where it asks for none. */
export const readLength = (text: string): Bounds | undefined => {
  const both = range.exec(text)
  if (both !== null) return boundsOf(both[3]!, Number(both[1]), Number(both[2]))
  const above = least.exec(text)
  if (above !== null) return boundsOf(above[2]!, Number(above[1]), Infinity)
  const below = most.exec(text)
  return below === null ? undefined : boundsOf(below[2]!, 0, Number(below[1]))
}

const inAll = /^[^\n]*\b(?:in all|altogether|together|in total)\b/im

/** A length that all texts of a list have together; undefined where none is asked for, or one for each. */
export const readTogether = (text: string): Bounds | undefined => {
  const line = text.split("\n").find((each) => inAll.test(each))
  return line === undefined ? undefined : readLength(line)
}

/** How many paragraphs the text asks for; 1 where it asks for none. */
export const readParagraphs = (text: string): number =>
  Number(/\b(\d)(?:\s*(?:to|–|-)\s*\d)?\s+paragraphs\b/i.exec(text)?.[1] ?? 1)
