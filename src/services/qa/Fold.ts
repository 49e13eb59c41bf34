// Texts made comparable: case, Unicode forms, quotes, dashes, spaces and invisible characters no longer differ.
import { lookalikes } from "../Lookalikes.ts"

const nonAscii = /[^\x00-\x7f]/
const spaces = /[\t\n\v\f\r]| {2}/
const typography = /[\u00a0\u00ad\u02bc\u200b-\u200d\u2010-\u2015\u2018-\u201f\u2060\u2212\ufeff]/g

const plainSign = (sign: string): string => {
  const code = sign.charCodeAt(0)
  if (code === 0xa0) return " "
  if (code === 0x2bc || (code >= 0x2018 && code <= 0x201b)) return "'"
  if (code >= 0x201c && code <= 0x201f) return "\""
  if (code === 0x2212 || (code >= 0x2010 && code <= 0x2015)) return "-"
  return ""
}

export const fold = (text: string): string => {
  let folded = text
  if (nonAscii.test(text)) {
    // Most texts are plain once their quotes and dashes are; the costly forms are for the rest.
    folded = text.replace(typography, plainSign)
    if (nonAscii.test(folded)) {
      folded = folded.normalize("NFKC").toUpperCase().toLowerCase()
        .replace(typography, plainSign)
        .replace(/\u03c2/g, "\u03c3")
        .replace(/\s/g, " ")
    } else folded = folded.toLowerCase()
  } else folded = text.toLowerCase()
  return spaces.test(folded) ? folded.replace(/\s+/g, " ") : folded
}

const dash = /(?<=[\p{L}\p{N}]) ?-{1,2} ?(?=[\p{L}\p{N}])/gu
const otherScript = /[\u0370-\u052f]/
const word = /[\p{L}\p{M}]+/gu
const other = /[^a-z]/g

/** A word of Latin letters and others that look like them, all Latin: no honest word mixes scripts. */
const oneScript = (found: string): string =>
  /[a-z]/.test(found) ? found.replace(other, (letter) => lookalikes[letter] ?? letter) : found

/** A folded text for looking for phrases: "risk-free" and "risk free" are one, and a "gu\u0430ranteed" is seen through. */
export const phrased = (folded: string): string => {
  const spaced = folded.includes("-") ? folded.replace(dash, " ") : folded
  return otherScript.test(spaced) ? spaced.replace(word, oneScript) : spaced
}

/** Whether any of the texts stands somewhere: one pass, where looking for each takes as many. */
export const anyOf = (texts: ReadonlyArray<string>): (text: string) => boolean => {
  if (texts.length === 0) return () => false
  const pattern = new RegExp(
    texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|")
  )
  return (text) => pattern.test(text)
}

const wordChar = /[\p{L}\p{N}\p{M}_]/u
/** Written without spaces between words: a boundary cannot be seen. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

const charBefore = (text: string, index: number): string => {
  const unit = text.charCodeAt(index - 1)
  return unit >= 0xdc00 && unit <= 0xdfff
    ? text.slice(Math.max(0, index - 2), index)
    : text.slice(Math.max(0, index - 1), index)
}

const charAt = (text: string, index: number): string => {
  const point = text.codePointAt(index)
  return point === undefined ? "" : String.fromCodePoint(point)
}

const isAsciiWord = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) ||
  code === 95

const joined = (edge: string, outside: string): boolean =>
  wordChar.test(edge) && wordChar.test(outside) && !unspaced.test(edge)

/** Whether the words at a place run on beyond it: no boundary is there. */
const runsOn = (text: string, edge: number, outside: number): boolean => {
  const inner = text.charCodeAt(edge)
  const outer = text.charCodeAt(outside)
  if (inner < 128 && outer < 128) return isAsciiWord(inner) && isAsciiWord(outer)
  if (Number.isNaN(outer)) return false
  return edge < outside
    ? joined(charBefore(text, outside), charAt(text, outside))
    : joined(charAt(text, edge), charBefore(text, edge))
}

/** Where the folded phrase stands as whole words in the folded text, at `from` or behind it; -1 where it does not. */
export const indexOfWords = (text: string, phrase: string, from = 0): number => {
  if (phrase === "") return -1
  for (let at = text.indexOf(phrase, from); at !== -1; at = text.indexOf(phrase, at + 1)) {
    const end = at + phrase.length
    if (!runsOn(text, at, at - 1) && !runsOn(text, end - 1, end)) return at
  }
  return -1
}
