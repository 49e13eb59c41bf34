// From prompts, prices and history to dollars: how many items reach each rung, how often it is asked, what that costs.
import type { NanoUsd } from "../../services/spending/Money.ts"
import { costOf } from "../../services/spending/Cost.ts"
import type { Price } from "../../services/spending/Price.ts"
import { shareInterval, summarise } from "../../services/Statistics.ts"
import type { ModelCalls } from "../../services/journal/CallHistory.ts"
import type { Rung } from "../../services/generation/Generation.ts"

/** What one answer of a rung is like. */
export interface RungOdds {
  readonly outputTokens: number
  /** An answer passes QA. */
  readonly passShare: number
  /** Calls that are billed for one answer. */
  readonly callsPerAnswer: number
}

export interface RungFigures {
  readonly expected: RungOdds
  readonly high: RungOdds
  /** Answers of the model in the journals; 0: the figures are assumed. */
  readonly answersSeen: number
}

/** Where nothing is known: half the limit, one answer of ten rejected. */
const assumedOutputShare = 0.5
const assumedPassShare = 0.9

/** High: an answer that is longer than 95 % of those seen, the lower end of what passes, the upper of what is lost. */
export const figuresOf = (rung: Rung, calls: ModelCalls | undefined): RungFigures => {
  const { accepted = 0, answers = 0, judged = 0, lost = 0, outputTokens = [] } = calls ?? {}
  const seen = summarise(outputTokens)
  const limit = rung.outputTokensMax
  const passes = shareInterval(accepted, judged)
  const losses = shareInterval(lost, answers + lost)
  return {
    answersSeen: answers,
    expected: {
      outputTokens: seen.count === 0 ? limit * assumedOutputShare : Math.min(limit, seen.mean),
      passShare: judged === 0 ? assumedPassShare : accepted / judged,
      callsPerAnswer: answers === 0 ? 1 : (answers + lost) / answers
    },
    high: {
      // Below twenty answers the longest of them says little of what is to come.
      outputTokens: seen.count < 20 ? limit : Math.min(limit, seen.p95),
      passShare: passes.low,
      callsPerAnswer: answers === 0 ? 1 : 1 / Math.max(0.1, 1 - losses.high)
    }
  }
}

export interface RungProspect {
  readonly items: number
  readonly calls: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly nanoUsd: NanoUsd
}

export interface RungCase {
  readonly rung: Rung
  readonly price: Price
  readonly odds: RungOdds
  /** Items whose next call is on this rung. */
  readonly startingHere: number
  /** Items that have an answer of this rung, paid and not judged. */
  readonly toJudge: number
}

/** Tokens of findings and words around a rejected draft in the prompt of the next one. */
const retakeTokens = 150

/** What each rung will do; `promptTokens`: of a first prompt, without a draft. Items climb where an answer does not pass. */
export const project = (
  cases: ReadonlyArray<RungCase>,
  promptTokens: number
): ReadonlyArray<RungProspect> => {
  let climbing = 0
  let draftTokens = 0
  return cases.map(({ odds, price, rung, startingHere, toJudge }) => {
    const items = climbing + startingHere
    const fails = 1 - odds.passShare
    // Drafts of one item on this rung: another one as long as none passed and the rung has one left.
    let drafts = 0
    for (let draft = 0; draft < rung.attempts; draft++) drafts += fails ** draft
    const answers = items * drafts
    const firsts = climbing === 0 ? items : 0
    const perAnswer = promptTokens +
      (answers === 0 ? 0 : (1 - firsts / answers) * (retakeTokens + draftTokens))
    const calls = answers * odds.callsPerAnswer
    const cost = costOf(price, {
      inputTokens: Math.ceil(perAnswer),
      cachedInputTokens: 0,
      outputTokens: Math.ceil(odds.outputTokens),
      reasoningTokens: 0
    }, rung.serviceTier)
    climbing = items * fails ** rung.attempts + toJudge * fails
    draftTokens = odds.outputTokens
    return {
      items,
      calls,
      inputTokens: Math.round(calls * perAnswer),
      outputTokens: Math.round(calls * odds.outputTokens),
      nanoUsd: Math.ceil(calls * cost)
    }
  })
}
