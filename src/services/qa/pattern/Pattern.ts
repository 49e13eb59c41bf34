// A pattern against a text in time proportional to both: all ways to match are followed at once, none is tried again.
import type { CharTest, PatternNode } from "./PatternSyntax.ts"
import { isWordPoint, parsePattern, PatternFault } from "./PatternSyntax.ts"

type Step =
  | { readonly op: "char"; readonly test: CharTest }
  | { readonly op: "split"; first: number; second: number }
  | { readonly op: "jump"; to: number }
  | {
    readonly op: "assert"
    readonly where: Extract<PatternNode, { kind: "assert" }>["where"]
  }
  | { readonly op: "match" }

const stepsMax = 5_000
const sourceCharsMax = 1_000

const emit = (node: PatternNode, into: Array<Step>): void => {
  if (into.length > stepsMax) throw new PatternFault("its counts make it too large")
  switch (node.kind) {
    case "char":
      into.push({ op: "char", test: node.test })
      return
    case "assert":
      into.push({ op: "assert", where: node.where })
      return
    case "sequence":
      for (const inner of node.nodes) emit(inner, into)
      return
    case "choice": {
      const jumps: Array<Extract<Step, { op: "jump" }>> = []
      node.nodes.forEach((inner, index) => {
        if (index === node.nodes.length - 1) {
          emit(inner, into)
          return
        }
        const split: Step = { op: "split", first: into.length + 1, second: 0 }
        into.push(split)
        emit(inner, into)
        const jump: Extract<Step, { op: "jump" }> = { op: "jump", to: 0 }
        into.push(jump)
        jumps.push(jump)
        split.second = into.length
      })
      for (const jump of jumps) jump.to = into.length
      return
    }
    case "repeat": {
      for (let i = 0; i < node.min; i++) emit(node.node, into)
      if (node.max === Infinity) {
        const split: Step = { op: "split", first: into.length + 1, second: 0 }
        const at = into.length
        into.push(split)
        emit(node.node, into)
        into.push({ op: "jump", to: at })
        split.second = into.length
        return
      }
      const splits: Array<Extract<Step, { op: "split" }>> = []
      for (let i = node.min; i < node.max; i++) {
        const split: Extract<Step, { op: "split" }> = {
          op: "split",
          first: into.length + 1,
          second: 0
        }
        splits.push(split)
        into.push(split)
        emit(node.node, into)
      }
      for (const split of splits) split.second = into.length
    }
  }
}

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
    const waiting = [from]
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

/** Tells of most places that no match begins there, whatever the assertions say. */
const firstTest = (program: ReadonlyArray<Step>): CharTest => {
  const tests: Array<CharTest> = []
  const seen = new Set<number>()
  const waiting = [0]
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    if (seen.has(state)) continue
    seen.add(state)
    const step = program[state]!
    if (step.op === "match") return () => true
    if (step.op === "jump") waiting.push(step.to)
    else if (step.op === "split") waiting.push(step.second, step.first)
    else if (step.op === "assert") waiting.push(state + 1)
    else tests.push(step.test)
  }
  const any: CharTest = (code) => tests.some((test) => test(code))
  // Asked at every sign of a text, and most signs are ASCII.
  const plain = Array.from({ length: 128 }, (_, code) => any(code))
  return (code) => code < 128 ? plain[code]! : any(code)
}

const makeSearch = (program: ReadonlyArray<Step>, mayBegin: CharTest): PatternSearch => (text) => {
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
    const code = at < text.length ? text.codePointAt(at)! : -1
    if (best === undefined && code !== -1 && mayBegin(code)) {
      threads.add(program, 0, at, before, code)
    }
    if (best === undefined && threads.states.length === 0 && code !== -1) {
      at += code > 0xffff ? 2 : 1
      before = code
      threads.begin(round++)
      continue
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
      before = text.codePointAt(at - 1) ?? -1
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
  const program: Array<Step> = []
  emit(parsePattern(source), program)
  program.push({ op: "match" })
  return makeSearch(program, firstTest(program))
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
