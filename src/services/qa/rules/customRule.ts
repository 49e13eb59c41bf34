// Rule `custom`: a rule of the user's own, held to the same contract; one that fails has not passed the piece.
import { excerpt } from "../Finding.ts"
import type { RuleOf } from "../RuleTypes.ts"
import type { UserCheck } from "../UserRule.ts"
import { type CompiledRule, placeOf, type Remark, textsAt } from "./CompiledRule.ts"

type UserRemark = ReturnType<UserCheck>[number]

const isRemark = (value: unknown): value is UserRemark => {
  if (typeof value !== "object" || value === null) return false
  const { field, message, text } = value as { readonly [key: string]: unknown }
  return typeof message === "string" &&
    (field === undefined || typeof field === "string") &&
    (text === undefined || typeof text === "string")
}

export const customRule = (rule: RuleOf<"custom">, check: UserCheck): CompiledRule => {
  const texts = textsAt(rule.field)
  const failed = (what: string): ReadonlyArray<Remark> => [{
    field: placeOf(rule.field),
    text: "",
    message: `the rule ${rule.use} could not check the piece: ${excerpt(what)}`
  }]
  return (input) => {
    try {
      const found: unknown = check({
        item: input.item,
        sources: input.evidence.sources,
        content: input.content,
        texts: texts(input).map(({ pointer, text }) => ({ field: pointer, text })),
        parameters: rule.parameters ?? {}
      })
      if (!Array.isArray(found) || !found.every(isRemark)) {
        return failed("it answered no list of { field, text, message }")
      }
      return found.map(({ field = "", message, text = "" }) => ({
        field,
        text: excerpt(text),
        message: excerpt(message, 1_000)
      }))
    } catch (error) {
      return failed(error instanceof Error ? error.message : String(error))
    }
  }
}
