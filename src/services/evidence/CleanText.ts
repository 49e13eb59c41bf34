// Untrusted text made fit for a prompt: nothing invisible in it, whole characters, cut where a reader would cut.

// Everything that a person does not see but a model reads: controls, zero-width and direction marks, tag characters.
const invisible =
  /(?!\t|\n|\u200c|\u200d|\ufe0e|\ufe0f)[\p{Cc}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu

// Joiners belong to Persian, Indic scripts and emoji: one of them, between two characters beyond ASCII, stays. So does
// one selector of an emoji's form.
const strayJoiner =
  /(?<![^\u0000-\u007f\u200c\u200d])[\u200c\u200d]|[\u200c\u200d](?![^\u0000-\u007f\u200c\u200d])|(?<=[\ufe0e\ufe0f])[\ufe0e\ufe0f]/gu

/** Nothing of this has to be looked at sign by sign. */
const plain = /^[\n\t\x20-\x7e]*$/

const onlyVisible = (text: string): string =>
  text.toWellFormed()
    .replace(/\r\n?|\u2028|\u2029/g, "\n")
    .replace(invisible, "")
    .replace(strayJoiner, "")

const trimLines = (text: string): string =>
  /[^\S\n]\n|\n{3}/.test(text)
    ? text.split("\n").map((line) => line.trimEnd()).join("\n").replace(/\n{3,}/g, "\n\n")
    : text

/** Removes what cannot be seen, repairs lone surrogates, unifies line ends; at most one empty line in a row. */
export const cleanText = (text: string): string =>
  trimLines(plain.test(text) ? text : onlyVisible(text)).trim()

/** The last end of a match before `end`, if it is at `start` or later. */
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

/**
 * The text, or its beginning of at most `maxChars` UTF-16 units: up to the end of a paragraph, or else a sentence, or
 * else a word, whichever comes first in this order within the last half.
 */
export const cutText = (text: string, maxChars: number): string => {
  if (text.length <= maxChars) return text
  const half = Math.floor(maxChars / 2)
  const end = lastBreak(text, /\n\n/g, half, maxChars) ??
    lastBreak(text, /[.!?…。！？]["'”’)\]]?(?=\s)/g, half, maxChars) ??
    lastBreak(text, /\s/g, half, maxChars) ??
    maxChars
  // A character outside the basic plane is two units: never half of it.
  const whole = /[\ud800-\udbff]/.test(text.charAt(end - 1)) ? end - 1 : end
  return text.slice(0, whole).trimEnd()
}
