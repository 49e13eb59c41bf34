// The reservations of one run: who has how much, who waits for how much, who goes next.
//
// Waiting is first come, first served, except that work which fits may pass work which does not: a large call at the
// head would otherwise idle all the money that small ones could use. Nothing starves by it: a waiter that was passed
// `PASSES_MAX` times closes the door behind it, the calls in flight settle, and then it fits or it fails. No deadlock,
// as long as nobody who holds a reservation waits for another of the same item.
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { AppendError } from "../durability/AppendError.ts"
import type { Budget, BudgetOptions, Reservation } from "./Budget.ts"
import { BudgetReached, Withdrawn } from "./BudgetReached.ts"
import type { Lease, Need } from "./Lease.ts"
import { formatUsd } from "./Money.ts"
import type { NanoUsd } from "./Money.ts"

/** How often later work may pass a waiter that does not fit. */
const PASSES_MAX = 256
/** How many waiting calls are asked money for at once. */
const NEEDS_MAX = 1024

interface Account {
  recalledNanoUsd: NanoUsd
  spentNanoUsd: NanoUsd
  reservedNanoUsd: NanoUsd
  /** Reservations and waiters: an account in use is not forgotten. */
  users: number
  released: boolean
}

interface Waiter {
  readonly slug: string
  readonly nanoUsd: NanoUsd
  readonly granted: Deferred.Deferred<Reservation, BudgetReached | AppendError>
  reservation: Reservation | undefined
  passes: number
}

export interface Reservations {
  readonly service: Omit<Budget["Service"], "join">
  /** What the run has, and what calls wait for that only the pool could give. */
  readonly need: () => Need
  /** Reserves nothing beyond what is reserved now, until a lease comes. */
  readonly freeze: () => void
  readonly lend: (lease: Lease) => void
  /** Calls `tell` whenever a call waits for money of the pool, or the run has passed what it was granted. */
  readonly onShort: (tell: () => void) => void
  /** The pool cannot be asked any more: nothing is reserved from now on. */
  readonly fail: (error: AppendError) => void
}

/** `grantedNanoUsd`: what may be reserved before the first lease. */
export const makeReservations = (
  { itemBudgetNanoUsd, runBudgetNanoUsd, totalBudgetNanoUsd }: BudgetOptions,
  grantedNanoUsd: NanoUsd
): Reservations => {
  const itemMax = itemBudgetNanoUsd ?? Number.POSITIVE_INFINITY
  const runMax = runBudgetNanoUsd ?? Number.POSITIVE_INFINITY
  const run = { spentNanoUsd: 0, reservedNanoUsd: 0, atRiskNanoUsd: 0 }
  const pool = {
    grantedNanoUsd,
    /** What this run's spending may come to before the total is passed. */
    roomNanoUsd: totalBudgetNanoUsd ?? Number.POSITIVE_INFINITY,
    /** Over all runs, and this run's own part of it when it was told. */
    totalSpentNanoUsd: 0,
    ownSpentNanoUsd: 0
  }
  let broken: AppendError | undefined
  let tellShort: () => void = () => {}
  /** Whoever lends knows what is short. */
  let lending = false
  const accounts = new Map<string, Account>()
  const open = new Set<Reservation>()
  let waiters: Array<Waiter> = []

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

  const leave = (slug: string, account: Account): void => {
    account.users--
    if (account.released && account.users === 0) accounts.delete(slug)
  }

  /** The refusal that no settling of calls in flight could lift, if there is one. */
  const refusal = (slug: string, account: Account, nanoUsd: NanoUsd): BudgetReached | undefined => {
    const itemSpent = account.recalledNanoUsd + account.spentNanoUsd
    if (itemSpent + nanoUsd > itemMax) {
      return new BudgetReached({
        scope: "item",
        slug,
        budgetNanoUsd: itemMax,
        spentNanoUsd: itemSpent,
        reservedNanoUsd: account.reservedNanoUsd,
        neededNanoUsd: nanoUsd
      })
    }
    if (run.spentNanoUsd + nanoUsd > runMax) {
      return new BudgetReached({
        scope: "run",
        slug,
        budgetNanoUsd: runMax,
        spentNanoUsd: run.spentNanoUsd,
        reservedNanoUsd: run.reservedNanoUsd,
        neededNanoUsd: nanoUsd
      })
    }
    return run.spentNanoUsd + nanoUsd <= pool.roomNanoUsd ? undefined : new BudgetReached({
      scope: "total",
      slug,
      budgetNanoUsd: totalBudgetNanoUsd ?? 0,
      spentNanoUsd: totalSpent(),
      reservedNanoUsd: run.reservedNanoUsd,
      neededNanoUsd: nanoUsd
    })
  }

  const totalSpent = (): NanoUsd => pool.totalSpentNanoUsd + run.spentNanoUsd - pool.ownSpentNanoUsd

  const fitsItem = (account: Account, nanoUsd: NanoUsd): boolean =>
    account.recalledNanoUsd + account.spentNanoUsd + account.reservedNanoUsd + nanoUsd <= itemMax
  const used = (): NanoUsd => run.spentNanoUsd + run.reservedNanoUsd
  const fitsRun = (nanoUsd: NanoUsd): boolean => used() + nanoUsd <= runMax
  const fitsPool = (nanoUsd: NanoUsd): boolean =>
    used() + nanoUsd <= Math.min(pool.grantedNanoUsd, pool.roomNanoUsd)
  const fits = (account: Account, nanoUsd: NanoUsd): boolean =>
    fitsItem(account, nanoUsd) && fitsRun(nanoUsd) && fitsPool(nanoUsd)

  const take = (slug: string, account: Account, nanoUsd: NanoUsd): Reservation => {
    const reservation: Reservation = { slug, nanoUsd }
    account.reservedNanoUsd += nanoUsd
    run.reservedNanoUsd += nanoUsd
    open.add(reservation)
    return reservation
  }

  /** Gives every waiter its answer that has one now, in order of arrival. */
  const admit = (): void => {
    if (waiters.length === 0) return
    const staying: Array<Waiter> = []
    const answers: Array<() => void> = []
    let closed = false
    for (const waiter of waiters) {
      const account = accountOf(waiter.slug)
      const refused = refusal(waiter.slug, account, waiter.nanoUsd)
      if (refused !== undefined) {
        leave(waiter.slug, account)
        answers.push(() => Deferred.doneUnsafe(waiter.granted, Effect.fail(refused)))
      } else if (!closed && fits(account, waiter.nanoUsd)) {
        for (const passed of staying) passed.passes++
        const reservation = waiter.reservation = take(waiter.slug, account, waiter.nanoUsd)
        answers.push(() => Deferred.doneUnsafe(waiter.granted, Effect.succeed(reservation)))
      } else {
        staying.push(waiter)
      }
      // One that waits for its own item's call holds up nobody: that call is in flight and needs no money.
      closed ||= staying.at(-1) === waiter && waiter.passes >= PASSES_MAX &&
        fitsItem(account, waiter.nanoUsd)
    }
    waiters = staying
    if (!lending && waiters.length > 0 && need().needsNanoUsd.length > 0) tellShort()
    // Last, when the books are whole: whoever gets an answer runs at once, and may reserve or settle right here.
    for (const answer of answers) answer()
  }

  /** The needs that nothing but the pool stands in the way of, one after the other. */
  const need = (): Need => {
    const needsNanoUsd: Array<NanoUsd> = []
    let more = used()
    for (const { nanoUsd, slug } of waiters) {
      if (needsNanoUsd.length === NEEDS_MAX) break
      if (!fitsItem(accountOf(slug), nanoUsd) || more + nanoUsd > runMax) continue
      if (used() + nanoUsd > pool.roomNanoUsd) continue
      more += nanoUsd
      needsNanoUsd.push(nanoUsd)
    }
    return { spentNanoUsd: run.spentNanoUsd, reservedNanoUsd: run.reservedNanoUsd, needsNanoUsd }
  }

  /** The end of a reservation, whichever; false when it had ended before. */
  const close = (reservation: Reservation, costNanoUsd: NanoUsd): boolean => {
    if (!open.delete(reservation)) return false
    const account = accountOf(reservation.slug)
    account.reservedNanoUsd -= reservation.nanoUsd
    run.reservedNanoUsd -= reservation.nanoUsd
    account.spentNanoUsd += costNanoUsd
    run.spentNanoUsd += costNanoUsd
    leave(reservation.slug, account)
    // Billed beyond its worst case: the others have to hear of it.
    if (used() > pool.grantedNanoUsd) tellShort()
    admit()
    return true
  }

  const withdraw = (waiter: Waiter): void => {
    if (waiter.reservation !== undefined) {
      close(waiter.reservation, 0)
    } else if (waiters.includes(waiter)) {
      waiters = waiters.filter((other) => other !== waiter)
      leave(waiter.slug, accountOf(waiter.slug))
      admit()
    }
  }

  const reserve: Budget["Service"]["reserve"] = (slug, nanoUsd, unless = Effect.never) =>
    Effect.uninterruptible(Effect.suspend(() => {
      if (!isAmount(nanoUsd)) return Effect.die(notAnAmount(nanoUsd))
      if (broken !== undefined) return Effect.fail(broken)
      const account = accountOf(slug)
      account.users++
      account.released = false
      if (waiters.length === 0) {
        const refused = refusal(slug, account, nanoUsd)
        if (refused !== undefined) {
          leave(slug, account)
          return Effect.fail(refused)
        }
        if (fits(account, nanoUsd)) {
          return Effect.succeed(take(slug, account, nanoUsd))
        }
      }
      const waiter: Waiter = {
        slug,
        nanoUsd,
        granted: Deferred.makeUnsafe(),
        reservation: undefined,
        passes: 0
      }
      waiters.push(waiter)
      admit()
      return Effect.onExit(
        // A grant that loses this race is taken back below, like one that an interruption meets.
        Effect.interruptible(Effect.raceFirst(
          Deferred.await(waiter.granted),
          Effect.andThen(unless, Effect.fail(new Withdrawn({ slug })))
        )),
        (exit) => Exit.isSuccess(exit) ? Effect.void : Effect.sync(() => withdraw(waiter))
      )
    }))

  const settle = (reservation: Reservation, costNanoUsd: NanoUsd): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (!isAmount(costNanoUsd)) {
        close(reservation, reservation.nanoUsd)
        return Effect.die(notAnAmount(costNanoUsd))
      }
      return close(reservation, costNanoUsd) && costNanoUsd > reservation.nanoUsd
        ? Effect.logWarning(
          `the call for "${reservation.slug}" was billed ${
            formatUsd(costNanoUsd)
          }, more than its worst case of ` +
            `${
              formatUsd(reservation.nanoUsd)
            }; check the price and the output limit of its model in inkfast.yaml`
        )
        : Effect.void
    })

  const service: Reservations["service"] = {
    reserve,
    settle,
    settleAtRisk: (reservation) =>
      Effect.sync(() => {
        if (open.has(reservation)) run.atRiskNanoUsd += reservation.nanoUsd
        close(reservation, reservation.nanoUsd)
      }),
    recall: (slug, spentNanoUsd) =>
      Effect.suspend(() => {
        if (!isAmount(spentNanoUsd)) return Effect.die(notAnAmount(spentNanoUsd))
        accountOf(slug).recalledNanoUsd = spentNanoUsd
        admit()
        return Effect.void
      }),
    release: (slug) =>
      Effect.sync(() => {
        const account = accounts.get(slug)
        if (account === undefined) return
        account.released = true
        if (account.users === 0) accounts.delete(slug)
      }),
    state: Effect.sync(() => ({
      budgetNanoUsd: runBudgetNanoUsd,
      spentNanoUsd: run.spentNanoUsd,
      reservedNanoUsd: run.reservedNanoUsd,
      atRiskNanoUsd: run.atRiskNanoUsd,
      total: totalBudgetNanoUsd === null
        ? null
        : { budgetNanoUsd: totalBudgetNanoUsd, spentNanoUsd: totalSpent() }
    }))
  }

  return {
    service,
    need,
    freeze: () => {
      pool.grantedNanoUsd = Math.min(pool.grantedNanoUsd, used())
    },
    lend: (lease) => {
      pool.grantedNanoUsd = lease.grantedNanoUsd
      pool.roomNanoUsd = lease.roomNanoUsd
      pool.totalSpentNanoUsd = lease.totalSpentNanoUsd
      pool.ownSpentNanoUsd = lease.spentNanoUsd
      lending = true
      admit()
      lending = false
    },
    onShort: (tell) => {
      tellShort = tell
      if (waiters.length > 0) tell()
    },
    fail: (error) => {
      broken = error
      const failed = waiters
      waiters = []
      for (const { granted, slug } of failed) {
        leave(slug, accountOf(slug))
        Deferred.doneUnsafe(granted, Effect.fail(error))
      }
    }
  }
}

// NaN compares false with everything and would slip past every limit.
const isAmount = (nanoUsd: NanoUsd): boolean => Number.isSafeInteger(nanoUsd) && nanoUsd >= 0
const notAnAmount = (nanoUsd: NanoUsd) =>
  new RangeError(`${nanoUsd} is no amount of money: nanodollars are whole and not negative`)
