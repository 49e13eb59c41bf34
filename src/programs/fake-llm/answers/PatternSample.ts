// A text that matches a simple regular expression: literals, classes, groups, alternatives and counts.
import type { Dice } from "./Dice.ts"

type Node =
  | { readonly kind: "chars"; readonly choices: string }
  | { readonly kind: "group"; readonly alternatives: ReadonlyArray<ReadonlyArray<Node>> }
  | { readonly kind: "repeat"; readonly node: Node; readonly min: number; readonly max: number }

class Unsupported extends Error {}

const range = (from: string, to: string): string =>
  Array.from(
    { length: Math.max(0, Math.min(256, to.charCodeAt(0) - from.charCodeAt(0) + 1)) },
    (_, i) => String.fromCharCode(from.charCodeAt(0) + i)
  ).join("")

const digits = "0123456789"
const letters = range("a", "z")
const anything = letters + digits
const escapes: { readonly [letter: string]: string } = {
  d: digits,
  w: `${letters}${digits}_`,
  s: " ",
  D: letters,
  W: "-",
  S: anything,
  n: "\n",
  t: "\t"
}
const unboundedExtra = 8
const depthMax = 24

/** Recursive descent over the subset; whatever is outside it throws `Unsupported`. */
class Parser {
  #at = 0
  #depth = 0
  readonly #source: string

  constructor(source: string) {
    this.#source = source
  }

  parse(): ReadonlyArray<ReadonlyArray<Node>> {
    const alternatives = this.#alternatives()
    if (this.#at < this.#source.length) throw new Unsupported()
    return alternatives
  }

  #peek(): string {
    return this.#source[this.#at] ?? ""
  }

  #alternatives(): Array<Array<Node>> {
    if (++this.#depth > depthMax) throw new Unsupported()
    const alternatives: Array<Array<Node>> = [[]]
    while (this.#at < this.#source.length && this.#peek() !== ")") {
      const char = this.#peek()
      if (char === "|") {
        this.#at++
        alternatives.push([])
      } else if (char === "^" || char === "$") {
        this.#at++
      } else {
        alternatives.at(-1)!.push(this.#counted(this.#atom()))
      }
    }
    this.#depth--
    return alternatives
  }

  #atom(): Node {
    const char = this.#source[this.#at++]!
    if (char === "(") {
      if (this.#source.startsWith("?:", this.#at)) this.#at += 2
      else if (this.#peek() === "?") throw new Unsupported()
      const alternatives = this.#alternatives()
      if (this.#source[this.#at++] !== ")") throw new Unsupported()
      return { kind: "group", alternatives }
    }
    if (char === "[") return this.#charClass()
    if (char === ".") return { kind: "chars", choices: anything }
    if (char === "\\") return { kind: "chars", choices: this.#escape() }
    if ("*+?{".includes(char)) throw new Unsupported()
    return { kind: "chars", choices: char }
  }

  #escape(): string {
    const char = this.#source[this.#at++]
    if (char === undefined || (/[a-zA-Z0-9]/.test(char) && escapes[char] === undefined)) {
      throw new Unsupported()
    }
    return escapes[char] ?? char
  }

  #charClass(): Node {
    const negated = this.#peek() === "^"
    if (negated) this.#at++
    let choices = ""
    while (this.#peek() !== "]") {
      const char = this.#source[this.#at++]
      if (char === undefined) throw new Unsupported()
      const from = char === "\\" ? this.#escape() : char
      if (from.length === 1 && this.#peek() === "-" && this.#source[this.#at + 1] !== "]") {
        this.#at++
        const to = this.#source[this.#at++]
        if (to === undefined) throw new Unsupported()
        choices += range(from, to === "\\" ? this.#escape() : to)
      } else {
        choices += from
      }
    }
    this.#at++
    const kept = negated
      ? [...`${anything} -`].filter((each) => !choices.includes(each)).join("")
      : choices
    if (kept === "") throw new Unsupported()
    return { kind: "chars", choices: kept }
  }

  #counted(node: Node): Node {
    const count = /^(?:\*|\+|\?|\{(\d{1,4})(,?)(\d{0,4})\})/.exec(
      this.#source.slice(this.#at, this.#at + 12)
    )
    if (count === null) return node
    this.#at += count[0].length
    if (this.#peek() === "?") this.#at++
    const [sign, low, comma, high] = count
    const min = sign === "*" || sign === "?" ? 0 : sign === "+" ? 1 : Number(low)
    const max = sign === "?"
      ? 1
      : low !== undefined && comma === ""
      ? min
      : high
      ? Number(high)
      : min + unboundedExtra
    if (max < min) throw new Unsupported()
    return { kind: "repeat", node, min, max }
  }
}

const sample = (node: Node, dice: Dice, long: boolean): string => {
  switch (node.kind) {
    case "chars":
      return node.choices[dice.below(node.choices.length)]!
    case "group":
      return sequence(node.alternatives[dice.below(node.alternatives.length)]!, dice, long)
    case "repeat": {
      const count = long ? node.max : node.min + dice.below(Math.min(4, node.max - node.min) + 1)
      return Array.from({ length: count }, () => sample(node.node, dice, long)).join("")
    }
  }
}

const sequence = (nodes: ReadonlyArray<Node>, dice: Dice, long: boolean): string =>
  nodes.map((node) => sample(node, dice, long)).join("")

const tries = 40

/** A match with a length (UTF-16 units) from `min` to `max`; none where the pattern is beyond the subset. */
export const samplePattern = (
  pattern: string,
  min: number,
  max: number,
  dice: Dice
): string | undefined => {
  try {
    const matches = new RegExp(pattern, "u")
    const alternatives = new Parser(pattern).parse()
    for (let i = 0; i < tries; i++) {
      const text = sequence(alternatives[dice.below(alternatives.length)]!, dice, i % 2 === 1)
      if (text.length >= min && text.length <= max && matches.test(text)) return text
    }
  } catch {
    // Not a pattern, or none of ours: the caller has another text.
  }
  return undefined
}
