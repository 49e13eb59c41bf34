// What an answer can be made of: the facts and sentences that stand in a prompt.

export interface Material {
  /** `Label: value` lines of the user's messages, labels reduced to letters and digits in lower case. */
  readonly labels: ReadonlyMap<string, string>
  /** What list items outside the evidence ask of a field: `- title: 10 to 80 characters`. Keys as of labels. */
  readonly asked: ReadonlyMap<string, string>
  /** Whole sentences of the evidence, cleaned of markup, none twice. */
  readonly sentences: ReadonlyArray<string>
  /** What the item is called. */
  readonly name: string
  /** Phrases quoted by the findings of an earlier draft, lower case: an attentive model avoids them. */
  readonly avoid: ReadonlyArray<string>
}

/** What is read of an evidence block, and of its beginning for labels: enough for a page, and cheap at any size. */
const charsMax = 8_000
const labelledCharsMax = 2_000
const sentencesMax = 32
const labelsMax = 64
const blockStart = /<(evidence|sources|facts|document)\b[^>\n]{0,200}>/i

export const labelKey = (label: string): string =>
  label.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "")

const labelled = "\\**([\\p{L}][\\p{L}\\p{N} _-]{1,30})\\**[^\\S\\n]*:[^\\S\\n]+(\\S[^\\n]*)$"
const bullet = "[^\\S\\n]{0,8}[-*][^\\S\\n]+"
const factLine = new RegExp(`^${labelled}`, "gmu")
const factOrItemLine = new RegExp(`^(?:${bullet})?${labelled}`, "gmu")
const itemLine = new RegExp(`^${bullet}${labelled}`, "gmu")

const readLabels = (
  text: string,
  line: RegExp,
  into: Map<string, string> = new Map()
): Map<string, string> => {
  for (const [, label, value] of text.matchAll(line)) {
    const key = labelKey(label!)
    if (!into.has(key)) into.set(key, value!.trim().replace(/^[`"']|[`"']$/g, ""))
    if (into.size >= labelsMax) break
  }
  return into
}

/** Markdown and HTML to plain lines. Every pattern is bounded or linear: the documents are not ours. */
const clean = (text: string): string =>
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

/** A line that reads as prose: mostly letters, several words, no leftover of code, tables or badges. */
const isProse = (sentence: string): boolean => {
  if (sentence.length < 24 || sentence.length > 320) return false
  if (/[|{}<>$\\[\]=;~^#"]|\/\/|=>|\(\)/.test(sentence)) return false
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
  return letters / sentence.length > 0.8 && words >= 4 &&
    sentence.split(",").length <= 1 + words / 3
}

/** What names a source before its text. Words that begin prose ("Note: …") are no less a label. */
const fieldLabel = /^(?:(?:file|url) \S{1,300}|[\p{L}][\p{L}\p{N}_-]{1,30}): /u

const readSentences = (text: string): Array<string> => {
  const seen = new Set<string>()
  const sentences: Array<string> = []
  // Lines of one paragraph belong together; a heading, a list item, a labelled line and a blank line end it.
  const paragraphs = clean(text.slice(0, charsMax)).split(
    /\n\s*\n|\n(?=\s*(?:[-*+#>|]|\d+[.)])\s|[\p{L}][\p{L}\p{N}_-]{1,30}:[^\S\n])/u
  )
  for (const paragraph of paragraphs) {
    if (/^\s*#/.test(paragraph)) continue
    const line = paragraph.replace(/^\s*(?:[-*+>]|\d+[.)])\s+/, "").replace(/\s+/g, " ").trim()
      .replace(fieldLabel, "")
    for (const piece of line.split(/(?<=[.!?])\s+(?=[\p{Lu}\p{N}])/u)) {
      const sentence = piece.trim().replace(/[:,]$/, "")
      const words = sentence.toLowerCase().replace(/[.!?]+$/, "")
      if (!isProse(sentence) || seen.has(words)) continue
      seen.add(words)
      sentences.push(/[.!?]$/.test(sentence) ? sentence : `${sentence}.`)
      if (sentences.length >= sentencesMax) return sentences
    }
  }
  return sentences
}

const quoted = (findings: string): Array<string> =>
  [...findings.matchAll(/["“]([^"“”\n]{2,200})["”]/g)].slice(0, 50).map((match) =>
    match[1]!.toLowerCase()
  )

const nameLabels = ["name", "title", "product", "package", "slug"]

/** The first block and what stands around it; it ends at the last closing tag, since a document may quote one. */
const splitBlock = (
  text: string
): { readonly before: string; readonly inside: string; readonly after: string } => {
  const start = blockStart.exec(text)
  const end = start === null ? -1 : text.lastIndexOf(`</${start[1]!}>`)
  if (start === null || end < start.index) return { before: text, inside: text, after: "" }
  return {
    before: text.slice(0, start.index),
    inside: text.slice(start.index + start[0].length, end),
    after: text.slice(end)
  }
}

/**
 * Reads the user's messages. The evidence is what stands between `<evidence>` tags (also `sources`, `facts`,
 * `document`); without any, all of the text is. After it may come `<findings>` against an earlier draft.
 */
export const readMaterial = (
  messages: ReadonlyArray<{ readonly role: string; readonly text: string }>
): Material => {
  const users = messages.filter((message) => message.role === "user").map((message) => message.text)
  const { before, inside, after } = splitBlock(users[0] ?? "")
  const labels = readLabels(
    inside.slice(0, labelledCharsMax),
    factOrItemLine,
    readLabels(before.slice(0, charsMax), factLine)
  )
  const system = messages.filter((message) => message.role !== "user").map((message) =>
    message.text
  ).join("\n")
  const name = nameLabels.map((label) => labels.get(label)).find((value) => value !== undefined) ??
    "this item"
  const findings = /<findings>([\s\S]{0,20000})/.exec([after, ...users.slice(1)].join("\n"))?.[1]
    ?.split("</findings>")[0]
  return {
    labels,
    asked: readLabels(
      system.slice(0, charsMax),
      itemLine,
      readLabels(before.slice(0, charsMax), itemLine)
    ),
    sentences: readSentences(inside),
    name: clean(name).trim().slice(0, 80),
    avoid: quoted(findings ?? "")
  }
}
