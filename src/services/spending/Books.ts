// The books of one run: what is spent and reserved, by item and in all, held against the three budgets. Nothing waits
// here, and every call leaves the books whole.
import type { BudgetOptions, BudgetState, Reservation } from "./Budget.ts"
import { BudgetReached } from "./BudgetReached.ts"
import type { Lease } from "./Lease.ts"
import type { NanoUsd } from "./Money.ts"

interface Account {
  recalledNanoUsd: NanoUsd
  spentNanoUsd: NanoUsd
  reservedNanoUsd: NanoUsd
  /** Reservations and waiters: an account in use is not forgotten. */
  users: number
  released: boolean
}

export interface Books {
  /** The item's account is in use, until as many `leave` it; a reservation leaves as it is closed. */
  readonly enter: (slug: string) => void
  readonly leave: (slug: string) => void
  /** The refusal that no settling of calls in flight could lift, if there is one. */
  readonly refusal: (slug: string, nanoUsd: NanoUsd) => BudgetReached | undefined
  readonly fits: (slug: string, nanoUsd: NanoUsd) => boolean
  readonly fitsItem: (slug: string, nanoUsd: NanoUsd) => boolean
  /** Whether it fits the run and the total, once the pool grants it; `moreNanoUsd`: what it is asked for before that. */
  readonly mayBeGranted: (nanoUsd: NanoUsd, moreNanoUsd: NanoUsd) => boolean
  readonly take: (slug: string, nanoUsd: NanoUsd) => Reservation
  /** The end of a reservation, whichever; false when it had ended before. */
  readonly close: (reservation: Reservation, costNanoUsd: NanoUsd) => boolean
  /** The same, with its whole amount at risk. */
  readonly closeAtRisk: (reservation: Reservation) => boolean
  readonly recall: (slug: string, spentNanoUsd: NanoUsd) => void
  readonly release: (slug: string) => void
  readonly spentNanoUsd: () => NanoUsd
  readonly reservedNanoUsd: () => NanoUsd
  /** More is used than the pool has granted: a call was billed beyond its worst case. */
  readonly isOverGranted: () => boolean
  /** Reserves nothing beyond what is reserved now, until a lease comes. */
  readonly freeze: () => void
  readonly lend: (lease: Lease) => void
  /** What all other runs have spent, for whoever asks how the total stands. */
  readonly learn: (othersSpentNanoUsd: NanoUsd) => void
  readonly state: () => BudgetState
}

/** `grantedNanoUsd`: what may be reserved before the first lease. */
export const makeBooks = (
  { itemBudgetNanoUsd, runBudgetNanoUsd, totalBudgetNanoUsd }: BudgetOptions,
  grantedNanoUsd: NanoUsd
): Books => {
  const itemMax = itemBudgetNanoUsd ?? Number.POSITIVE_INFINITY
  const runMax = runBudgetNanoUsd ?? Number.POSITIVE_INFINITY
  const run = { spentNanoUsd: 0, reservedNanoUsd: 0, atRiskNanoUsd: 0 }
  const pool = {
    grantedNanoUsd,
    /** What this run's spending may come to before the total is passed. */
    roomNanoUsd: totalBudgetNanoUsd ?? Number.POSITIVE_INFINITY,
    othersSpentNanoUsd: 0
  }
  const accounts = new Map<string, Account>()
  const open = new Set<Reservation>()

  const accountOf = (slug: string): Account => {
    let account = accounts.get(slug)
    if (account === undefined) {
      account = {
        recalledNanoUsd: 0,
        spentNanoUsd: 0,
        reservedNanoUsd: 0,
        users: 0,
        released: false
      }
      accounts.set(slug, account)
    }
    return account
  }

  const leave = (slug: string): void => {
    const account = accountOf(slug)
    account.users--
    if (account.released && account.users === 0) accounts.delete(slug)
  }

  const totalSpent = (): NanoUsd => pool.othersSpentNanoUsd + run.spentNanoUsd
  const used = (): NanoUsd => run.spentNanoUsd + run.reservedNanoUsd
  const itemSpent = ({ recalledNanoUsd, spentNanoUsd }: Account): NanoUsd =>
    recalledNanoUsd + spentNanoUsd

  const refusal: Books["refusal"] = (slug, nanoUsd) => {
    const account = accountOf(slug)
    const because = (
      scope: BudgetReached["scope"],
      budgetNanoUsd: NanoUsd,
      spentNanoUsd: NanoUsd,
      reservedNanoUsd: NanoUsd
    ) =>
      new BudgetReached({
        scope,
        slug,
        budgetNanoUsd,
        spentNanoUsd,
        reservedNanoUsd,
        neededNanoUsd: nanoUsd
      })
    if (itemSpent(account) + nanoUsd > itemMax) {
      return because("item", itemMax, itemSpent(account), account.reservedNanoUsd)
    }
    if (run.spentNanoUsd + nanoUsd > runMax) {
      return because("run", runMax, run.spentNanoUsd, run.reservedNanoUsd)
    }
    return run.spentNanoUsd + nanoUsd <= pool.roomNanoUsd
      ? undefined
      : because("total", totalBudgetNanoUsd ?? 0, totalSpent(), run.reservedNanoUsd)
  }

  const fitsItem: Books["fitsItem"] = (slug, nanoUsd) => {
    const account = accountOf(slug)
    return itemSpent(account) + account.reservedNanoUsd + nanoUsd <= itemMax
  }

  const close: Books["close"] = (reservation, costNanoUsd) => {
    if (!open.delete(reservation)) return false
    const account = accountOf(reservation.slug)
    account.reservedNanoUsd -= reservation.nanoUsd
    run.reservedNanoUsd -= reservation.nanoUsd
    account.spentNanoUsd += costNanoUsd
    run.spentNanoUsd += costNanoUsd
    leave(reservation.slug)
    return true
  }

  return {
    enter: (slug) => {
      const account = accountOf(slug)
      account.users++
      account.released = false
    },
    leave,
    refusal,
    fits: (slug, nanoUsd) =>
      fitsItem(slug, nanoUsd) && used() + nanoUsd <= runMax &&
      used() + nanoUsd <= Math.min(pool.grantedNanoUsd, pool.roomNanoUsd),
    fitsItem,
    mayBeGranted: (nanoUsd, moreNanoUsd) =>
      used() + moreNanoUsd + nanoUsd <= runMax && used() + nanoUsd <= pool.roomNanoUsd,
    take: (slug, nanoUsd) => {
      const reservation: Reservation = { slug, nanoUsd }
      accountOf(slug).reservedNanoUsd += nanoUsd
      run.reservedNanoUsd += nanoUsd
      open.add(reservation)
      return reservation
    },
    close,
    closeAtRisk: (reservation) => {
      if (open.has(reservation)) run.atRiskNanoUsd += reservation.nanoUsd
      return close(reservation, reservation.nanoUsd)
    },
    recall: (slug, spentNanoUsd) => {
      accountOf(slug).recalledNanoUsd = spentNanoUsd
    },
    release: (slug) => {
      const account = accounts.get(slug)
      if (account === undefined) return
      account.released = true
      if (account.users === 0) accounts.delete(slug)
    },
    spentNanoUsd: () => run.spentNanoUsd,
    reservedNanoUsd: () => run.reservedNanoUsd,
    isOverGranted: () => used() > pool.grantedNanoUsd,
    freeze: () => {
      pool.grantedNanoUsd = Math.min(pool.grantedNanoUsd, used())
    },
    lend: (lease) => {
      pool.grantedNanoUsd = lease.grantedNanoUsd
      pool.roomNanoUsd = lease.roomNanoUsd
      pool.othersSpentNanoUsd = lease.othersSpentNanoUsd
    },
    learn: (othersSpentNanoUsd) => {
      pool.othersSpentNanoUsd = othersSpentNanoUsd
    },
    state: () => ({
      budgetNanoUsd: runBudgetNanoUsd,
      spentNanoUsd: run.spentNanoUsd,
      reservedNanoUsd: run.reservedNanoUsd,
      atRiskNanoUsd: run.atRiskNanoUsd,
      total: totalBudgetNanoUsd === null
        ? null
        : { budgetNanoUsd: totalBudgetNanoUsd, spentNanoUsd: totalSpent() }
    })
  }
}
