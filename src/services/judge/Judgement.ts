// What the judge is asked to answer, and what its answer says of the piece. Pure and total.
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { canonicalJson, digest } from "../Digest.ts"
import type { Completion } from "../generation/Llm.ts"
import { readAnswer } from "../qa/AnswerJson.ts"
import { excerpt } from "../qa/Finding.ts"
import type { Finding } from "../qa/Finding.ts"

export const scoreMax = 10

const textProperty = (description: string) => ({ type: "string", description })

/** The same for every job, so that a prompt says what is good and not how to answer. Findings come first: they are the reasons. */
export const judgementSchema = {
  name: "inkfast_judgement",
  schema: {
    type: "object",
    additionalProperties: false,
    required: ["findings", "score"],
    properties: {
      findings: {
        type: "array",
        description: "What is wrong with the piece, the worst first; empty where nothing is.",
        items: {
          type: "object",
          additionalProperties: false,
          required: ["field", "text", "message"],
          properties: {
            field: textProperty("JSON pointer of the field, such as /title; empty for the whole."),
            text: textProperty("The words at fault, as they stand there."),
            message: textProperty("What is wrong with them, in one sentence.")
          }
        }
      },
      score: {
        type: "integer",
        minimum: 0,
        maximum: scoreMax,
        description: "From 0, of no use, to 10, nothing to mend."
      }
    }
  }
} as const

/** As that of a job's output schema. */
export const judgementHash = digest(canonicalJson(judgementSchema.schema))

const Answer = Schema.Struct({
  findings: Schema.Array(
    Schema.Struct({ field: Schema.String, text: Schema.String, message: Schema.String })
  ),
  score: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: scoreMax }))
})

const decode = Schema.decodeUnknownOption(Answer)

/** The judge's findings are told apart from those of rules by this name. */
export const judgeRule = "judge"

const findingsMax = 20
const messageCharsMax = 500

export const gradedWords = (score: number, minScore: number): string =>
  `the judge gives ${score} of ${scoreMax}, and ${minScore} are needed`

export type Judgement =
  | { readonly _tag: "Passed"; readonly score: number }
  /** `findings`: at least one. */
  | {
    readonly _tag: "Failed"
    readonly score: number
    readonly findings: ReadonlyArray<Finding>
  }
  /** It cannot be told from the answer what the judge thinks. */
  | { readonly _tag: "Unclear"; readonly reason: string }

export const readJudgement = ({ finish, text }: Completion, minScore: number): Judgement => {
  if (finish !== "stop") {
    return { _tag: "Unclear", reason: `the judge's answer did not come to its end (${finish})` }
  }
  const answer = readAnswer(text)
  const read = answer._tag === "Json" ? decode(answer.value) : Option.none()
  if (Option.isNone(read)) {
    return { _tag: "Unclear", reason: `the judge's answer is no judgement: ${excerpt(text)}` }
  }
  const { findings, score } = read.value
  if (score >= minScore) return { _tag: "Passed", score }
  const graded = gradedWords(score, minScore)
  return {
    _tag: "Failed",
    score,
    findings: findings.length === 0
      ? [{ rule: judgeRule, field: "", text: "", message: graded }]
      : findings.slice(0, findingsMax).map(({ field, message, text: words }) => ({
        rule: judgeRule,
        field: excerpt(field),
        text: excerpt(words),
        message: `${excerpt(message, messageCharsMax)} (${graded})`
      }))
  }
}
