// What every rule becomes: a pure function from a piece to its findings.
import type { Finding } from "../Finding.ts"
import type { Leaf } from "../Piece.ts"
import type { Facts } from "./FactNumbers.ts"

export interface RuleInput {
  /** All leaves of the piece, in document order. */
  readonly leaves: ReadonlyArray<Leaf>
  /** The folded texts of all leaves, a line each: what does not stand here stands in none of them. */
  readonly foldedWhole: () => string
  /** The numbers that the item and its evidence contain. Gathered at the first call. */
  readonly factNumbers: () => Facts
}

export type CompiledRule = (input: RuleInput) => ReadonlyArray<Finding>

/** No rule says more than this about one piece. */
export const findingsPerRuleMax = 20
