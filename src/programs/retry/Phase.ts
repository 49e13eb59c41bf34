// Which rejects a retry takes up together, and how: by the cause for which they ended.
import type { RejectCause } from "../../services/master/Reject.ts"

/** A: what passes. B: what QA held against a draft. C: too little evidence. D: nothing found at the address. */
export const phases = ["A", "B", "C", "D"] as const
export type Phase = (typeof phases)[number]

/**
 * `again`: where it stopped, on the same rung. `redraft`: from the rejected draft and its findings, on its rung, then up
 * the ladder. `regather`: only if evidence gathered anew, past the cache and from variants of its addresses, is enough.
 */
export type Way = "again" | "redraft" | "regather"

const phaseByCause: { readonly [cause in RejectCause]: Phase | undefined } = {
  Network: "A",
  RateLimited: "A",
  Timeout: "A",
  QaFailed: "B",
  Malformed: "B",
  Truncated: "B",
  ThinEvidence: "C",
  NotFound: "D",
  // No waiting, model or page mends these: a person changes the budget, the prompt or the row, and names them.
  BudgetExhausted: undefined,
  Refused: undefined,
  Abandoned: undefined
}

const wayByPhase: { readonly [phase in Phase]: Way } = {
  A: "again",
  B: "redraft",
  C: "regather",
  D: "regather"
}

/** The phase of a cause; undefined for those that are retried only when they are named. */
export const phaseOf = (cause: RejectCause): Phase | undefined => phaseByCause[cause]

export const wayOf = (cause: RejectCause): Way => {
  const phase = phaseOf(cause)
  return phase === undefined ? "again" : wayByPhase[phase]
}
