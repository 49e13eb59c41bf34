// A pattern against a text in time proportional to both: all ways to match are followed at once, none is tried again.
import type { CharTest, PatternNode } from "./PatternSyntax.ts"
import { isWordPoint, parsePattern, PatternFault } from "./PatternSyntax.ts"
import { programOf, type Step } from "./program.ts"
import { requiredText } from "./requiredText.ts"

const sourceCharsMax = 1_000

/** Where a match stands in the folded text. */
export interface PatternMatch {
  readonly start: number
  readonly end: number
}

/** Steps that one search may take; a text so long that it would take more is said not to have been checked. */
const searchStepsMax = 3_000_000

/** All matches from the left, the longest at each place, none within another; undefined where it would take too long. */
export type PatternSearch = (folded: string) => ReadonlyArray<PatternMatch> | undefined

const holds = (
  where: Extract<PatternNode, { kind: "assert" }>["where"],
  before: number,
  after: number
): boolean => {
  switch (where) {
    case "start":
      return before === -1
    case "end":
      return after === -1
    case "boundary":
      return isWordPoint(before) !== isWordPoint(after)
    case "inside":
      return isWordPoint(before) === isWordPoint(after)
  }
}

/** The threads at one place: states in the order in which they were reached, each once, with where its match began. */
class Threads {
  readonly states: Array<number> = []
  readonly starts: Array<number> = []
  readonly #seen: Int32Array
  readonly #waiting: Array<number> = []
  #round = 0

  constructor(size: number) {
    this.#seen = new Int32Array(size).fill(-1)
  }

  begin(round: number): void {
    this.states.length = 0
    this.starts.length = 0
    this.#round = round
  }

  /** Follows jumps, splits and assertions. An earlier start comes first and keeps the state. */
  add(program: ReadonlyArray<Step>, from: number, start: number, before: number, after: number) {
    const waiting = this.#waiting
    waiting.push(from)
    for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
      if (this.#seen[state] === this.#round) continue
      this.#seen[state] = this.#round
      const step = program[state]!
      if (step.op === "jump") waiting.push(step.to)
      else if (step.op === "split") waiting.push(step.second, step.first)
      else if (step.op === "assert") {
        if (holds(step.where, before, after)) waiting.push(state + 1)
      } else {
        this.states.push(state)
        this.starts.push(start)
      }
    }
  }
}

/** Which signs a match may begin with: tells of most places that none begins there, whatever the assertions say. */
interface First {
  readonly any: CharTest
  /** The same of ASCII: asked at every sign of a text, most of which are. */
  readonly plain: Uint8Array
}

const firstOf = (program: ReadonlyArray<Step>): First => {
  const tests: Array<CharTest> = []
  const seen = new Set<number>()
  const waiting = [0]
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    if (seen.has(state)) continue
    seen.add(state)
    const step = program[state]!
    if (step.op === "match") tests.push(() => true)
    else if (step.op === "jump") waiting.push(step.to)
    else if (step.op === "split") waiting.push(step.second, step.first)
    else if (step.op === "assert") waiting.push(state + 1)
    else tests.push(step.test)
  }
  const any: CharTest = (code) => tests.some((test) => test(code))
  return { any, plain: Uint8Array.from({ length: 128 }, (_, code) => any(code) ? 1 : 0) }
}

const mayBegin = ({ any, plain }: First, code: number): boolean =>
  code < 128 ? plain[code] === 1 : any(code)

/** The first place from `at` on where a match may begin. */
const nextPlace = (text: string, from: number, { any, plain }: First): number => {
  let at = from
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code < 128) {
      if (plain[code] === 1) return at
      at++
    } else {
      const point = text.codePointAt(at)!
      if (any(point)) return at
      at += point > 0xffff ? 2 : 1
    }
  }
  return at
}

/** The sign before a place; -1 where there is none. */
const pointBefore = (text: string, at: number): number => {
  const unit = text.charCodeAt(at - 1)
  return Number.isNaN(unit)
    ? -1
    : unit >= 0xdc00 && unit <= 0xdfff
    ? text.codePointAt(at - 2) ?? unit
    : unit
}

const makeSearch =
  (program: ReadonlyArray<Step>, first: First, required: string): PatternSearch => (text) => {
    if (!text.includes(required)) return []
    const found: Array<PatternMatch> = []
    let threads = new Threads(program.length)
    let next = new Threads(program.length)
    let steps = 0
    let round = 0
    let at = 0
    let before = -1
    let best: PatternMatch | undefined
    threads.begin(round++)
    for (;;) {
      if (best === undefined && threads.states.length === 0) {
        const place = nextPlace(text, at, first)
        if (place > at) {
          at = place
          before = pointBefore(text, at)
          threads.begin(round++)
        }
        if (at >= text.length) return found
      }
      const code = at < text.length ? text.codePointAt(at)! : -1
      if (best === undefined && code !== -1 && mayBegin(first, code)) {
        threads.add(program, 0, at, before, code)
      }
      next.begin(round++)
      const width = code > 0xffff ? 2 : 1
      const after = at + width < text.length ? text.codePointAt(at + width)! : -1
      for (let index = 0; index < threads.states.length; index++) {
        const start = threads.starts[index]!
        if (best !== undefined && start > best.start) continue
        const state = threads.states[index]!
        const step = program[state]!
        steps++
        if (step.op === "match") {
          if (at > start && (best === undefined || start <= best.start)) best = { start, end: at }
        } else if (step.op === "char" && code !== -1 && step.test(code)) {
          next.add(program, state + 1, start, code, after)
        }
      }
      if (++steps > searchStepsMax) return undefined
      const alive = best === undefined
        ? true
        : next.states.some((_, index) => next.starts[index]! <= best!.start)
      if (best !== undefined && (!alive || code === -1)) {
        found.push(best)
        // Whatever was read beyond the match's end is read again from there.
        at = best.end
        before = pointBefore(text, at)
        best = undefined
        threads.begin(round++)
        if (at >= text.length) return found
        continue
      }
      if (code === -1) return found
      at += width
      before = code
      ;[threads, next] = [next, threads]
    }
  }

const compile = (source: string): PatternSearch => {
  if (source.length > sourceCharsMax) {
    throw new PatternFault(`it is longer than ${sourceCharsMax} characters`)
  }
  const node = parsePattern(source)
  const program = programOf(node)
  return makeSearch(program, firstOf(program), requiredText(node))
}

/** Why the pattern cannot be used, as a sentence; undefined where it can. */
export const patternFault = (source: string): string | undefined => {
  try {
    compile(source)
    return undefined
  } catch (error) {
    return error instanceof PatternFault
      ? `the pattern "${source}": ${error.message}`
      : String(error)
  }
}

/** For a pattern without a fault. Held against folded texts, so case, quotes and dashes do not matter. */
export const compilePatternSearch: (source: string) => PatternSearch = compile
