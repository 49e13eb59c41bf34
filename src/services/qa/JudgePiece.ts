// A piece against schema and rules, pure and total: what blocks it, what only accompanies it, what was repaired.
import type { EvidenceBundle } from "../evidence/Evidence.ts"
import type { OutputSchema } from "../generation/OutputSchema.ts"
import type { Item } from "../items/Item.ts"
import type { Claim } from "./claims/Claim.ts"
import { pieceNumbersOf } from "./claims/PieceNumbers.ts"
import { makeTraceClaims, type TracedClaims } from "./claims/traceClaims.ts"
import { factsOf } from "./facts/Facts.ts"
import type { Finding } from "./Finding.ts"
import { lazily } from "./Memo.ts"
import { leavesOf } from "./Piece.ts"
import type { Repair } from "./Repair.ts"
import { makeRepair } from "./Repairs.ts"
import { compileRule, type RuleTools } from "./rules/compileRule.ts"
import { findingsPerRuleMax, type Remark, type RuleInput } from "./rules/CompiledRule.ts"
import type { RuleSet } from "./RuleSet.ts"
import { type Rule, ruleId } from "./RuleTypes.ts"

type Content = { readonly [field: string]: unknown }

export interface JudgedPiece {
  /** As it was, or repaired. */
  readonly content: Content
  readonly blocking: ReadonlyArray<Finding>
  readonly warnings: ReadonlyArray<Finding>
  readonly repairs: ReadonlyArray<Repair>
  /** Of a piece that nothing blocks: its claims, and where each was found. */
  readonly claims: ReadonlyArray<Claim>
  /** Claims that were found as well, beyond those. */
  readonly claimsLeftOut: number
}

const noClaims: TracedClaims = { claims: [], leftOut: 0 }

/** Expects content without a fault in its shape. */
export type JudgePiece = (item: Item, evidence: EvidenceBundle, content: Content) => JudgedPiece

/** The remark of a rule as its finding. */
export const findingOf = (rule: Rule, { field, message, text }: Remark): Finding => ({
  rule: ruleId(rule),
  field,
  text,
  message: rule.message === undefined ? message : `${rule.message} (${message})`
})

/** What a rule may see of a piece; what is costly is made at the first call. */
const inputOf = (
  piece: Pick<RuleInput, "item" | "evidence" | "content" | "leaves">
): RuleInput => {
  const facts = lazily(() => factsOf(piece.item, piece.evidence))
  return {
    ...piece,
    facts,
    numbers: lazily(() => pieceNumbersOf(piece.leaves, facts().numbers)),
    foldedWhole: lazily(() => piece.leaves.map((leaf) => leaf.folded).join("\n")),
    phrasedWhole: lazily(() => piece.leaves.map((leaf) => leaf.phrased).join("\n"))
  }
}

export const makeJudgePiece = (
  schema: OutputSchema,
  ruleSet: RuleSet,
  tools: RuleTools
): JudgePiece => {
  const rules = ruleSet.rules.map((rule) => ({ rule, apply: compileRule(rule, tools) }))
  const repair = makeRepair(ruleSet.rules)
  const traceClaims = makeTraceClaims(ruleSet.rules)
  return (item, evidence, raw) => {
    const { content, repairs } = repair(raw)
    const leaves = leavesOf(content)
    const input = inputOf({ item, evidence, content, leaves })
    // Schema and rules are all tried, so that one retake hears of everything.
    const blocking: Array<Finding> = [...schema.check(content)]
    const warnings: Array<Finding> = []
    for (const { apply, rule } of rules) {
      const into = rule.severity === "warn" ? warnings : blocking
      for (const remark of apply(input).slice(0, findingsPerRuleMax)) {
        into.push(findingOf(rule, remark))
      }
    }
    const { claims, leftOut } = blocking.length === 0 ? traceClaims(input) : noClaims
    return { content, blocking, warnings, repairs, claims, claimsLeftOut: leftOut }
  }
}
