// Money is reserved before a call and settled after it: spent + reserved never passes a budget (I10).
//
// Waiting is first come, first served, except that work which fits may pass work which does not: a large call at the
// head would otherwise idle all the money that small ones could use. Nothing starves by it: a waiter that was passed
// `PASSES_MAX` times closes the door behind it, the calls in flight settle, and then it fits or it fails. No deadlock,
// as long as nobody who holds a reservation waits for another of the same item.
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { formatUsd } from "./Money.ts"
import type { NanoUsd } from "./Money.ts"

/** The worst case of the next call does not fit. Nothing was reserved. */
export class BudgetReached extends Schema.TaggedError<BudgetReached>()("BudgetReached", {
  scope: Schema.Literals(["item", "run"]),
  slug: Schema.String,
  budgetNanoUsd: Schema.Int,
  spentNanoUsd: Schema.Int,
  reservedNanoUsd: Schema.Int,
  neededNanoUsd: Schema.Int
}) {
  override get message(): string {
    const [whose, flag] = this.scope === "item"
      ? [`item "${this.slug}"`, "--item-budget"]
      : ["the run", "--budget"]
    return `the budget of ${whose} is reached: ${formatUsd(this.spentNanoUsd)} of ${
      formatUsd(this.budgetNanoUsd)
    } ` +
      `are spent, the next call of "${this.slug}" may cost ${
        formatUsd(this.neededNanoUsd)
      }; raise ${flag} to go on`
  }
}

export interface Reservation {
  readonly slug: string
  readonly nanoUsd: NanoUsd
}

export interface BudgetState {
  /** The run's budget. Null: none was set. */
  readonly budgetNanoUsd: NanoUsd | null
  /** What is at risk included. */
  readonly spentNanoUsd: NanoUsd
  readonly reservedNanoUsd: NanoUsd
  /** Calls that may have been billed though no answer came: counted as spent at their maximum. */
  readonly atRiskNanoUsd: NanoUsd
}

export interface BudgetOptions {
  /** Per item, over all runs. Null: no limit. */
  readonly itemBudgetNanoUsd: NanoUsd | null
  /** For this run. Null: no limit. */
  readonly runBudgetNanoUsd: NanoUsd | null
}

export class Budget extends Context.Service<Budget, {
  /**
   * Takes the worst case of a call out of the item's and the run's budget. Waits while it would fit but for the
   * reservations of calls in flight (they settle for less); fails once spent + needed alone passes a budget, and takes
   * nothing then. The wait can be interrupted even where the caller cannot, and takes nothing then either: call it
   * inside the uninterruptible region that settles, and no interruption falls between the two.
   */
  readonly reserve: (slug: string, nanoUsd: NanoUsd) => Effect.Effect<Reservation, BudgetReached>
  /**
   * Ends a reservation with what the call cost (0 where nothing was billed). Once; a second call changes nothing.
   * A cost above the reservation is counted as it is and logged as a warning.
   */
  readonly settle: (reservation: Reservation, costNanoUsd: NanoUsd) => Effect.Effect<void>
  /** Ends a reservation whose call may have been billed: its whole amount stays counted as spent. */
  readonly settleAtRisk: (reservation: Reservation) => Effect.Effect<void>
  /**
   * Counts money that earlier runs spent on an item that is still pending, against the item's budget only. The latest
   * figure stands.
   */
  readonly recall: (slug: string, spentNanoUsd: NanoUsd) => Effect.Effect<void>
  /** Forgets an item that is settled, so that memory follows the items in flight. */
  readonly release: (slug: string) => Effect.Effect<void>
  readonly state: Effect.Effect<BudgetState>
}>()("inkfast/services/spending/Budget") {
  static readonly layer = (options: BudgetOptions): Layer.Layer<Budget> =>
    Layer.sync(Budget, () => make(options))
}

/** How often later work may pass a waiter that does not fit. */
const PASSES_MAX = 256

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
  readonly granted: Deferred.Deferred<Reservation, BudgetReached>
  reservation: Reservation | undefined
  passes: number
}

const make = ({ itemBudgetNanoUsd, runBudgetNanoUsd }: BudgetOptions): Budget["Service"] => {
  const itemMax = itemBudgetNanoUsd ?? Number.POSITIVE_INFINITY
  const runMax = runBudgetNanoUsd ?? Number.POSITIVE_INFINITY
  const run = { spentNanoUsd: 0, reservedNanoUsd: 0, atRiskNanoUsd: 0 }
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
    return run.spentNanoUsd + nanoUsd <= runMax ? undefined : new BudgetReached({
      scope: "run",
      slug,
      budgetNanoUsd: runMax,
      spentNanoUsd: run.spentNanoUsd,
      reservedNanoUsd: run.reservedNanoUsd,
      neededNanoUsd: nanoUsd
    })
  }

  const fitsItem = (account: Account, nanoUsd: NanoUsd): boolean =>
    account.recalledNanoUsd + account.spentNanoUsd + account.reservedNanoUsd + nanoUsd <= itemMax
  const fitsRun = (nanoUsd: NanoUsd): boolean =>
    run.spentNanoUsd + run.reservedNanoUsd + nanoUsd <= runMax

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
      } else if (!closed && fitsItem(account, waiter.nanoUsd) && fitsRun(waiter.nanoUsd)) {
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
    // Last, when the books are whole: whoever gets an answer runs at once, and may reserve or settle right here.
    for (const answer of answers) answer()
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

  const reserve = (slug: string, nanoUsd: NanoUsd): Effect.Effect<Reservation, BudgetReached> =>
    Effect.uninterruptible(Effect.suspend(() => {
      if (!isAmount(nanoUsd)) return Effect.die(notAnAmount(nanoUsd))
      const account = accountOf(slug)
      account.users++
      account.released = false
      if (waiters.length === 0) {
        const refused = refusal(slug, account, nanoUsd)
        if (refused !== undefined) {
          leave(slug, account)
          return Effect.fail(refused)
        }
        if (fitsItem(account, nanoUsd) && fitsRun(nanoUsd)) {
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
        Effect.interruptible(Deferred.await(waiter.granted)),
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

  return Budget.of({
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
      atRiskNanoUsd: run.atRiskNanoUsd
    }))
  })
}

// NaN compares false with everything and would slip past every limit.
const isAmount = (nanoUsd: NanoUsd): boolean => Number.isSafeInteger(nanoUsd) && nanoUsd >= 0
const notAnAmount = (nanoUsd: NanoUsd) =>
  new RangeError(`${nanoUsd} is no amount of money: nanodollars are whole and not negative`)
