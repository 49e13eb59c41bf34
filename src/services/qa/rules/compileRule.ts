// Declared rules made ready to judge, each by its own module.
import type { RuleKind, RuleOf } from "../RuleTypes.ts"
import type { UserCheck } from "../UserRule.ts"
import { cadenceRule } from "./cadenceRule.ts"
import type { DetectLanguage } from "../../LanguageDetector.ts"
import { claimsRule } from "./claimsRule.ts"
import type { CompiledRule } from "./CompiledRule.ts"
import { completeRule } from "./completeRule.ts"
import { customRule } from "./customRule.ts"
import { distinctRule } from "./distinctRule.ts"
import { htmlRule } from "./htmlRule.ts"
import { keywordRule } from "./keywordRule.ts"
import { languageRule } from "./languageRule.ts"
import { lengthRule } from "./lengthRule.ts"
import { linksRule } from "./linksRule.ts"
import { markdownRule } from "./markdownRule.ts"
import { numbersRule } from "./numbersRule.ts"
import { bannedRule, requiredRule } from "./phraseRules.ts"
import { placeholderRule } from "./placeholderRule.ts"
import { quotesRule } from "./quotesRule.ts"
import { readabilityRule } from "./readabilityRule.ts"
import { repetitionRule } from "./repetitionRule.ts"
import { quotationRule, whitespaceRule } from "./tidyRules.ts"

/** What some rules need beside the piece; made before any piece is judged. */
export interface RuleTools {
  readonly detectLanguage: DetectLanguage
  /** The check of a custom rule by its `use`. */
  readonly userCheck: (use: string) => UserCheck
}

/** For rule sets that need none; a rule that does has not passed any piece. */
export const noTools: RuleTools = {
  detectLanguage: () => "",
  userCheck: (use) => () => {
    throw new Error(`${use} was not loaded`)
  }
}

/** Judged against the other pieces, by the corpus. */
const ofCorpus = (): CompiledRule => () => []

const compilers: {
  readonly [K in RuleKind]: (rule: RuleOf<K>, tools: RuleTools) => CompiledRule
} = {
  length: lengthRule,
  cadence: cadenceRule,
  complete: completeRule,
  banned: bannedRule,
  required: requiredRule,
  keyword: keywordRule,
  placeholder: placeholderRule,
  numbers: numbersRule,
  claims: claimsRule,
  quotes: quotesRule,
  links: linksRule,
  html: htmlRule,
  markdown: markdownRule,
  language: (rule, { detectLanguage }) => languageRule(rule, detectLanguage),
  readability: readabilityRule,
  distinct: distinctRule,
  repetition: repetitionRule,
  whitespace: whitespaceRule,
  quotation: quotationRule,
  nearDuplicate: ofCorpus,
  reuse: ofCorpus,
  openers: ofCorpus,
  custom: (rule, { userCheck }) => customRule(rule, userCheck(rule.use))
}

export const compileRule = <K extends RuleKind>(
  rule: RuleOf<K> & { readonly rule: K },
  tools: RuleTools
): CompiledRule => compilers[rule.rule](rule, tools)
