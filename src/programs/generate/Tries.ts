// The calls of a rung for one draft as far as they failed, and the bounds on them: in number, and in time.
//
// A refusal for the rate says little of the item that met it: the model is asked for less, and the item stands in line
// again. But an item that is refused over and over while its model answers others is what the model refuses, too large
// for its limits perhaps; and each of its tries may close the model for all, as long as the server asks.
import type { Job } from "../../services/job/Job.ts"
import { answersOf } from "./RunContext.ts"
import type { Tally, Work } from "./RunContext.ts"

export interface Tries {
  readonly sinceMs: number
  readonly waitedMsThen: number
  readonly answersThen: number
  /** Failures that count against the item: all but refusals for the rate. */
  counted: number
  /** Refusals for the rate. */
  refused: number
  /** All of them, for the backoff. */
  failures: number
  /** For how long the server asked to be left alone after those before the last one. */
  askedMs: number
}

/** Refusals for the rate in a row, after which an item stands in line no more. */
const refusedMax = 20

const modelOf = (tally: Tally, { rung }: Work): string => tally.rungs[rung]?.model ?? ""

export const newTries = (tally: Tally, work: Work, nowMs: number): Tries => ({
  sinceMs: nowMs,
  waitedMsThen: work.waitedMs,
  answersThen: answersOf(tally, modelOf(tally, work)),
  counted: 0,
  refused: 0,
  failures: 0,
  askedMs: 0
})

/** Whether the work's model has answered more calls of the run than then. */
export const answersSince = (tally: Tally, work: Work, answersThen: number): boolean =>
  answersOf(tally, modelOf(tally, work)) > answersThen

/**
 * Whether there is another try. In line for its model an item fails in nothing, however long that takes; what the server
 * asked of it counts only where the model was there for others.
 */
export const mayTryAgain = (
  { transientAttemptsMax, transientSecondsMax }: Job,
  tally: Tally,
  work: Work,
  tries: Tries,
  nowMs: number
): boolean => {
  const ownMs = nowMs - tries.sinceMs - (work.waitedMs - tries.waitedMsThen)
  const askedMs = answersSince(tally, work, tries.answersThen) ? tries.askedMs : 0
  return tries.counted < transientAttemptsMax && tries.refused < refusedMax &&
    ownMs + askedMs < transientSecondsMax * 1000
}

/** Too few refusals, however far apart, to hold them against the item. */
export const isSlightlyRefused = ({ transientAttemptsMax }: Job, { counted, refused }: Tries) =>
  counted === 0 && refused > 0 && refused < transientAttemptsMax
