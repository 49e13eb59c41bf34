// The verdict on an answer, pure and total: did the model finish, is it JSON, does the schema hold, do the rules.
import type { EvidenceBundle } from "../evidence/Evidence.ts"
import type { Completion } from "../generation/Llm.ts"
import type { OutputSchema } from "../generation/OutputSchema.ts"
import type { Item } from "../items/Item.ts"
import { readAnswer } from "./AnswerJson.ts"
import { excerpt, type Finding } from "./Finding.ts"
import { leavesOf } from "./Piece.ts"
import type { Verdict } from "./Qa.ts"
import { type CompiledRule, findingsPerRuleMax } from "./rules/CompiledRule.ts"
import { makeFactNumbers } from "./rules/FactNumbers.ts"
import { lengthRule } from "./rules/lengthRule.ts"
import { numbersRule } from "./rules/numbersRule.ts"
import { bannedRule, requiredRule } from "./rules/phraseRules.ts"
import { placeholderRule } from "./rules/placeholderRule.ts"
import type { Rule, RuleSet } from "./RuleSet.ts"

const compileRule = (rule: Rule): CompiledRule => {
  switch (rule.rule) {
    case "length":
      return lengthRule(rule)
    case "banned":
      return bannedRule(rule)
    case "required":
      return requiredRule(rule)
    case "placeholder":
      return placeholderRule(rule)
    case "numbers":
      return numbersRule(rule)
  }
}

type Rejected = Extract<Verdict, { _tag: "Rejected" }>

const rejected = (cause: Rejected["cause"], finding: Finding): Rejected => ({
  _tag: "Rejected",
  cause,
  findings: [finding]
})

const whole = (rule: string, text: string, message: string): Finding => ({
  rule,
  field: "",
  text: excerpt(text),
  message
})

const unfinished = (completion: Completion): Rejected | undefined => {
  switch (completion.finish) {
    case "stop":
      return undefined
    case "length":
      return rejected(
        "Truncated",
        whole(
          "finish",
          completion.text.slice(-200),
          "the answer was cut off at the output limit; write less, or raise the limit"
        )
      )
    case "refusal":
      return rejected(
        "Refused",
        whole("finish", completion.refusal ?? completion.text, "the model refused to answer")
      )
    case "filter":
      return rejected(
        "Refused",
        whole("finish", completion.text, "the server's content filter withheld the answer")
      )
    case "other":
      return rejected(
        "Malformed",
        whole("finish", completion.text, "the server did not say that the answer is finished")
      )
  }
}

const isContent = (value: unknown): value is { readonly [field: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export type Judge = (item: Item, evidence: EvidenceBundle, completion: Completion) => Verdict

/** Schema and rules are all tried, so that one retake hears of everything. */
export const makeJudge = (schema: OutputSchema, ruleSet: RuleSet): Judge => {
  const rules = ruleSet.rules.map((rule) => ({ severity: rule.severity, apply: compileRule(rule) }))
  const factNumbersOf = makeFactNumbers()
  return (item, evidence, completion) => {
    const early = unfinished(completion)
    if (early !== undefined) return early
    const answer = readAnswer(completion.text)
    if (answer._tag === "NotJson") {
      const message = `${answer.message}; answer with one JSON object and nothing else`
      return rejected("Malformed", whole("json", completion.text, message))
    }
    const leaves = leavesOf(answer.value)
    if (typeof leaves === "string") return rejected("Malformed", whole("json", "", leaves))
    if (!isContent(answer.value)) {
      return rejected(
        "Malformed",
        whole("json", completion.text, "the answer is JSON, but not an object")
      )
    }
    const blocking: Array<Finding> = [...schema.check(answer.value)]
    const warnings: Array<Finding> = []
    const factNumbers = () => factNumbersOf(item, evidence)
    let joined: string | undefined
    const foldedWhole = () => joined ??= leaves.map((leaf) => leaf.folded).join("\n")
    for (const { apply, severity } of rules) {
      const into = severity === "block" ? blocking : warnings
      into.push(...apply({ leaves, foldedWhole, factNumbers }).slice(0, findingsPerRuleMax))
    }
    return blocking.length > 0
      ? { _tag: "Rejected", cause: "QaFailed", findings: blocking }
      : { _tag: "Accepted", content: answer.value, warnings }
  }
}
