// What the server has done so far, as it tells at /_fake/calls.
import type { LedgerEntry } from "./LedgerEntry.ts"

export interface CallCounts {
  /** Chat completion requests that arrived. */
  received: number
  /** Calls that cost money, by what became of the answer. */
  billed: number
  answered: number
  dropped: number
  hung: number
  /** Answered with a server error, the work having been done. */
  failed: number
  /** Error responses, by status. */
  readonly refused: { [status: string]: number }
  readonly billedByModel: { [model: string]: number }
  /** Requests being handled now, and the most at one moment. */
  inFlight: number
  inFlightMax: number
}

const modelsMax = 1000

export const emptyCounts = (): CallCounts => ({
  received: 0,
  billed: 0,
  answered: 0,
  dropped: 0,
  hung: 0,
  failed: 0,
  refused: {},
  billedByModel: Object.create(null) as { [model: string]: number },
  inFlight: 0,
  inFlightMax: 0
})

export const countRefused = (counts: CallCounts, status: number): void => {
  counts.refused[status] = (counts.refused[status] ?? 0) + 1
}

export const countBilled = (
  counts: CallCounts,
  model: string,
  outcome: LedgerEntry["outcome"]
): void => {
  counts.billed++
  counts[outcome]++
  // A model's name is the client's to choose: the table does not grow with every new one.
  const known = model in counts.billedByModel ||
    Object.keys(counts.billedByModel).length < modelsMax
  const name = known ? model : "(others)"
  counts.billedByModel[name] = (counts.billedByModel[name] ?? 0) + 1
}
