// Money is reserved before a call and settled after it: spent + reserved never passes a budget (I10).
//
// Three budgets hold at once: an item's over all runs, a run's, and the data directory's over all runs and processes.
// The last is shared out by MoneyPool: this run reserves out of what it was granted there, and asks for more when a call
// waits for it.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { AppendError } from "../durability/AppendError.ts"
import { borrow } from "./Borrowing.ts"
import type { NanoUsd } from "./Money.ts"
import { MoneyPool } from "./MoneyPool.ts"
import type { PastRun } from "./MoneyPool.ts"
import { makeReservations } from "./Reservations.ts"
import type { BudgetReached, Withdrawn } from "./BudgetReached.ts"

export { BudgetReached } from "./BudgetReached.ts"

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
  /** The data directory's budget, and what all runs have spent of it by what is known here. Null: none was set. */
  readonly total: { readonly budgetNanoUsd: NanoUsd; readonly spentNanoUsd: NanoUsd } | null
}

export interface BudgetOptions {
  /** Per item, over all runs. Null: no limit. */
  readonly itemBudgetNanoUsd: NanoUsd | null
  /** For this run. Null: no limit. */
  readonly runBudgetNanoUsd: NanoUsd | null
  /** For the data directory, over all runs and processes. Null: no limit. */
  readonly totalBudgetNanoUsd: NanoUsd | null
}

export class Budget extends Context.Service<Budget, {
  /**
   * Takes this run's place among those that share the data directory's money, before anything is reserved: until then a
   * reservation waits. `past`: what the other runs have spent, by their journals.
   */
  readonly join: (past: ReadonlyArray<PastRun>) => Effect.Effect<void, AppendError>
  /**
   * Takes the worst case of a call out of every budget. Waits while it would fit but for the reservations of calls in
   * flight, here or in another process (they settle for less); fails once spent + needed alone passes a budget, and
   * takes nothing then. The wait can be interrupted even where the caller cannot, and takes nothing then either: call it
   * inside the uninterruptible region that settles, and no interruption falls between the two. A wait also ends when
   * `unless` completes, as `Withdrawn`.
   */
  readonly reserve: (
    slug: string,
    nanoUsd: NanoUsd,
    unless?: Effect.Effect<void>
  ) => Effect.Effect<Reservation, BudgetReached | Withdrawn | AppendError>
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
  /** Shares the data directory's money with every other run. */
  static readonly layer = (options: BudgetOptions): Layer.Layer<Budget, never, MoneyPool> =>
    Layer.effect(Budget, makeShared(options))

  /** Alone: the budgets of items and of the run, and a total that nobody else spends from. */
  static readonly layerAlone = (options: BudgetOptions): Layer.Layer<Budget> =>
    Layer.sync(Budget, () => makeAlone(options))
}

const makeShared = Effect.fnUntraced(function*(options: BudgetOptions) {
  const reservations = makeReservations(options, 0)
  const join = yield* borrow(yield* MoneyPool, reservations)
  return Budget.of({ ...reservations.service, join })
})

const makeAlone = (options: BudgetOptions): Budget["Service"] => {
  const reservations = makeReservations(options, Number.POSITIVE_INFINITY)
  return Budget.of({ ...reservations.service, join: () => Effect.void })
}
