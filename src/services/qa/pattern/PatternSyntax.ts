// The patterns of a job, parsed: the part of regular expressions that is matched in linear time.
//
// Taken: literals, `.`, classes, \d \w \s \b and their opposites, groups, alternatives, `* + ? {n,m}` (greedy only), ^ $.
// Not taken: references back, looks ahead and behind, lazy and possessive counts. A pattern is held against folded texts,
// where all white space is single spaces: its literals are folded too, a class takes a sign whose capital it takes, and
// ^ and $ stand for the beginning and the end of the text.
import { fold } from "../Fold.ts"

/** One sign, told by a test of its code point. */
export type CharTest = (code: number) => boolean

export type PatternNode =
  | { readonly kind: "char"; readonly test: CharTest; readonly literal?: string }
  | { readonly kind: "sequence"; readonly nodes: ReadonlyArray<PatternNode> }
  | { readonly kind: "choice"; readonly nodes: ReadonlyArray<PatternNode> }
  | {
    readonly kind: "repeat"
    readonly node: PatternNode
    readonly min: number
    readonly max: number
  }
  | { readonly kind: "assert"; readonly where: "start" | "end" | "boundary" | "inside" }

export class PatternFault extends Error {}

const wordSign = /[\p{L}\p{N}\p{M}_]/u
export const isWordPoint = (code: number): boolean =>
  code >= 0 &&
  (code < 128
    ? (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 95 ||
      (code >= 65 && code <= 90)
    : wordSign.test(String.fromCodePoint(code)))
const isDigit: CharTest = (code) => code >= 48 && code <= 57
const isSpace: CharTest = (code) => code === 32 || (code >= 9 && code <= 13) || code === 160
const not = (test: CharTest): CharTest => (code) => !test(code)
const anyOf = (tests: ReadonlyArray<CharTest>): CharTest => (code) =>
  tests.some((test) => test(code))
const point = (wanted: number): CharTest => (code) => code === wanted

const classes: { readonly [letter: string]: CharTest } = {
  d: isDigit,
  D: not(isDigit),
  w: isWordPoint,
  W: not(isWordPoint),
  s: isSpace,
  S: not(isSpace)
}
const controls: { readonly [letter: string]: number } = { n: 10, t: 9, r: 13, f: 12, v: 11 }

const depthMax = 50
const countMax = 1_000

const foldedLiteral = (sign: string): PatternNode => {
  // White space alone folds to a space, which is what it is in a folded text.
  const nodes = Array.from(fold(sign), (each): PatternNode => ({
    kind: "char",
    test: point(each.codePointAt(0)!),
    literal: each
  }))
  return nodes.length === 1 ? nodes[0]! : { kind: "sequence", nodes }
}

/** A folded text has no capitals: a class that takes one takes its small letter. */
const ignoringCase = (test: CharTest): CharTest => (code) =>
  test(code) || test(String.fromCodePoint(code).toUpperCase().codePointAt(0)!)

/** Recursive descent. */
class Parser {
  readonly #points: ReadonlyArray<string>
  #at = 0
  #depth = 0

  constructor(source: string) {
    this.#points = Array.from(source)
  }

  parse(): PatternNode {
    const node = this.#choice()
    if (this.#at < this.#points.length) throw new PatternFault("a ) closes nothing")
    return node
  }

  #peek(): string {
    return this.#points[this.#at] ?? ""
  }

  #choice(): PatternNode {
    if (++this.#depth > depthMax) throw new PatternFault(`it is nested deeper than ${depthMax}`)
    const nodes = [this.#sequence()]
    while (this.#peek() === "|") {
      this.#at++
      nodes.push(this.#sequence())
    }
    this.#depth--
    return nodes.length === 1 ? nodes[0]! : { kind: "choice", nodes }
  }

  #sequence(): PatternNode {
    const nodes: Array<PatternNode> = []
    while (this.#at < this.#points.length && this.#peek() !== "|" && this.#peek() !== ")") {
      nodes.push(this.#counted(this.#atom()))
    }
    return { kind: "sequence", nodes }
  }

  #counted(node: PatternNode): PatternNode {
    const sign = this.#peek()
    const range = sign === "*"
      ? [0, Infinity]
      : sign === "+"
      ? [1, Infinity]
      : sign === "?"
      ? [0, 1]
      : sign === "{"
      ? this.#braces()
      : undefined
    if (range === undefined) return node
    if (sign !== "{") this.#at++
    if (this.#peek() === "?" || this.#peek() === "+") {
      throw new PatternFault(`"${sign}${this.#peek()}" is not taken: a count is greedy`)
    }
    if (node.kind === "assert") throw new PatternFault(`"${sign}" follows nothing that repeats`)
    return { kind: "repeat", node, min: range[0]!, max: range[1]! }
  }

  #braces(): ReadonlyArray<number> | undefined {
    const rest = this.#points.slice(this.#at, this.#at + 12).join("")
    const found = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(rest)
    if (found === null) throw new PatternFault("write \\{ for a brace that is meant as it stands")
    this.#at += found[0].length
    const min = Number(found[1])
    const max = found[2] === undefined ? min : found[3] === "" ? Infinity : Number(found[3])
    if (min > max || min > countMax || (max !== Infinity && max > countMax)) {
      throw new PatternFault(`the count ${found[0]} is not in order, or above ${countMax}`)
    }
    return [min, max]
  }

  #atom(): PatternNode {
    const sign = this.#points[this.#at++]!
    switch (sign) {
      case "(": {
        if (this.#peek() === "?") {
          const kind = this.#points.slice(this.#at, this.#at + 2).join("")
          if (kind !== "?:") throw new PatternFault(`"(${kind}" is not taken`)
          this.#at += 2
        }
        const node = this.#choice()
        if (this.#points[this.#at++] !== ")") throw new PatternFault("a ( is not closed")
        return node
      }
      case "[":
        return { kind: "char", test: this.#set() }
      case ".":
        return { kind: "char", test: () => true }
      case "^":
        return { kind: "assert", where: "start" }
      case "$":
        return { kind: "assert", where: "end" }
      case "\\":
        return this.#escaped()
      case "*":
      case "+":
      case "?":
      case "{":
        throw new PatternFault(`"${sign}" follows nothing that repeats; write \\${sign}`)
      default:
        return foldedLiteral(sign)
    }
  }

  #escaped(): PatternNode {
    const sign = this.#points[this.#at++]
    if (sign === "b") return { kind: "assert", where: "boundary" }
    if (sign === "B") return { kind: "assert", where: "inside" }
    if (sign !== undefined && sign in classes) {
      return { kind: "char", test: classes[sign]! }
    }
    return foldedLiteral(String.fromCodePoint(this.#escapedPoint(sign)))
  }

  #escapedPoint(sign: string | undefined): number {
    if (sign === undefined) throw new PatternFault("it ends in a lone \\")
    if (sign in controls) return controls[sign]!
    if (/[a-z0-9]/i.test(sign)) throw new PatternFault(`"\\${sign}" is not taken`)
    return sign.codePointAt(0)!
  }

  #set(): CharTest {
    const negated = this.#peek() === "^"
    if (negated) this.#at++
    const tests: Array<CharTest> = []
    while (this.#peek() !== "]") {
      if (this.#at >= this.#points.length) throw new PatternFault("a [ is not closed")
      const from = this.#setPoint()
      if (typeof from === "function") {
        tests.push(from)
        continue
      }
      if (this.#peek() !== "-" || this.#points[this.#at + 1] === "]") {
        tests.push(point(from))
        continue
      }
      this.#at++
      const to = this.#setPoint()
      if (typeof to === "function" || to < from) throw new PatternFault("a range is not in order")
      tests.push((code) => code >= from && code <= to)
    }
    this.#at++
    const test = ignoringCase(anyOf(tests))
    return negated ? not(test) : test
  }

  #setPoint(): number | CharTest {
    const sign = this.#points[this.#at++]
    if (sign === undefined) throw new PatternFault("a [ is not closed")
    if (sign !== "\\") return sign.codePointAt(0)!
    const escaped = this.#points[this.#at++]
    if (escaped !== undefined && escaped in classes) return classes[escaped]!
    return this.#escapedPoint(escaped)
  }
}

/** Throws a `PatternFault` for what is not taken. */
export const parsePattern = (source: string): PatternNode => new Parser(source).parse()
