// A text that stands in every match of a pattern: most texts do not have it, and need no search.
import type { PatternNode } from "./PatternSyntax.ts"

interface Literal {
  /** All that the node matches, where it matches one text only. */
  readonly whole: string | undefined
  /** The longest text that stands in whatever it matches. */
  readonly best: string
}

const longer = (a: string, b: string): string => b.length > a.length ? b : a

const literalOf = (node: PatternNode): Literal => {
  switch (node.kind) {
    case "char":
      return { whole: node.literal, best: node.literal ?? "" }
    case "assert":
      return { whole: "", best: "" }
    case "choice":
      return { whole: undefined, best: "" }
    case "repeat": {
      const { best } = node.min > 0 ? literalOf(node.node) : { best: "" }
      return { whole: undefined, best }
    }
    case "sequence": {
      let run = ""
      let best = ""
      let isWhole = true
      for (const inner of node.nodes) {
        const own = literalOf(inner)
        if (own.whole !== undefined) run += own.whole
        else {
          best = longer(longer(best, run), own.best)
          run = ""
          isWhole = false
        }
      }
      return { whole: isWhole ? run : undefined, best: longer(best, run) }
    }
  }
}

/** Empty where there is no such text. */
export const requiredText = (node: PatternNode): string => literalOf(node).best
