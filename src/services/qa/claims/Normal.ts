// A text for comparing quotes: case, quotes, dashes and white space no longer differ, and each sign still knows its place.
import { fold } from "../Fold.ts"

export interface Normal {
  readonly text: string
  /** The place in the raw text of each UTF-16 unit of `text`. */
  readonly placeOf: (at: number) => number
}

const ascii = /^[\x00-\x7f]*$/
const cluster = /\P{M}\p{M}*|\p{M}+/gsu

/** Without white space at its ends. */
export const normalOf = (raw: string): Normal => {
  const places: Array<number> = []
  let text = ""
  let spaced = true
  const push = (folded: string, at: number) => {
    for (const char of folded) {
      if (char === " ") {
        if (spaced) continue
        spaced = true
      } else spaced = false
      for (let unit = 0; unit < char.length; unit++) places.push(at)
      text += char
    }
  }
  if (ascii.test(raw)) {
    for (let at = 0; at < raw.length; at++) {
      const char = raw.charAt(at)
      push(char <= " " ? " " : char.toLowerCase(), at)
    }
  } else for (const found of raw.matchAll(cluster)) push(fold(found[0]), found.index)
  return { text: text.trimEnd(), placeOf: (at) => places[at] ?? raw.length }
}
