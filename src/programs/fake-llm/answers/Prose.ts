// The whole sentences of a document: markup taken off, and what is no prose, or no business of a page, left out.

/** Markdown and HTML to plain lines. Every pattern is bounded or linear: the documents are not ours. */
export const plainText = (text: string): string =>
  text
    .toWellFormed()
    // Emoji: JSON Schema counts them as one character, most other things as two.
    .replace(/[\u{10000}-\u{10ffff}]|\ufe0f|\ufffd/gu, " ")
    .replace(/^[^\S\n]{0,8}(```|~~~)[\s\S]{0,4000}?^[^\S\n]{0,8}\1[^\S\n]{0,8}$/gm, "\n")
    .replace(/<!--[\s\S]{0,4000}?-->/g, " ")
    .replace(/<[a-zA-Z/][^<>]{0,400}>/g, " ")
    .replace(/!\[[^\]\n]{0,200}\]\([^)\n]{0,500}\)/g, " ")
    .replace(/\[([^\]\n]{0,200})\](?:\([^)\n]{0,500}\)|\[[^\]\n]{0,100}\])/g, "$1")
    .replace(/https?:\/\/[^\s)>\]]+/g, " ")
    .replace(/&[a-z]{2,8};|&#\d{1,6};/g, " ")
    .replace(/[*`]{1,3}|(?<!\w)_{1,3}|_{1,3}(?!\w)/g, "")

const charsMin = 24
const charsMax = 320
const wordsMin = 4
/** Of a question, which is short. */
const questionCharsMin = 8
const questionWordsMin = 3

/** Mostly letters, several words, no leftover of code, tables or badges. */
const isProse = (sentence: string): boolean => {
  const isQuestion = sentence.endsWith("?")
  const length = isQuestion ? questionCharsMin : charsMin
  if (sentence.length < length || sentence.length > charsMax) return false
  if (/[|{}<>$\\[\]=~^#"]|\/\/|=>|\(\)|%[a-z]| [-.,;:)]/.test(sentence)) return false
  let letters = 0
  for (let i = 0; i < sentence.length; i++) {
    const code = sentence.charCodeAt(i)
    // Whatever is beyond ASCII is taken for a letter: every script has its own.
    if (
      code === 0x20 || (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) ||
      code > 0x7f
    ) letters++
  }
  // A list of names has a comma at every other word.
  const words = sentence.split(" ").length
  return letters / sentence.length > 0.8 && words >= (isQuestion ? questionWordsMin : wordsMin) &&
    sentence.split(",").length <= 1 + words / 3
}

/** What authors say to their own readers: of themselves, of money, of where to look, of how to take part. */
const asides = new RegExp(
  "\\b(?:I|I'm|I've|my|me|we|we're|our|us|please|thanks|thank you|sponsors?|donat\\w+|backers?|stars?|discord|twitter|" +
    "contribut\\w+|pull requests?|issues?|changelog|licen[cs]ed?|copyright|badge|coffee|readme|" +
    "tidelift|maintainers?|vulnerabilit\\w+|report|open source|upgrad\\w+|migrat\\w+|version \\d+|releases?|" +
    "below|above|following|as follows|here|this (?:section|document|page|file|guide|example)|these examples?|" +
    "table of contents|click|install it|todo|deprecated)\\b|^v?\\d+\\.\\d|^(?:See|Check|Visit|Read|Run|Note|Usage|Example|Then|Now|Also)\\b",
  "i"
)

/** A row's own text is for the page; of documents only what stands for itself is. */
export const isOfUse = (sentence: string): boolean => !asides.test(sentence)

/** Says what "it" is only with the sentence before: no text begins so. */
export const leansBack = (sentence: string): boolean =>
  /^(?:It|Its|This|These|Those|They|Their|Both|Such|However|But|And|Or|So|Otherwise|Instead|Therefore|By default)\b/
    .test(sentence)

const paragraphEnd = /\n\s*\n|\n(?=\s*(?:[-*+#>|]|\d+[.)])\s|[\p{L}][\p{L}\p{N}_-]{1,30}:[^\S\n])/u

/** Not the rest of a list: a capital, or a small letter where a name begins that is written so. */
const beginsWhole = (sentence: string, name: string): boolean =>
  /^[\p{Lu}\p{Lo}\p{N}]/u.test(sentence) || /^[a-z]+[-.\d@/A-Z]/.test(sentence) ||
  (name !== "" && sentence.startsWith(`${name} `))

/** In their order, each once. Only what begins and ends as a sentence does is one; `name` may stand at the beginning. */
export const proseSentences = (text: string, name: string): ReadonlyArray<string> => {
  const sentences = new Map<string, string>()
  // Lines of one paragraph belong together; a heading, a list item, a labelled line and a blank line end it.
  for (const paragraph of plainText(text).split(paragraphEnd)) {
    if (/^\s*#/.test(paragraph)) continue
    const line = paragraph.replace(/^\s*(?:[-*+>]|\d+[.)])\s+/, "").replace(/\s+/g, " ").trim()
    for (const piece of line.split(/(?<=[.!?])\s+(?=[\p{Lu}\p{N}])/u)) {
      const sentence = piece.trim()
      const key = sentence.toLowerCase()
      if (!/[.!?]$/.test(sentence) || !beginsWhole(sentence, name)) continue
      if (isProse(sentence) && !sentences.has(key)) sentences.set(key, sentence)
    }
  }
  return [...sentences.values()]
}
