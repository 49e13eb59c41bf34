// What comes of a piece at the judge.
import type { Finding } from "../qa/Finding.ts"
import { toUsd } from "../spending/Money.ts"
import type { JudgeNote } from "./JudgeNote.ts"
import type { JudgeSettings } from "./JudgeSettings.ts"
import { readJudgement } from "./Judgement.ts"
import type { Opinion } from "./Opinion.ts"

export type Judged =
  /** There is no judge, or the item is not in its sample. */
  | { readonly _tag: "NotAsked" }
  /** The piece stands: the judge passed it, or could not tell. */
  | { readonly _tag: "Stands"; readonly note: JudgeNote }
  | { readonly _tag: "Failed"; readonly score: number; readonly findings: ReadonlyArray<Finding> }

/** The piece stands by the rules alone. */
export const notJudged = ({ prompt, rung }: JudgeSettings, reason: string): Judged => ({
  _tag: "Stands",
  note: { verdict: "not-judged", model: rung.model, promptHash: prompt.hash, reason }
})

/** By the threshold of today. */
export const judgedBy = (judge: JudgeSettings, { answer }: Opinion): Judged => {
  const judgement = readJudgement(answer.completion, judge.minScore)
  switch (judgement._tag) {
    case "Unclear":
      return notJudged(judge, judgement.reason)
    case "Failed":
      return judgement
    case "Passed":
      return {
        _tag: "Stands",
        note: {
          verdict: "passed",
          id: answer.id,
          model: judge.rung.model,
          promptHash: judge.prompt.hash,
          score: judgement.score,
          costUsd: toUsd(answer.costNanoUsd)
        }
      }
  }
}
