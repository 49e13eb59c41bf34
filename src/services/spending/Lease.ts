// How much of the shared money a run may take: pure, from what is known under the lock.
import type { NanoUsd } from "./Money.ts"

/** What a run has and wants at one moment. */
export interface Need {
  readonly spentNanoUsd: NanoUsd
  readonly reservedNanoUsd: NanoUsd
  /** Worst cases of calls that wait, in the order in which they may go. */
  readonly needsNanoUsd: ReadonlyArray<NanoUsd>
}

export interface Lease {
  /** The run's spent and reserved may come to this together. */
  readonly grantedNanoUsd: NanoUsd
  /** What its spending could come to at most, were every call of others in flight free; infinite without a budget. */
  readonly roomNanoUsd: NanoUsd
  /** By all other runs, as far as it is known. */
  readonly othersSpentNanoUsd: NanoUsd
  /** Not every need was met. */
  readonly short: boolean
}

export interface Shares {
  /** Null: no limit. */
  readonly limitNanoUsd: NanoUsd | null
  /** Spent and at risk by runs that are over. */
  readonly pastNanoUsd: NanoUsd
  readonly others: { readonly grantedNanoUsd: NanoUsd; readonly spentNanoUsd: NanoUsd }
  readonly usedNanoUsd: NanoUsd
  readonly needsNanoUsd: ReadonlyArray<NanoUsd>
  /** Another run waits for money: no more is taken than is needed now. */
  readonly sparing: boolean
}

/** Calls that a lease should carry before the run asks again. */
const callsAhead = 64
/** The part of what is left that a run may take ahead of its needs. */
const aheadPart = 1 / 8

export const shareOut = (shares: Shares): Lease => {
  const { limitNanoUsd, needsNanoUsd, others, pastNanoUsd, usedNanoUsd } = shares
  const limit = limitNanoUsd ?? Number.POSITIVE_INFINITY
  const free = limit - pastNanoUsd - others.grantedNanoUsd - usedNanoUsd
  let given = 0
  let largest = 0
  let met = true
  for (const need of needsNanoUsd) {
    if (given + need > free) met = false
    else {
      given += need
      largest = Math.max(largest, need)
    }
  }
  // Needs that wait are met first; what is taken ahead spares the lock, and comes back when another is short.
  const ahead = met && !shares.sparing
    ? Math.floor(Math.min(largest * callsAhead, (free - given) * aheadPart))
    : 0
  return {
    grantedNanoUsd: usedNanoUsd + given + ahead,
    roomNanoUsd: limit - pastNanoUsd - others.spentNanoUsd,
    othersSpentNanoUsd: pastNanoUsd + others.spentNanoUsd,
    short: !met
  }
}
