// From a place in a folded text back to the place in the text as it was: looked for only where a claim is kept.
import { fold } from "../Fold.ts"

const ascii = /^[\x00-\x7f]*$/
const mark = /\p{M}/u

/** Where the sign that begins there ends, the marks that go with it included. */
const clusterEnd = (raw: string, start: number): number => {
  const step = (at: number) => at + ((raw.codePointAt(at) ?? 0) > 0xffff ? 2 : 1)
  let end = step(start)
  while (
    end < raw.length && raw.charCodeAt(end) >= 0x300 &&
    mark.test(String.fromCodePoint(raw.codePointAt(end) ?? 0))
  ) end = step(end)
  return end
}

/** UTF-16 units from the beginning of `raw` for a place in `folded`, which is `fold(raw)`. */
export const placeOfFolded = (raw: string, folded: string, place: number): number => {
  if (raw.length === folded.length && ascii.test(raw)) return place
  let made = 0
  let spaced = false
  for (let at = 0; at < raw.length;) {
    const end = clusterEnd(raw, at)
    const signs = fold(raw.slice(at, end))
    for (const sign of signs) {
      // White space of any length is one space.
      if (sign === " " && spaced) continue
      spaced = sign === " "
      made += sign.length
      if (made > place) return at
    }
    at = end
  }
  return raw.length
}
