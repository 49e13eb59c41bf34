// The rules of a job as declared in inkfast.yaml, with the hash that goes into each record.
import { canonicalJson, digest } from "../Digest.ts"
import { type Rule, ruleId, type RuleKind } from "./RuleTypes.ts"

export type { Rule } from "./RuleTypes.ts"

export interface RuleSet {
  readonly rules: ReadonlyArray<Rule>
  /** SHA-256 of the canonical JSON of the rules and their engine's version, first 32 hex digits. */
  readonly hash: string
}

/** Raised whenever a rule judges the same piece differently than before. */
const engineVersion = 4

export const makeRuleSet = (rules: ReadonlyArray<Rule>): RuleSet => ({
  rules,
  hash: digest(canonicalJson({ engineVersion, rules }))
})

/** Rules that hold a piece against the facts: with other evidence they may say otherwise of the same piece. */
const factKinds: ReadonlySet<RuleKind> = new Set(["numbers", "claims", "quotes", "links", "custom"])

/** Whether findings of that rule, by its id, depend on the facts. */
export const judgesByFacts = ({ rules }: RuleSet): (id: string) => boolean => {
  const ids = new Set(rules.filter(({ rule }) => factKinds.has(rule)).map(ruleId))
  return (id) => ids.has(id)
}
