// The verdict on an answer, pure and total: did the model finish, is it JSON, does the schema hold, do the rules.
import type { EvidenceBundle } from "../evidence/Evidence.ts"
import type { Completion } from "../generation/Llm.ts"
import type { OutputSchema } from "../generation/OutputSchema.ts"
import type { Item } from "../items/Item.ts"
import { readAnswer } from "./AnswerJson.ts"
import { excerpt, type Finding } from "./Finding.ts"
import { makeNamesOf } from "./ItemNames.ts"
import { makeJudgePiece } from "./JudgePiece.ts"
import { shapeFault } from "./Piece.ts"
import type { Verdict } from "./Qa.ts"
import { noTools, type RuleTools } from "./rules/compileRule.ts"
import type { RuleSet } from "./RuleSet.ts"

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
    case "unreadable":
      return rejected(
        "Malformed",
        whole("envelope", completion.text, "the server's answer is no chat completion")
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

/** `tools` are for rules that need more than the piece: a language detector, the checks of custom rules. */
export const makeJudge = (
  schema: OutputSchema,
  ruleSet: RuleSet,
  tools: RuleTools = noTools
): Judge => {
  const judgePiece = makeJudgePiece(schema, ruleSet, tools)
  const namesOf = makeNamesOf(ruleSet.rules)
  return (item, evidence, completion) => {
    const early = unfinished(completion)
    if (early !== undefined) return early
    const answer = readAnswer(completion.text)
    if (answer._tag === "NotJson") {
      const message = `${answer.message}; answer with one JSON object and nothing else`
      return rejected("Malformed", whole("json", completion.text, message))
    }
    if (!isContent(answer.value)) {
      return rejected(
        "Malformed",
        whole("json", completion.text, "the answer is JSON, but not an object")
      )
    }
    const fault = shapeFault(answer.value)
    if (fault !== undefined) return rejected("Malformed", whole("json", "", fault))
    const { blocking, ...accepted } = judgePiece(item, evidence, answer.value)
    return blocking.length > 0
      ? { _tag: "Rejected", cause: "QaFailed", findings: blocking }
      : { _tag: "Accepted", ...accepted, names: namesOf(item) }
  }
}
