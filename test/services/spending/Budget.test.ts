// Budget: reserved before, settled after, never past the limit whatever the schedule.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as fc from "fast-check"
import * as TestClock from "effect/testing/TestClock"
import { Budget, BudgetReached } from "../../../src/services/spending/Budget.ts"
import type { Reservation } from "../../../src/services/spending/Budget.ts"

const provide = (itemBudgetNanoUsd: number | null, runBudgetNanoUsd: number | null) =>
  Effect.provide(
    Budget.layerAlone({ itemBudgetNanoUsd, runBudgetNanoUsd, totalBudgetNanoUsd: null })
  )

/** The refusal for want of money. */
const refused = <E>(reserve: Effect.Effect<Reservation, E>) =>
  Effect.map(Effect.flip(reserve), (error) => {
    assert.instanceOf(error, BudgetReached)
    return error
  })

/** Whether the fiber has ended once everything that can run has run. */
const settled = <A, E>(fiber: Fiber.Fiber<A, E>) =>
  Effect.gen(function*() {
    for (let turn = 0; turn < 5; turn++) yield* Effect.yieldNow
    return fiber.pollUnsafe() !== undefined
  })

describe("Budget", () => {
  it.effect("without limits everything fits, and is counted", () =>
    Effect.gen(function*() {
      const budget = yield* Budget
      const first = yield* budget.reserve("a", 100)
      const second = yield* budget.reserve("a", 50)
      yield* budget.settle(first, 30)
      yield* budget.settleAtRisk(second)
      assert.deepStrictEqual(yield* budget.state, {
        budgetNanoUsd: null,
        spentNanoUsd: 80,
        reservedNanoUsd: 0,
        atRiskNanoUsd: 50,
        total: null
      })
    }).pipe(provide(null, null)))

  it.effect("I10: fails at once, taking nothing, when spent and needed alone pass the run's budget", () =>
    Effect.gen(function*() {
      const budget = yield* Budget
      yield* budget.settle(yield* budget.reserve("a", 60), 60)
      const error = yield* Effect.flip(budget.reserve("b", 41))
      assert.deepStrictEqual({ ...error }, {
        ...new BudgetReached({
          scope: "run",
          slug: "b",
          budgetNanoUsd: 100,
          spentNanoUsd: 60,
          reservedNanoUsd: 0,
          neededNanoUsd: 41
        })
      })
      assert.include(
        error.message,
        "the budget of the run is reached: $0.00000006 of $0.0000001 are spent"
      )
      assert.strictEqual((yield* budget.state).reservedNanoUsd, 0)
      yield* budget.reserve("b", 40)
    }).pipe(provide(null, 100)))

  it.effect("an item's budget counts what earlier runs spent on it, the run's does not", () =>
    Effect.gen(function*() {
      const budget = yield* Budget
      yield* budget.recall("a", 70)
      yield* budget.recall("a", 70)
      const error = yield* refused(budget.reserve("a", 31))
      assert.strictEqual(error.scope, "item")
      assert.strictEqual(error.spentNanoUsd, 70)
      yield* budget.settle(yield* budget.reserve("a", 30), 30)
      assert.strictEqual((yield* budget.state).spentNanoUsd, 30)
      // Forgotten once it is settled, so that a budget of millions of items stays small.
      yield* budget.release("a")
      yield* budget.reserve("a", 100)
    }).pipe(provide(100, null)))

  it.effect("waits while calls in flight hold the money, and goes on when one settles for less", () =>
    Effect.gen(function*() {
      const budget = yield* Budget
      const first = yield* budget.reserve("a", 80)
      const waiting = yield* Effect.forkChild(budget.reserve("b", 50))
      assert.isFalse(yield* settled(waiting))
      yield* budget.settle(first, 50)
      assert.strictEqual((yield* Fiber.join(waiting)).nanoUsd, 50)
    }).pipe(provide(null, 100)))

  it.effect("a waiter fails as soon as nothing in flight can help it", () =>
    Effect.gen(function*() {
      const budget = yield* Budget
      const first = yield* budget.reserve("a", 80)
      const waiting = yield* Effect.forkChild(budget.reserve("b", 50))
      assert.isFalse(yield* settled(waiting))
      yield* budget.settle(first, 51)
      assert.instanceOf(yield* Effect.flip(Fiber.join(waiting)), BudgetReached)
    }).pipe(provide(null, 100)))

  it.effect("smaller work passes a waiter that does not fit; among equals the first is first", () =>
    Effect.gen(function*() {
      const budget = yield* Budget
      const first = yield* budget.reserve("a", 60)
      const large = yield* Effect.forkChild(budget.reserve("large", 90))
      assert.isFalse(yield* settled(large))
      yield* budget.reserve("small", 40)
      const one = yield* Effect.forkChild(budget.reserve("one", 50))
      const two = yield* Effect.forkChild(budget.reserve("two", 50))
      assert.isFalse(yield* settled(two))
      yield* budget.settle(first, 0)
      assert.isTrue(yield* settled(one))
      assert.isFalse(yield* settled(two))
      assert.isFalse(yield* settled(large))
      yield* Effect.forEach([large, two], Fiber.interrupt)
    }).pipe(provide(null, 100)))

  it.effect("a large call is not passed for ever, though the small ones cost nothing", () =>
    Effect.gen(function*() {
      const budget = yield* Budget
      let held = yield* budget.reserve("holder", 50)
      const large = yield* Effect.forkChild(budget.reserve("large", 90))
      assert.isFalse(yield* settled(large))
      let passes = 0
      for (;;) {
        const next = yield* Effect.forkChild(budget.reserve(`small-${passes}`, 50))
        if (!(yield* settled(next))) {
          yield* budget.settle(held, 0)
          assert.isTrue(yield* settled(large))
          yield* budget.settle(yield* Fiber.join(large), 0)
          yield* Fiber.join(next)
          break
        }
        yield* budget.settle(held, 0)
        held = yield* Fiber.join(next)
        passes++
      }
      assert.strictEqual(passes, 256)
    }).pipe(provide(null, 100)))

  it.effect("one item that waits for its own call holds up nobody", () =>
    Effect.gen(function*() {
      const budget = yield* Budget
      const first = yield* budget.reserve("a", 60)
      const second = yield* Effect.forkChild(budget.reserve("a", 60))
      for (let i = 0; i < 1000; i++) {
        yield* budget.settle(yield* budget.reserve(`other-${i}`, 60), 0)
      }
      assert.isFalse(yield* settled(second))
      yield* budget.settle(first, 40)
      yield* Fiber.join(second)
    }).pipe(provide(100, 1000)))

  it.effect("an interrupted wait takes nothing, inside an uninterruptible region too", () =>
    Effect.gen(function*() {
      const budget = yield* Budget
      const first = yield* budget.reserve("a", 100)
      const waiting = yield* Effect.forkChild(Effect.uninterruptible(budget.reserve("b", 100)))
      assert.isFalse(yield* settled(waiting))
      const behind = yield* Effect.forkChild(budget.reserve("c", 100))
      assert.isFalse(yield* settled(behind))
      yield* Fiber.interrupt(waiting)
      yield* budget.settle(first, 0)
      yield* Fiber.join(behind)
      assert.strictEqual((yield* budget.state).reservedNanoUsd, 100)
    }).pipe(provide(null, 100)))

  it.effect("money granted to a fiber that is interrupted in the same moment comes back", () =>
    Effect.gen(function*() {
      const budget = yield* Budget
      const first = yield* budget.reserve("a", 100)
      const waiting = yield* Effect.forkChild(budget.reserve("b", 100))
      assert.isFalse(yield* settled(waiting))
      yield* Effect.sync(() => waiting.interruptUnsafe())
      yield* budget.settle(first, 0)
      const exit = yield* Fiber.await(waiting)
      assert.strictEqual((yield* budget.state).reservedNanoUsd, Exit.isSuccess(exit) ? 100 : 0)
    }).pipe(provide(null, 100)))

  it.effect("a reservation is settled once", () =>
    Effect.gen(function*() {
      const budget = yield* Budget
      const reservation = yield* budget.reserve("a", 100)
      yield* budget.settle(reservation, 40)
      yield* budget.settle(reservation, 40)
      yield* budget.settleAtRisk(reservation)
      assert.deepStrictEqual(yield* budget.state, {
        budgetNanoUsd: 100,
        spentNanoUsd: 40,
        reservedNanoUsd: 0,
        atRiskNanoUsd: 0,
        total: null
      })
    }).pipe(provide(null, 100)))

  it.effect("a bill above the worst case is counted as it is, warned of, and seen by later calls", () =>
    Effect.gen(function*() {
      const said: Array<string> = []
      const listen = Logger.layer([
        Logger.make(({ logLevel, message }) => said.push(`${logLevel} ${String(message)}`))
      ])
      const budget = yield* Budget
      const reservation = yield* budget.reserve("a", 10)
      yield* Effect.provide(budget.settle(reservation, 200_000_000), listen)
      assert.strictEqual((yield* budget.state).spentNanoUsd, 200_000_000)
      assert.match(
        said.join(),
        /^Warn the call for "a" was billed \$0\.20, more than its worst case of \$0\.00000001;/
      )
      assert.strictEqual((yield* refused(budget.reserve("b", 1))).spentNanoUsd, 200_000_000)
    }).pipe(provide(null, 1000)))

  it.effect("what is no amount of money is a defect, and never slips past a limit", () =>
    Effect.gen(function*() {
      const budget = yield* Budget
      for (const amount of [Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY]) {
        assert.isTrue(Exit.isFailure(yield* Effect.exit(budget.reserve("a", amount))))
        const reservation = yield* budget.reserve("b", 10)
        assert.isTrue(Exit.isFailure(yield* Effect.exit(budget.settle(reservation, amount))))
      }
      assert.strictEqual((yield* budget.state).spentNanoUsd, 40)
    }).pipe(provide(null, 100)))

  it.effect("who waits may be woken by one that reserves and settles in the same breath", () =>
    Effect.gen(function*() {
      const budget = yield* Budget
      const first = yield* budget.reserve("a", 100)
      const greedy = Effect.forEach(
        [1, 2, 3],
        () => Effect.flatMap(budget.reserve("b", 60), (one) => budget.settle(one, 0)),
        { discard: true }
      )
      const fibers = yield* Effect.forEach(
        [greedy, greedy, greedy, greedy],
        (work) => Effect.forkChild(work)
      )
      for (const fiber of fibers) assert.isFalse(yield* settled(fiber))
      yield* budget.settle(first, 0)
      for (let turn = 0; turn < 20; turn++) yield* Effect.yieldNow
      for (const fiber of fibers) assert.isTrue(yield* settled(fiber))
      assert.strictEqual((yield* budget.state).reservedNanoUsd, 0)
    }).pipe(provide(null, 100)))

  const plan = fc.record({
    itemBudget: fc.integer({ min: 50, max: 400 }),
    runBudget: fc.integer({ min: 50, max: 1500 }),
    works: fc.array(
      fc.record({
        item: fc.nat({ max: 5 }),
        needed: fc.integer({ min: 0, max: 200 }),
        share: fc.integer({ min: 0, max: 100 }),
        startsAtMs: fc.nat({ max: 20 }),
        lastsMs: fc.nat({ max: 20 }),
        end: fc.constantFrom("settle", "settle", "atRisk", "interrupt")
      }),
      { minLength: 1, maxLength: 40 }
    )
  })

  it.effect("I10: spent + reserved never pass a budget, and everyone gets an answer, over random schedules", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(plan, ({ itemBudget, runBudget, works }) =>
          Effect.runPromise(
            Effect.gen(function*() {
              const budget = yield* Budget
              let spent = 0
              const spentOf = new Map<number, number>()
              const held = new Set<Reservation>()
              const check = Effect.map(budget.state, (state) => {
                assert.strictEqual(state.spentNanoUsd, spent)
                // What was granted in this moment is reserved before its fiber runs again.
                assert.isAtLeast(
                  state.reservedNanoUsd,
                  [...held].reduce((sum, one) => sum + one.nanoUsd, 0)
                )
                assert.isAtMost(state.spentNanoUsd + state.reservedNanoUsd, runBudget)
                for (const [item, itemSpent] of spentOf) {
                  const reserved = [...held].filter((one) => one.slug === `${item}`)
                  assert.isAtMost(
                    reserved.reduce((sum, one) => sum + one.nanoUsd, itemSpent),
                    itemBudget
                  )
                }
              })
              const ended = (reservation: Reservation, item: number, cost: number) => {
                held.delete(reservation)
                spent += cost
                spentOf.set(item, (spentOf.get(item) ?? 0) + cost)
              }
              const worker = (work: (typeof works)[number]) =>
                Effect.gen(function*() {
                  yield* Effect.sleep(work.startsAtMs)
                  yield* Effect.uninterruptibleMask((restore) =>
                    Effect.gen(function*() {
                      const reservation = yield* budget.reserve(`${work.item}`, work.needed)
                      held.add(reservation)
                      yield* check
                      const exit = yield* Effect.exit(restore(Effect.sleep(work.lastsMs)))
                      const cost = Math.floor(work.needed * work.share / 100)
                      const atRisk = Exit.isFailure(exit) || work.end === "atRisk"
                      ended(reservation, work.item, atRisk ? work.needed : cost)
                      yield* atRisk
                        ? budget.settleAtRisk(reservation)
                        : budget.settle(reservation, cost)
                      yield* check
                    })
                  )
                }).pipe(Effect.catchTag("BudgetReached", (error) =>
                  Effect.sync(() =>
                    assert.isAbove(error.spentNanoUsd + error.neededNanoUsd, error.budgetNanoUsd)
                  )))
              const fibers = yield* Effect.forEach(works, (work) => Effect.forkChild(worker(work)))
              yield* TestClock.adjust(15)
              yield* Effect.forEach(
                fibers,
                (fiber, i) => works[i]?.end === "interrupt" ? Fiber.interrupt(fiber) : Effect.void
              )
              yield* TestClock.adjust(2000)
              const exits = yield* Effect.forEach(fibers, Fiber.await)
              exits.forEach((exit, i) =>
                assert.isTrue(Exit.isSuccess(exit) || works[i]?.end === "interrupt")
              )
              yield* check
              assert.strictEqual((yield* budget.state).reservedNanoUsd, 0)
            }).pipe(provide(itemBudget, runBudget), Effect.provide(TestClock.layer()))
          )),
        { numRuns: 200, interruptAfterTimeLimit: 8000, markInterruptAsFailure: true }
      )
    ))
})
