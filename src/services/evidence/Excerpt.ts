// A long text bounded by its sections: the first ones whole, and no sentence cut.

/** Stands where something was left out. */
export const omission = "[…]"

/** The last end of a match up to `end`, if it is at `start` or later. */
const lastBreak = (
  text: string,
  pattern: RegExp,
  start: number,
  end: number
): number | undefined => {
  let last: number | undefined
  for (const match of text.slice(start, end).matchAll(pattern)) {
    last = start + match.index + match[0].length
  }
  return last
}

const sentenceEnd = /[.!?…。！？]["'”’)\]]?(?=\s)|[。！？]|\n(?=\s*(?:[-|#]|\d+\.))|\n\n/g

/** The beginning of the text, at most `charsMax` UTF-16 units, to the end of a sentence; a word only of one endless one. */
const opening = (text: string, charsMax: number): string => {
  if (charsMax <= 0) return ""
  if (text.length <= charsMax) return text
  const end = lastBreak(text, /\n\n/g, Math.floor(charsMax / 2), charsMax) ??
    lastBreak(`${text.slice(0, charsMax + 1)} `, sentenceEnd, 0, charsMax) ??
    lastBreak(text, /\s/g, Math.floor(charsMax / 2), charsMax) ??
    charsMax
  // A character outside the basic plane is two units: never half of it.
  const whole = /[\ud800-\udbff]/.test(text.charAt(end - 1)) ? end - 1 : end
  return text.slice(0, whole).trimEnd()
}

/** Sections begin at a heading. */
const sectionsOf = (text: string): ReadonlyArray<string> => text.split(/\n\n(?=#{1,6} )/)

/**
 * The text within `charsMax` UTF-16 units. Sections are taken whole, in order; the first that does not fit is cut
 * behind a sentence; of the later ones those that still fit whole are taken. What is left out is marked.
 */
export const bounded = (text: string, charsMax: number): string => {
  if (text.length <= charsMax) return text
  const mark = `\n\n${omission}`
  let left = charsMax - mark.length
  if (left <= 0) return opening(text, charsMax)
  const taken: Array<string> = []
  let isCut = false
  for (const section of sectionsOf(text)) {
    const size = section.length + 2
    if (size <= left) taken.push(section)
    else if (isCut) continue
    else {
      isCut = true
      const part = opening(section, left - 2)
      if (part === "" || /^#{1,6} [^\n]*$/.test(part)) continue
      taken.push(part)
    }
    left -= taken.at(-1)!.length + 2
  }
  return taken.join("\n\n") + mark
}
