// An answer as the rules see it: its texts and numbers in document order, each with its place.
import { fold } from "./Fold.ts"
import { pointerOf } from "./FieldPattern.ts"

/** A text or a number of the piece; a number's text is its digits. */
export class Leaf {
  readonly segments: ReadonlyArray<string>
  readonly text: string
  readonly kind: "text" | "number"
  private foldedText: string | undefined
  constructor(segments: ReadonlyArray<string>, text: string, kind: "text" | "number") {
    this.segments = segments
    this.text = text
    this.kind = kind
  }
  get pointer(): string {
    return pointerOf(this.segments)
  }
  /** For comparisons that ignore case and typography. Made once, for all rules. */
  get folded(): string {
    return this.foldedText ??= fold(this.text)
  }
}

/** Bounds on an answer: far above any real piece, low enough that every rule ends soon on a hostile one. */
const depthMax = 64
const valuesMax = 10_000

/** The leaves of a JSON value, or a sentence saying why it is not taken. */
export const leavesOf = (value: unknown): ReadonlyArray<Leaf> | string => {
  const leaves: Array<Leaf> = []
  let values = 0
  const walk = (current: unknown, segments: ReadonlyArray<string>): string | undefined => {
    if (++values > valuesMax) return `the answer has more than ${valuesMax} values`
    if (typeof current === "string") leaves.push(new Leaf(segments, current, "text"))
    else if (typeof current === "number") {
      // JSON has no infinity, but 1e999 reads as one, and would be written back as null.
      if (!Number.isFinite(current)) return `the number at ${pointerOf(segments)} is too large`
      leaves.push(new Leaf(segments, String(current), "number"))
    } else if (typeof current === "object" && current !== null) {
      if (segments.length === depthMax) return `the answer is nested deeper than ${depthMax} levels`
      for (const [key, inner] of Object.entries(current)) {
        const fault = walk(inner, [...segments, key])
        if (fault !== undefined) return fault
      }
    }
    return undefined
  }
  return walk(value, []) ?? leaves
}
