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
import { makeBooks } from "./Books.ts"
import type { Budget, BudgetOptions, Reservation } from "./Budget.ts"
import { Withdrawn } from "./BudgetReached.ts"
import type { BudgetReached } from "./BudgetReached.ts"
import type { Lease, Need } from "./Lease.ts"
import { formatUsd } from "./Money.ts"
import type { NanoUsd } from "./Money.ts"

/** How often later work may pass a waiter that does not fit. */
const PASSES_MAX = 256
/** How many waiting calls are asked money for at once. */
const NEEDS_MAX = 1024

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
  /** What all other runs have spent. */
  readonly learn: (othersSpentNanoUsd: NanoUsd) => void
  /** Calls `tell` whenever a call waits for money of the pool, or the run has passed what it was granted. */
  readonly onShort: (tell: () => void) => void
  /** The pool cannot be asked any more: nothing is reserved from now on. */
  readonly fail: (error: AppendError) => void
}

/** `grantedNanoUsd`: what may be reserved before the first lease. */
export const makeReservations = (options: BudgetOptions, grantedNanoUsd: NanoUsd): Reservations => {
  const books = makeBooks(options, grantedNanoUsd)
  let broken: AppendError | undefined
  let tellShort: () => void = () => {}
  /** Whoever lends knows what is short. */
  let lending = false
  let waiters: Array<Waiter> = []

  /** Gives every waiter its answer that has one now, in order of arrival. */
  const admit = (): void => {
    if (waiters.length === 0) return
    const staying: Array<Waiter> = []
    const answers: Array<() => void> = []
    let closed = false
    for (const waiter of waiters) {
      const { granted, nanoUsd, slug } = waiter
      const refused = books.refusal(slug, nanoUsd)
      if (refused !== undefined) {
        books.leave(slug)
        answers.push(() => Deferred.doneUnsafe(granted, Effect.fail(refused)))
      } else if (!closed && books.fits(slug, nanoUsd)) {
        for (const passed of staying) passed.passes++
        const reservation = waiter.reservation = books.take(slug, nanoUsd)
        answers.push(() => Deferred.doneUnsafe(granted, Effect.succeed(reservation)))
      } else {
        staying.push(waiter)
      }
      // One that waits for its own item's call holds up nobody: that call is in flight and needs no money.
      closed ||= staying.at(-1) === waiter && waiter.passes >= PASSES_MAX &&
        books.fitsItem(slug, nanoUsd)
    }
    waiters = staying
    if (!lending && waiters.length > 0 && need().needsNanoUsd.length > 0) tellShort()
    // Last, when the books are whole: whoever gets an answer runs at once, and may reserve or settle right here.
    for (const answer of answers) answer()
  }

  /** The needs that nothing but the pool stands in the way of, one after the other. */
  const need = (): Need => {
    const needsNanoUsd: Array<NanoUsd> = []
    let more = 0
    for (const { nanoUsd, slug } of waiters) {
      if (needsNanoUsd.length === NEEDS_MAX) break
      if (!books.fitsItem(slug, nanoUsd) || !books.mayBeGranted(nanoUsd, more)) continue
      more += nanoUsd
      needsNanoUsd.push(nanoUsd)
    }
    const { reservedNanoUsd, spentNanoUsd } = books
    return { spentNanoUsd: spentNanoUsd(), reservedNanoUsd: reservedNanoUsd(), needsNanoUsd }
  }

  /** Money has come back: `hasClosed` where a reservation ended by it. */
  const settled = (hasClosed: boolean): boolean => {
    if (!hasClosed) return false
    // Billed beyond its worst case: the others have to hear of it.
    if (books.isOverGranted()) tellShort()
    admit()
    return true
  }

  const withdraw = (waiter: Waiter): void => {
    if (waiter.reservation !== undefined) {
      settled(books.close(waiter.reservation, 0))
    } else if (waiters.includes(waiter)) {
      waiters = waiters.filter((other) => other !== waiter)
      books.leave(waiter.slug)
      admit()
    }
  }

  const reserve: Budget["Service"]["reserve"] = (slug, nanoUsd, unless = Effect.never) =>
    Effect.uninterruptible(Effect.suspend(() => {
      if (!isAmount(nanoUsd)) return Effect.die(notAnAmount(nanoUsd))
      if (broken !== undefined) return Effect.fail(broken)
      books.enter(slug)
      if (waiters.length === 0) {
        const refused = books.refusal(slug, nanoUsd)
        if (refused !== undefined) {
          books.leave(slug)
          return Effect.fail(refused)
        }
        if (books.fits(slug, nanoUsd)) return Effect.succeed(books.take(slug, nanoUsd))
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
        settled(books.close(reservation, reservation.nanoUsd))
        return Effect.die(notAnAmount(costNanoUsd))
      }
      return settled(books.close(reservation, costNanoUsd)) && costNanoUsd > reservation.nanoUsd
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
    settleAtRisk: (reservation) => Effect.sync(() => void settled(books.closeAtRisk(reservation))),
    recall: (slug, spentNanoUsd) =>
      Effect.suspend(() => {
        if (!isAmount(spentNanoUsd)) return Effect.die(notAnAmount(spentNanoUsd))
        books.recall(slug, spentNanoUsd)
        admit()
        return Effect.void
      }),
    release: (slug) => Effect.sync(() => books.release(slug)),
    state: Effect.sync(books.state)
  }

  return {
    service,
    need,
    freeze: books.freeze,
    lend: (lease) => {
      books.lend(lease)
      lending = true
      admit()
      lending = false
    },
    learn: books.learn,
    onShort: (tell) => {
      tellShort = tell
      if (waiters.length > 0) tell()
    },
    fail: (error) => {
      broken = error
      const failed = waiters
      waiters = []
      for (const { granted, slug } of failed) {
        books.leave(slug)
        Deferred.doneUnsafe(granted, Effect.fail(error))
      }
    }
  }
}

// NaN compares false with everything and would slip past every limit.
const isAmount = (nanoUsd: NanoUsd): boolean => Number.isSafeInteger(nanoUsd) && nanoUsd >= 0
const notAnAmount = (nanoUsd: NanoUsd) =>
  new RangeError(`${nanoUsd} is no amount of money: nanodollars are whole and not negative`)
