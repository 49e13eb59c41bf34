// Which rejects a retry takes up together, and how: by the cause for which they ended.
import type { MissCause } from "../../services/evidence/MissCause.ts"
import type { RejectCause } from "../../services/master/Reject.ts"
import type { Causes } from "./RetryCause.ts"

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

/** Asked for again, these come to the same: a person changes the job or the row, and names them. */
const lasting: ReadonlySet<MissCause | undefined> = new Set(["Refused", "TooLarge", "Unsupported"])

/** The phase of a reject; undefined for one that is retried only when it is named. */
export const phaseOf = ({ cause, missCause }: Causes): Phase | undefined =>
  lasting.has(missCause) ? undefined : phaseByCause[cause]

export const wayOf = ({ cause }: Causes): Way => {
  const phase = phaseByCause[cause]
  return phase === undefined ? "again" : wayByPhase[phase]
}
