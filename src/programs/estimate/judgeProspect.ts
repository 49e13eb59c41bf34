// What the job's judge will cost: a call for each piece of its sample that passes the rules, within its own budget.
import type { JudgeSettings } from "../../services/judge/JudgeSettings.ts"
import { costOf } from "../../services/spending/Cost.ts"
import type { NanoUsd } from "../../services/spending/Money.ts"
import type { Price } from "../../services/spending/Price.ts"
import type { RungEstimate } from "./estimate.ts"
import type { RungProspect } from "./project.ts"

export interface JudgeEstimate {
  readonly model: string
  /** Share of the items whose pieces it sees. */
  readonly share: number
  readonly expected: RungProspect
  /** With every draft passing the rules, and every answer as long as it may be. */
  readonly highNanoUsd: NanoUsd
  /** For one run: neither of the two is more. */
  readonly budgetNanoUsd: NanoUsd
}

/** Of its limit, where nothing is known of its answers. */
const outputAssumed = 0.5

/** What is known of the pieces that may come before the judge. */
interface Pieces {
  readonly rungs: ReadonlyArray<RungEstimate>
  /** By rung, items with an answer of it that nobody judged. */
  readonly toJudge: ReadonlyArray<number>
  /** Tokens of the judge's prompt without a piece, on average. */
  readonly promptTokensMean: number
}

export const judgeProspect = (
  { rung, runBudgetNanoUsd, share }: JudgeSettings,
  price: Price,
  { promptTokensMean, rungs, toJudge }: Pieces
): JudgeEstimate => {
  const draftsOn = (index: number) => (rungs[index]?.expected.calls ?? 0) + (toJudge[index] ?? 0)
  const drafts = rungs.reduce((sum, _, index) => sum + draftsOn(index), 0)
  const passing = rungs.reduce((sum, { passShare }, index) => sum + draftsOn(index) * passShare, 0)
  const promptTokens = promptTokensMean + (rungs[0]?.outputTokensPerAnswer ?? 0)
  const inputTokens = Math.ceil(promptTokens)
  const costWith = (outputTokens: number): NanoUsd =>
    costOf(
      price,
      { inputTokens, cachedInputTokens: 0, outputTokens, reasoningTokens: 0 },
      rung.serviceTier
    )
  const outputTokens = Math.ceil(rung.outputTokensMax * outputAssumed)
  const within = (calls: number, cost: NanoUsd): NanoUsd =>
    Math.min(runBudgetNanoUsd, Math.ceil(calls * cost))
  const calls = passing * share
  return {
    model: rung.model,
    share,
    expected: {
      items: calls,
      calls,
      inputTokens: Math.round(calls * inputTokens),
      outputTokens: Math.round(calls * outputTokens),
      nanoUsd: within(calls, costWith(outputTokens))
    },
    highNanoUsd: within(drafts * share, costWith(rung.outputTokensMax)),
    budgetNanoUsd: runBudgetNanoUsd
  }
}
