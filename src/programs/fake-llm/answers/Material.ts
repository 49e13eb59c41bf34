// What an answer can be made of: the facts, sentences and questions that stand in a prompt.
import { isOfUse, plainText, proseSentences } from "./Prose.ts"

/** A question of the evidence with the sentences that answer it. */
export interface Pair {
  readonly question: string
  readonly answer: string
}

/** One source of the evidence. */
export interface Part {
  /** Its name, reduced to letters and digits in lower case; of a file its path. */
  readonly key: string
  readonly sentences: ReadonlyArray<string>
  readonly pairs: ReadonlyArray<Pair>
}

export interface Material {
  /** `Label: value` lines of the user's messages, labels reduced as keys are. */
  readonly labels: ReadonlyMap<string, string>
  /** What list items outside the evidence ask of a field: `- title: 10 to 80 characters`. Keys as of labels. */
  readonly asked: ReadonlyMap<string, string>
  /** In the order of the evidence; no sentence stands in two of them. */
  readonly parts: ReadonlyArray<Part>
  /** What the item is called. */
  readonly name: string
  /** Phrases quoted by the findings of an earlier draft, lower case: an attentive model avoids them. */
  readonly avoid: ReadonlyArray<string>
}

/** What is read of an evidence block, and of its beginning for labels: enough for a page, and cheap at any size. */
const charsMax = 12_000
const labelledCharsMax = 4_000
const labelsMax = 64
const partsMax = 64
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

/** Where a source begins: a tag that names it, or a field's name before its text. */
const partStart =
  /^<source\b[^>\n]{0,40}\bid="([^"\n]{1,300})"[^>\n]{0,100}>|^([\p{L}][\p{L}\p{N}_-]{1,30}):(?=\s)/gmu

const pairsIn = (sentences: ReadonlyArray<string>): ReadonlyArray<Pair> => {
  const pairs: Array<{ readonly question: string; readonly answer: Array<string> }> = []
  for (const sentence of sentences) {
    if (sentence.endsWith("?")) pairs.push({ question: sentence, answer: [] })
    else pairs.at(-1)?.answer.push(sentence)
  }
  return pairs.filter(({ answer }) => answer.length > 0)
    .map(({ answer, question }) => ({ question, answer: answer.join(" ") }))
}

/** What a field says is said, with or without a capital and a stop; in a document only sentences are. */
const asSentences = (text: string): string =>
  text.trim().replace(/[^.!?]$/, "$&.").replace(
    /^[a-z](?=[a-z]* )/,
    (letter) => letter.toUpperCase()
  )

const partOf = (key: string, isDocument: boolean, text: string, name: string): Part => {
  const all = proseSentences(isDocument ? text : asSentences(text), name)
  const firstQuestion = all.findIndex((sentence) => sentence.endsWith("?"))
  // A document asks its readers something here and there; a field that does so is a list of questions.
  if (isDocument || firstQuestion !== 0) {
    const stated = all.filter((sentence) => !sentence.endsWith("?"))
    return { key, sentences: isDocument ? stated.filter(isOfUse) : stated, pairs: [] }
  }
  return { key, sentences: [], pairs: pairsIn(all) }
}

const readParts = (text: string, name: string): ReadonlyArray<Part> => {
  const starts = [...text.matchAll(partStart)].slice(0, partsMax)
  const parts = [partOf("", true, text.slice(0, starts[0]?.index ?? text.length), name)]
  starts.forEach((start, at) => {
    const end = starts[at + 1]?.index ?? text.length
    const [, source, field = ""] = start
    const inside = text.slice(start.index + start[0].length, end)
    parts.push(partOf(source ?? labelKey(field), source !== undefined, inside, name))
  })
  const seen = new Set<string>()
  return parts.map((part) => ({
    ...part,
    sentences: part.sentences.filter((sentence) => {
      const key = sentence.toLowerCase()
      return !seen.has(key) && seen.add(key)
    })
  }))
}

const quoted = (findings: string): Array<string> =>
  [...findings.matchAll(/["“]([^"“”\n]{2,200})["”]/g)].slice(0, 50).map((match) =>
    match[1]!.toLowerCase()
  )

const nameLabels = ["name", "title", "product", "package", "slug"]
const nameCharsMax = 80

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
  const named = nameLabels.map((label) => labels.get(label)).find((value) => value !== undefined)
  const name = plainText(named ?? "this item").trim().slice(0, nameCharsMax)
  const findings = /<findings>([\s\S]{0,20000})/.exec([after, ...users.slice(1)].join("\n"))?.[1]
    ?.split("</findings>")[0]
  return {
    labels,
    asked: readLabels(
      system.slice(0, charsMax),
      itemLine,
      readLabels(before.slice(0, charsMax), itemLine)
    ),
    parts: readParts(inside.slice(0, charsMax), name),
    name,
    avoid: quoted(findings ?? "")
  }
}
