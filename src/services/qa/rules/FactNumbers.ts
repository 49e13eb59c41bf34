// Every number that an item and its evidence contain: what the `numbers` rule lets a piece say.
import type { EvidenceBundle } from "../../evidence/Evidence.ts"
import type { Item, Json } from "../../items/Item.ts"
import { canonical, eachWritten, plainDigits, readingsOf, shifted } from "./Numbers.ts"

/** Whether a canonical number stands in the item or its evidence. */
export interface Facts {
  readonly has: (number: string) => boolean
}

const magnitudes: { readonly [word: string]: number } = {
  k: 3,
  K: 3,
  thousand: 3,
  M: 6,
  mn: 6,
  million: 6,
  B: 9,
  bn: 9,
  billion: 9
}

const attached = /(?:k|K|M|mn|B|bn)(?![\p{L}\p{N}_])|[ \u00a0-](?:thousand|million|billion)\b/uy
const loose = /[ \u00a0-]?(?:k|K|M|mn|B|bn|thousand|million|billion)(?![\p{L}\p{N}_])/uy

/** Powers of ten that the word behind a number stands for, and 0 where there is none. */
export const magnitudeAfter = (text: string, end: number, spaced: boolean): number => {
  // A sign that begins none of the words: a full stop, a comma, a bracket, the end.
  const next = text.charCodeAt(end)
  if (!(next === 32 || next === 45 || next === 160 || next >= 65)) return 0
  const pattern = spaced ? loose : attached
  pattern.lastIndex = end
  const found = pattern.exec(text)
  return found === null ? 0 : magnitudes[found[0].replace(/^[ \u00a0-]/, "")] ?? 0
}

const words = [
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve"
]

const digit = /[0-9]/

/** `1.2.3` and longer. */
const version = /^\d+(?:\.\d+){2,}$/

class FactNumbers {
  private readonly numbers = new Set<string>()
  private readonly texts: Array<string> = []
  /** As they are written, no word of magnitude behind them: most stand there more than once. */
  private readonly seen = new Set<string>()
  private readonly spelled = new Map<string, boolean>()

  add(raw: string): void {
    const text = plainDigits(raw)
    this.texts.push(text)
    if (!digit.test(text)) return
    eachWritten(text, (written, start) => {
      const exponent = magnitudeAfter(text, start + written.length, true)
      if (exponent === 0 && this.seen.has(written)) return true
      this.seen.add(written)
      for (const number of readingsOf(written).flat()) {
        this.numbers.add(number)
        if (exponent > 0) this.numbers.add(shifted(number, exponent))
      }
      if (version.test(written)) {
        // "Requires 18.0.0" lets a piece say "18" and "18.0".
        const [major = "0", minor = "0"] = written.split(".")
        this.numbers.add(canonical(major)).add(canonical(major, minor))
      }
      return true
    })
  }

  has(number: string): boolean {
    return this.numbers.has(number) || this.isSpelled(number)
  }

  /** "three plans" in the evidence lets a piece say "3 plans". Looked for only when asked: it is rare. */
  private isSpelled(number: string): boolean {
    const word = words[Number(number) - 1]
    if (word === undefined) return false
    let found = this.spelled.get(word)
    if (found === undefined) {
      const pattern = new RegExp(`\\b${word}\\b`, "i")
      found = this.texts.some((text) => pattern.test(text))
      this.spelled.set(word, found)
    }
    return found
  }
}

/** Half of a pair may be a digit's. */
const numberSign = /[\p{Nd}\p{Cs}.,'’_]/u

/** A shorter text is read sooner than it is looked for. */
const soughtCharsMin = 64

/** Whether the text stands in the whole as it is, no number of it running on beyond its ends. */
const standsIn = (whole: string, text: string): boolean => {
  const at = text.length < soughtCharsMin ? -1 : whole.indexOf(text)
  return at !== -1 && !numberSign.test(whole.slice(Math.max(0, at - 1), at)) &&
    !numberSign.test(whole.slice(at + text.length, at + text.length + 1))
}

/** A text that stands in `known` has been added with it. */
const addJson = (facts: FactNumbers, root: Json, known: string) => {
  // A stack of its own: a row may be nested deeper than calls may be.
  const waiting: Array<Json> = [root]
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value === "string") {
      if (!standsIn(known, value)) facts.add(value)
    } else if (typeof value === "number") facts.add(String(value))
    else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (!Array.isArray(value)) facts.add(key)
        waiting.push(inner)
      }
    }
  }
}

const gather = (item: Item, evidence: EvidenceBundle): Facts => {
  const facts = new FactNumbers()
  facts.add(item.slug)
  facts.add(evidence.text)
  addJson(facts, item.fields, evidence.text)
  for (const source of evidence.sources) {
    // A field of the row as it stands there.
    if (item.fields[source.name] === source.text) continue
    facts.add(source.name)
    // The prompt's text may have been cut; a template may have shown the source whole.
    if (!standsIn(evidence.text, source.text)) facts.add(source.text)
  }
  return facts
}

/** Gathered once for an item and its evidence, however many drafts are judged against them. */
export const makeFactNumbers = (): (item: Item, evidence: EvidenceBundle) => Facts => {
  const known = new WeakMap<EvidenceBundle, { readonly item: Item; readonly facts: Facts }>()
  return (item, evidence) => {
    const cached = known.get(evidence)
    if (cached?.item === item) return cached.facts
    const facts = gather(item, evidence)
    known.set(evidence, { item, facts })
    return facts
  }
}
