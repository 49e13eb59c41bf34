// Every built-in rule as it is declared: its name, its parameters and what each of them may hold.
import * as Schema from "effect/Schema"
import { text } from "../job/SettingTypes.ts"
import { corpusRules } from "./ruleTypes/corpusRules.ts"
import { factRules } from "./ruleTypes/factRules.ts"
import { formRules } from "./ruleTypes/formRules.ts"
import { anyField, common, required, severity } from "./ruleTypes/parameters.ts"
import { textRules } from "./ruleTypes/textRules.ts"

export const ruleTypes = {
  ...textRules,
  ...factRules,
  ...formRules,
  ...corpusRules,
  custom: Schema.Struct({
    rule: Schema.Literal("custom"),
    ...common,
    field: anyField,
    severity,
    use: required(
      text("a module's path such as ./rules/tone.ts, or the name of a rule that a layer gives"),
      "is missing; give a module's path such as ./rules/tone.ts, or the name of a rule that a layer gives"
    ),
    parameters: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown))
  })
}

export type RuleKind = keyof typeof ruleTypes
export type RuleOf<K extends RuleKind> = (typeof ruleTypes)[K]["Type"]

/**
 * A rule as the job declares it. A field is a JSON pointer pattern: `/title`, `/faq/*\/answer` (`*` stands for any one
 * key or index), or `*` for every text of the piece. A pattern covers all texts at or below what it names: `/faq` is
 * every text of the FAQ.
 */
export type Rule = { readonly [K in RuleKind]: RuleOf<K> }[RuleKind]

export const ruleKinds = Object.keys(ruleTypes) as ReadonlyArray<RuleKind>

/** What a rule is called in its findings. */
export const ruleId = (rule: Rule): string => rule.id ?? rule.rule
