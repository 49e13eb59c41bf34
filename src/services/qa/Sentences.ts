// A text as its sentences: ended by a stop, question or exclamation mark, by a line's end, or by the text's.

import { lastFrom } from "./claims/spans.ts"

export interface Sentence {
  readonly text: string
  /** UTF-16 units from the beginning of the text. */
  readonly start: number
}

const abbreviation =
  /(?:^|[\s("'“])(?:e\.g|i\.e|etc|vs|approx|no|nos|mr|mrs|ms|dr|st|jr|sr|inc|ltd|co|fig|vol|ca|cf|u\.s|u\.k|a\.m|p\.m|[a-z])$/i
const closing = "\"'”’)]}»"
const ideographic = "。！？"
const listMarker = /^\s*(?:[-*+•]|\d{1,3}[.)]|#{1,6})\s+/

/** Signs at which a sentence may end. */
const mark = /[.!?…。！？\n]/g

const isSpace = (char: string): boolean => char === " " || char === "\t" || char === "\u00a0"

/** Whether a new sentence may begin with this sign: not with a small letter. */
const mayBegin = (char: string): boolean => char === char.toUpperCase()

/** Where the sentence whose mark stands at `at` ends, or -1 where it goes on. */
const endAfter = (text: string, at: number, start: number): number => {
  const mark = text.charAt(at)
  let end = at + 1
  if (ideographic.includes(mark)) return end
  while (".!?…".includes(text.charAt(end)) && end < text.length) end++
  while (closing.includes(text.charAt(end)) && end < text.length) end++
  if (end >= text.length || text.charAt(end) === "\n") return end
  if (!isSpace(text.charAt(end))) return -1
  let next = end
  while (isSpace(text.charAt(next))) next++
  if (!mayBegin(text.charAt(next))) return -1
  const before = text.slice(Math.max(start, at - 8), at)
  return mark === "." && abbreviation.test(before) ? -1 : end
}

/** None is blank; a list's markers are no part of its sentences. */
export const sentencesOf = (text: string): ReadonlyArray<Sentence> => {
  const sentences: Array<Sentence> = []
  let start = 0
  const push = (end: number) => {
    const raw = text.slice(start, end)
    const lead = listMarker.exec(raw)?.[0].length ?? raw.length - raw.trimStart().length
    const trimmed = raw.slice(lead).trim()
    if (trimmed !== "") sentences.push({ text: trimmed, start: start + lead })
    start = end
  }
  mark.lastIndex = 0
  while (mark.test(text)) {
    const at = mark.lastIndex - 1
    const sign = text.charAt(at)
    if (sign === "\n") {
      push(at + 1)
      continue
    }
    // The marker of a numbered list ends nothing.
    if (sign === "." && at - start <= 12 && /^\s*\d{1,3}$/.test(text.slice(start, at))) continue
    const end = endAfter(text, at, start)
    if (end === -1) continue
    push(end)
    mark.lastIndex = end
  }
  push(text.length)
  return sentences
}

/** The sentence that the place stands in. */
export const sentenceAt = (sentences: ReadonlyArray<Sentence>, place: number): string =>
  lastFrom(sentences, place)?.text ?? ""
