// Untrusted text made fit for a prompt: nothing invisible in it, and whole characters.

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
