// The rules of a job as declared in inkfast.yaml, with the hash that goes into each record.
import { canonicalJson, digest } from "../Digest.ts"
import type { Severity } from "./Finding.ts"

/**
 * A field is a JSON pointer pattern: `/title`, `/faq/*\/answer` (`*` stands for any one key or index), or `*` for every
 * text of the piece. A pattern covers all texts at or below what it names: `/faq` is every text of the FAQ.
 */
export type Rule =
  | {
    readonly rule: "length"
    readonly field: string
    readonly severity: Severity
    readonly minChars?: number
    readonly maxChars?: number
    readonly minWords?: number
    readonly maxWords?: number
  }
  | {
    readonly rule: "banned"
    readonly field: string
    readonly severity: Severity
    readonly phrases: ReadonlyArray<string>
  }
  | {
    readonly rule: "required"
    readonly field: string
    readonly severity: Severity
    readonly phrases: ReadonlyArray<string>
  }
  | { readonly rule: "placeholder"; readonly field: string; readonly severity: Severity }
  | { readonly rule: "numbers"; readonly field: string; readonly severity: Severity }

/** Rules that hold a piece against the facts: with other evidence they may say otherwise of the same piece. */
const factRules: ReadonlySet<string> = new Set<Rule["rule"]>(["numbers"])

export const judgesByFacts = (rule: string): boolean => factRules.has(rule)

export interface RuleSet {
  readonly rules: ReadonlyArray<Rule>
  /** SHA-256 of the canonical JSON of the rules and their engine's version, first 32 hex digits. */
  readonly hash: string
}

/** Raised whenever a rule judges the same piece differently than before. */
const engineVersion = 1

export const makeRuleSet = (rules: ReadonlyArray<Rule>): RuleSet => ({
  rules,
  hash: digest(canonicalJson({ engineVersion, rules }))
})
