// What an answer of a rung is like, by what the journals tell of its model: the best guess, and what else it may be.
//
// What else is drawn from a posterior: a weak assumption, and what was seen (conjugate priors, so that a draw is cheap).
// Where nothing was seen that is all that could be, and with every answer it closes in on what is.
import type { Rung } from "../../services/generation/Rung.ts"
import type { ModelCalls } from "../../services/journal/CallHistory.ts"
import type { Lots } from "../../services/Lots.ts"
import { summarise } from "../../services/Statistics.ts"
import type { Summary } from "../../services/Statistics.ts"

export interface RungOdds {
  /** Of an answer, on average. */
  readonly outputTokens: number
  /** By how much one answer differs from that. */
  readonly outputDeviation: number
  /** An answer passes QA. */
  readonly passShare: number
  /** A call is billed, perhaps, and brings no answer. */
  readonly lostShare: number
  /** What the server counts of a byte of a prompt, as part of what is known or else counted here: 1, about. */
  readonly inputFactor: number
}

/** As if so many answers had passed and failed before the first: four of five pass. */
const passPrior = { passed: 2, failed: 0.5 }
/** As if so many calls had been lost, and answered. */
const lossPrior = { lost: 0.05, answered: 5 }
/** However many were lost, the next may be answered. */
const lostShareMax = 0.9
/** Where no answer was seen, it takes half of the limit, a quarter more or less. */
const assumed = { mean: 0.5, deviation: 0.25 }
/** How many answers that assumption is worth, for the mean and for the deviation. */
const lengthPrior = { mean: 0.05, deviation: 0.5 }

/** What was seen of a model. */
export interface Seen extends Pick<ModelCalls, "accepted" | "answers" | "judged" | "lost"> {
  readonly lengths: Summary
  /** What the server counts of a byte of a prompt; undefined where nothing was counted. */
  readonly tokensPerByte: number | undefined
}

export const seenOf = (calls: ModelCalls | undefined): Seen => {
  const { accepted = 0, answers = 0, judged = 0, lost = 0, outputTokens = [] } = calls ?? {}
  const { inputTokens = 0, promptBytes = 0 } = calls ?? {}
  return {
    accepted,
    answers,
    judged,
    lost,
    lengths: summarise(outputTokens),
    tokensPerByte: promptBytes === 0 ? undefined : inputTokens / promptBytes
  }
}

/** What another model wrote says a little of what this one will: as much as so many of its own answers. */
const othersCountMax = 3

/** By rung. A model of which nothing was seen is taken to write as much as the nearest one below it that was. */
export const seenByRung = (
  rungs: ReadonlyArray<Rung>,
  calls: ReadonlyMap<string, ModelCalls>
): ReadonlyArray<Seen> => {
  let below: Summary | undefined
  return rungs.map(({ model }) => {
    const own = seenOf(calls.get(model))
    if (own.lengths.count > 0) {
      below = own.lengths
      return own
    }
    return below === undefined
      ? own
      : { ...own, lengths: { ...below, count: Math.min(othersCountMax, below.count) } }
  })
}

/** By so much, as a part, servers differ in what they count of a prompt. */
const tokenizersDiffer = 0.1

/** The best guess. */
export const expectedOdds = ({ outputTokensMax }: Rung, seen: Seen): RungOdds => {
  const { accepted, answers, judged, lengths, lost } = seen
  const { failed, passed } = passPrior
  return {
    outputTokens: lengths.count === 0
      ? outputTokensMax * assumed.mean
      : Math.min(outputTokensMax, lengths.mean),
    outputDeviation: lengths.count < 2 ? outputTokensMax * assumed.deviation : lengths.deviation,
    passShare: (passed + accepted) / (passed + failed + judged),
    lostShare: lost === 0 ? 0 : Math.min(lostShareMax, lost / (answers + lost)),
    inputFactor: 1
  }
}

/** Mean and deviation of the lengths, from a normal-inverse-gamma posterior; within the limit. */
const drawLengths = (limit: number, { count, deviation, mean }: Summary, lots: Lots) => {
  if (count === 0) {
    return { outputTokens: limit * lots.beta(2, 2), outputDeviation: limit * assumed.deviation }
  }
  const weight = lengthPrior.mean + count
  const middle = (lengthPrior.mean * limit * assumed.mean + count * mean) / weight
  const squares = lengthPrior.deviation * (limit * assumed.deviation) ** 2 +
    (count - 1) * deviation ** 2 +
    (lengthPrior.mean * count / weight) * (mean - limit * assumed.mean) ** 2
  const variance = squares / (2 * lots.gamma((lengthPrior.deviation + count) / 2))
  const outputTokens = middle + Math.sqrt(variance / weight) * lots.normal()
  return {
    outputTokens: Math.min(limit, Math.max(1, outputTokens)),
    outputDeviation: Math.min(limit, Math.sqrt(variance))
  }
}

/** One way in which it may be, in view of what was seen. */
export const drawOdds = ({ outputTokensMax }: Rung, seen: Seen, lots: Lots): RungOdds => {
  const { accepted, answers, judged, lengths, lost } = seen
  return {
    ...drawLengths(outputTokensMax, lengths, lots),
    passShare: lots.beta(passPrior.passed + accepted, passPrior.failed + judged - accepted),
    lostShare: Math.min(
      lostShareMax,
      lots.beta(lossPrior.lost + lost, lossPrior.answered + answers)
    ),
    inputFactor: Math.exp(tokenizersDiffer / Math.sqrt(1 + lengths.count) * lots.normal())
  }
}
