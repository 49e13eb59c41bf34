// What every rule becomes: a pure function from a piece to what it holds against it.
import type { EvidenceBundle } from "../../evidence/Evidence.ts"
import type { Item } from "../../items/Item.ts"
import type { PieceNumbers } from "../claims/PieceNumbers.ts"
import type { Facts } from "../facts/Facts.ts"
import { compileFieldPattern } from "../FieldPattern.ts"
import type { Finding } from "../Finding.ts"
import type { Leaf } from "../Piece.ts"

export interface RuleInput {
  readonly item: Item
  readonly evidence: EvidenceBundle
  /** The piece as JSON. */
  readonly content: { readonly [field: string]: unknown }
  /** All leaves of the piece, in document order. */
  readonly leaves: ReadonlyArray<Leaf>
  /** The folded texts of all leaves, a line each: what does not stand here stands in none of them. */
  readonly foldedWhole: () => string
  /** The same texts for looking for phrases. */
  readonly phrasedWhole: () => string
  /** What the item and its evidence state. */
  readonly facts: () => Facts
  /** The numbers of the piece, held against the facts. */
  readonly numbers: () => PieceNumbers
}

/** A finding before the judge writes the rule's name to it. */
export type Remark = Omit<Finding, "rule">

export type CompiledRule = (input: RuleInput) => ReadonlyArray<Remark>

/** No rule says more than this about one piece. */
export const findingsPerRuleMax = 20

/** The texts that a field pattern covers. */
export const textsAt = (field: string): (input: RuleInput) => ReadonlyArray<Leaf> => {
  const matches = compileFieldPattern(field)
  return ({ leaves }) => leaves.filter(({ kind, segments }) => kind === "text" && matches(segments))
}

/** Where a remark on all texts of a field stands: a pattern with a `*` names no one place. */
export const placeOf = (field: string): string => field.includes("*") ? "" : field

/** The field as a sentence names it. */
export const nameOf = (field: string): string => field === "*" ? "the piece" : `"${field}"`
