// What the job's judge will cost: a call for each piece of its sample that passes the rules, as long as its calls so far
// were, within its own budget.
import type { ModelCalls } from "../../services/journal/CallHistory.ts"
import type { JudgeSettings } from "../../services/judge/JudgeSettings.ts"
import { costOf } from "../../services/spending/Cost.ts"
import type { NanoUsd } from "../../services/spending/Money.ts"
import type { Price } from "../../services/spending/Price.ts"
import type { RungEstimate } from "./estimate.ts"
import { expectedOdds, seenOf } from "./odds.ts"
import type { RungProspect } from "./project.ts"

export interface JudgeEstimate {
  readonly model: string
  /** Share of the items whose pieces it sees. */
  readonly share: number
  /** Its answers in the journals, under today's version of its prompt; 0: what its calls are like is assumed. */
  readonly answersSeen: number
  /** Of answers whose tokens the server counted; of none, half of the limit. */
  readonly outputTokensPerAnswer: number
  readonly expected: RungProspect
  /** With every draft passing the rules, and every answer as long as it may be. */
  readonly highNanoUsd: NanoUsd
  /** For one run: neither of the two is more. */
  readonly budgetNanoUsd: NanoUsd
}

/** What is known of the pieces that may come before the judge. */
interface Pieces {
  readonly rungs: ReadonlyArray<RungEstimate>
  /** By rung, items with an answer of it that nobody judged. */
  readonly toJudge: ReadonlyArray<number>
  /** Tokens of the judge's prompt without a piece, on average. */
  readonly promptTokensMean: number
}

/** `seenCalls` is what the journals tell of it. */
export const judgeProspect = (
  { rung, runBudgetNanoUsd, share }: JudgeSettings,
  price: Price,
  { promptTokensMean, rungs, toJudge }: Pieces,
  seenCalls: ModelCalls | undefined
): JudgeEstimate => {
  const seen = seenOf(seenCalls)
  const odds = expectedOdds(rung, seen)
  const draftsOn = (index: number) => (rungs[index]?.expected.calls ?? 0) + (toJudge[index] ?? 0)
  const drafts = rungs.reduce((sum, _, index) => sum + draftsOn(index), 0)
  const passing = rungs.reduce((sum, { passShare }, index) => sum + draftsOn(index) * passShare, 0)
  const inputTokens = Math.ceil(
    seenCalls === undefined || seen.lengths.count === 0
      ? promptTokensMean + (rungs[0]?.outputTokensPerAnswer ?? 0)
      : seenCalls.inputTokens / seen.lengths.count
  )
  const costWith = (outputTokens: number): NanoUsd =>
    costOf(
      price,
      { inputTokens, cachedInputTokens: 0, outputTokens, reasoningTokens: 0 },
      rung.serviceTier
    )
  const outputTokens = Math.ceil(odds.outputTokens)
  const callsFor = (pieces: number): number => pieces * share / (1 - odds.lostShare)
  const within = (calls: number, cost: NanoUsd): NanoUsd =>
    Math.min(runBudgetNanoUsd, Math.ceil(calls * cost))
  const calls = callsFor(passing)
  return {
    model: rung.model,
    share,
    answersSeen: seen.answers,
    outputTokensPerAnswer: outputTokens,
    expected: {
      items: passing * share,
      calls,
      inputTokens: Math.round(calls * inputTokens),
      outputTokens: Math.round(calls * outputTokens),
      nanoUsd: within(calls, costWith(outputTokens))
    },
    highNanoUsd: within(callsFor(drafts), costWith(rung.outputTokensMax)),
    budgetNanoUsd: runBudgetNanoUsd
  }
}
