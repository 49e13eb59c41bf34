// What the judge answered about an answer, as the journal has it: it is not asked the same again.
import type { Generated } from "../generation/Generated.ts"
import { isOfJudge } from "./JudgeSettings.ts"
import type { JudgeSettings } from "./JudgeSettings.ts"

export interface Opinion {
  /** The id of the answer that was judged. */
  readonly about: string
  readonly answer: Generated
}

/**
 * What today's judge said of the answer, the same model under the same version of the prompt. `requestHash`: of what it
 * would be sent now, if that is known; another answer may have been the same piece.
 */
export const opinionOn = (
  judge: JudgeSettings,
  opinions: ReadonlyArray<Opinion>,
  answerId: string,
  requestHash?: string
): Opinion | undefined =>
  opinions.find(({ answer }) => requestHash !== undefined && answer.requestHash === requestHash) ??
    opinions.find(({ about, answer }) =>
      about === answerId &&
      isOfJudge(judge, { model: answer.requestedModel, promptHash: answer.promptHash })
    )
