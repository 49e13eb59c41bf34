// What the fake model answers as a job's judge: it passes every piece, and on request it does not.
import { judgementSchema } from "../../../services/judge/Judgement.ts"
import type { ChatRequest } from "../ChatRequest.ts"
import { chance } from "./Dice.ts"

export const isJudgement = ({ schemaName }: ChatRequest): boolean =>
  schemaName === judgementSchema.name

/** From 8 to 10, by what was asked. */
export const approval = (own: string): string =>
  JSON.stringify({ findings: [], score: 8 + Math.floor(chance(own, "score") * 3) })

export const disapproval = JSON.stringify({
  findings: [{ field: "", text: "", message: "It says nothing that the evidence does not say." }],
  score: 2
})
