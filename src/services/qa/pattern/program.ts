// A parsed pattern as a program: signs to take, places to split and to jump to, what must hold between.
import type { CharTest, PatternNode } from "./PatternSyntax.ts"
import { PatternFault } from "./PatternSyntax.ts"

/** A step of a program that follows all ways to match at once. */
export type Step =
  | { readonly op: "char"; readonly test: CharTest }
  | { readonly op: "split"; first: number; second: number }
  | { readonly op: "jump"; to: number }
  | {
    readonly op: "assert"
    readonly where: Extract<PatternNode, { kind: "assert" }>["where"]
  }
  | { readonly op: "match" }

const stepsMax = 5_000

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

/** Throws a `PatternFault` for a pattern whose counts make it too large. */
export const programOf = (node: PatternNode): ReadonlyArray<Step> => {
  const program: Array<Step> = []
  emit(node, program)
  program.push({ op: "match" })
  return program
}
