// An answer as the rules see it: its texts and numbers in document order, each with its place.
import { plainDigits } from "./facts/Numbers.ts"
import { pointerOf } from "./FieldPattern.ts"
import { fold, phrased } from "./Fold.ts"
import { Keeper } from "./Memo.ts"
import type { Sentence } from "./Sentences.ts"
import { sentencesOf } from "./Sentences.ts"
import { tokensOf } from "./Tokens.ts"
import { wordStartsOf } from "./Words.ts"

/** A text or a number of the piece; a number's text is its digits. */
export class Leaf extends Keeper {
  readonly segments: ReadonlyArray<string>
  readonly text: string
  readonly kind: "text" | "number"
  private pointerText: string | undefined
  private plainText: string | undefined
  private foldedText: string | undefined
  private phrasedText: string | undefined
  private tokenList: ReadonlyArray<string> | undefined
  private wordPlaces: ReadonlyArray<number> | undefined
  private sentenceList: ReadonlyArray<Sentence> | undefined
  constructor(segments: ReadonlyArray<string>, text: string, kind: "text" | "number") {
    super()
    this.segments = segments
    this.text = text
    this.kind = kind
  }
  get pointer(): string {
    return this.pointerText ??= pointerOf(this.segments)
  }
  /** With the digits of all scripts as 0 to 9. */
  get plain(): string {
    return this.plainText ??= plainDigits(this.text)
  }
  /** For comparisons that ignore case and typography. Made once, for all rules. */
  get folded(): string {
    return this.foldedText ??= fold(this.text)
  }
  /** For looking for phrases. */
  get phrased(): string {
    return this.phrasedText ??= phrased(this.folded)
  }
  /** The folded words, for comparisons. */
  get tokens(): ReadonlyArray<string> {
    return this.tokenList ??= tokensOf(this.folded)
  }
  /** Where its words begin. */
  get wordStarts(): ReadonlyArray<number> {
    return this.wordPlaces ??= wordStartsOf(this.text)
  }
  get sentences(): ReadonlyArray<Sentence> {
    return this.sentenceList ??= sentencesOf(this.text)
  }
  /** One of its sentences, folded. */
  foldedSentence({ start, text }: Sentence): string {
    // Where folding kept the length it kept the places.
    return this.folded.length === this.text.length
      ? this.folded.slice(start, start + text.length)
      : fold(text)
  }
}

/** Bounds on an answer: far above any real piece, low enough that every rule ends soon on a hostile one. */
const depthMax = 64
const valuesMax = 10_000

/** Why a text can be in no piece. JSON has both as escapes, and whoever reads the piece would get something else. */
const textFault = (text: string): string | undefined => {
  if (!text.isWellFormed()) return "has half of a surrogate pair, which UTF-8 cannot hold"
  return text.includes("\0") ? "has a NUL character, where many programs end a text" : undefined
}

/** Why a JSON value is not taken as a piece, as a sentence; undefined where it is. */
export const shapeFault = (value: unknown): string | undefined => {
  let values = 0
  const path: Array<string> = []
  const walk = (current: unknown): string | undefined => {
    if (++values > valuesMax) return `the answer has more than ${valuesMax} values`
    // JSON has no infinity, but 1e999 reads as one, and would be written back as null.
    if (typeof current === "number" && !Number.isFinite(current)) {
      return `the number at ${pointerOf(path)} is too large`
    }
    if (typeof current === "string") {
      const fault = textFault(current)
      return fault && `the text at ${pointerOf(path)} ${fault}`
    }
    if (typeof current !== "object" || current === null) return undefined
    if (path.length === depthMax) return `the answer is nested deeper than ${depthMax} levels`
    for (const key of Object.keys(current)) {
      const ofKey = textFault(key)
      if (ofKey !== undefined) return `a key of ${pointerOf(path) || "the answer"} ${ofKey}`
      path.push(key)
      const fault = walk((current as { readonly [key: string]: unknown })[key])
      if (fault !== undefined) return fault
      path.pop()
    }
    return undefined
  }
  return walk(value)
}

/** The leaves of a piece without a fault in its shape. */
export const leavesOf = (value: unknown): ReadonlyArray<Leaf> => {
  const leaves: Array<Leaf> = []
  const path: Array<string> = []
  const walk = (current: unknown): void => {
    if (typeof current === "string") leaves.push(new Leaf(path.slice(), current, "text"))
    else if (typeof current === "number") {
      leaves.push(new Leaf(path.slice(), String(current), "number"))
    } else if (typeof current === "object" && current !== null) {
      for (const key of Object.keys(current)) {
        path.push(key)
        walk((current as { readonly [key: string]: unknown })[key])
        path.pop()
      }
    }
  }
  walk(value)
  return leaves
}
