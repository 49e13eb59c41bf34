// The money that processes share: leases, giving back, the dead, and damage.
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as Store from "../../../src/layers/MemoryStore.ts"
import type { MemoryStore } from "../../../src/layers/MemoryStore.ts"
import { AppendError } from "../../../src/services/durability/AppendError.ts"
import { DataDirectory, paths } from "../../../src/services/durability/DataDirectory.ts"
import { Journal } from "../../../src/services/journal/Journal.ts"
import { replayJournals } from "../../../src/services/journal/JournalReplay.ts"
import { Budget, BudgetReached } from "../../../src/services/spending/Budget.ts"
import { shareOut } from "../../../src/services/spending/Lease.ts"
import type { Need } from "../../../src/services/spending/Lease.ts"
import { MoneyPool } from "../../../src/services/spending/MoneyPool.ts"
import { decodeMoneySlot, encodeMoneySlot } from "../../../src/services/spending/MoneySlot.ts"
import { intent, response } from "../../support/journalEvents.ts"
import { mortalProcess } from "../../support/MortalProcess.ts"

const { money } = paths("/data")

/**
 * A run of a process of its own, joined: what it may use, and the ways it can end. `closed`: runs whose books are closed,
 * by what this one finds.
 */
const process = Effect.fnUntraced(function*(
  store: MemoryStore,
  totalBudgetNanoUsd: number,
  closed: ReadonlyArray<string> = []
) {
  const mortal = mortalProcess(store, undefined)
  const scope = yield* Scope.make()
  const context = yield* Layer.buildWithScope(
    Budget.layer({ itemBudgetNanoUsd: null, runBudgetNanoUsd: null, totalBudgetNanoUsd }).pipe(
      Layer.provide(MoneyPool.layer(totalBudgetNanoUsd)),
      Layer.provideMerge(Journal.layer),
      Layer.provideMerge(Layer.merge(mortal.disk, DataDirectory.layer("/data")))
    ),
    scope
  )
  const budget = Context.get(context, Budget)
  const journal = Context.get(context, Journal)
  const replay = yield* Effect.provideContext(
    replayJournals({ ownRunId: journal.runId, isSettled: () => false }),
    context
  )
  yield* budget.join(replay.runs.map(({ inFlightNanoUsd, runId, state, totals }) => ({
    runId,
    alive: state === "alive" && !closed.includes(runId),
    spentNanoUsd: totals.spentNanoUsd + totals.atRiskNanoUsd,
    inFlightNanoUsd
  })))
  return { budget, journal, kill: mortal.kill, end: Scope.close(scope, Exit.void) }
})

/** Lets everything run that can, and time pass for those who look again later. */
const settle = Effect.gen(function*() {
  for (let turn = 0; turn < 10; turn++) {
    yield* TestClock.adjust(100)
    for (let yields = 0; yields < 30; yields++) yield* Effect.yieldNow
  }
})

/** The answer of an effect that needs the others' turns and some time. */
const soon = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(effect)
    yield* settle
    return yield* Fiber.join(fiber)
  })

describe("MoneyPool", () => {
  it.effect("I10: two processes never have more than the total between them; one waits for what the other settles", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const a = yield* process(store, 1000)
      const b = yield* process(store, 1000)
      const first = yield* soon(a.budget.reserve("x", 700))
      const waiting = yield* Effect.forkChild(b.budget.reserve("y", 400))
      yield* settle
      assert.isUndefined(waiting.pollUnsafe(), "700 and 400 are more than 1000")
      const small = yield* soon(b.budget.reserve("z", 200))
      yield* a.budget.settle(first, 300)
      yield* settle
      yield* Fiber.join(waiting)
      yield* b.budget.settle(small, 200)
      // 300 and 200 are spent, 400 reserved: 100 are left.
      const refused = yield* Effect.forkChild(Effect.flip(a.budget.reserve("x", 501)))
      yield* settle
      const error = yield* Fiber.join(refused)
      assert.instanceOf(error, BudgetReached)
      assert.strictEqual(error instanceof BudgetReached && error.scope, "total")
      yield* soon(a.budget.reserve("x", 100))
    }))

  it.effect("each run knows what all have spent, though nobody is short of money", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const totalOf = ({ budget }: { readonly budget: Budget["Service"] }) =>
        Effect.map(budget.state, ({ total }) => total?.spentNanoUsd)
      const a = yield* process(store, 100_000)
      const id = yield* a.journal.nextId
      yield* soon(a.journal.write(intent("x", id, { reservedNanoUsd: 100 })))
      yield* a.budget.settle(yield* soon(a.budget.reserve("x", 100)), 60)
      yield* soon(a.journal.write(response("x", id, { costNanoUsd: 60 })))
      // Alone, it has told nobody: its journal has.
      const b = yield* process(store, 100_000)
      assert.strictEqual(yield* totalOf(b), 60)
      yield* a.budget.settle(yield* soon(a.budget.reserve("y", 100)), 7)
      yield* b.budget.settle(yield* soon(b.budget.reserve("z", 100)), 3)
      yield* settle
      assert.strictEqual(yield* totalOf(a), 70)
      assert.strictEqual(yield* totalOf(b), 70)
    }))

  it.effect("I10: a run that leaves after its books were closed takes no place of those that came since", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const a = yield* process(store, 1000)
      yield* a.budget.settle(yield* soon(a.budget.reserve("x", 100)), 0)
      // Its manifest tells all there is to know: whoever comes now begins the file anew.
      const b = yield* process(store, 1000, [a.journal.runId])
      yield* soon(b.budget.reserve("y", 500))
      yield* soon(a.end)
      const c = yield* process(store, 1000)
      const waiting = yield* Effect.forkChild(c.budget.reserve("z", 600))
      yield* settle
      assert.isUndefined(waiting.pollUnsafe(), "500 and 600 are more than 1000")
    }))

  it.effect("what a run took ahead comes back when another is short", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const a = yield* process(store, 10_000)
      const b = yield* process(store, 10_000)
      yield* a.budget.settle(yield* soon(a.budget.reserve("x", 100)), 10)
      // The first lease was for many calls of 100; all but what is spent can still be had here.
      yield* soon(b.budget.reserve("y", 9_990))
    }))

  it.effect("I10: between the question what is used and the answer what is granted, nothing is reserved ahead", () =>
    Effect.gen(function*() {
      const turns: Array<Need> = []
      let meanwhile: Effect.Effect<void> = Effect.void
      let othersShort = false
      const pool = Layer.succeed(MoneyPool, {
        join: () => Effect.void,
        look: () => Effect.sync(() => ({ othersSpentNanoUsd: 0, isAnyoneShort: othersShort })),
        leave: () => Effect.void,
        turn: (ask) =>
          Effect.gen(function*() {
            const need = ask()
            turns.push(need)
            yield* meanwhile
            const used = need.spentNanoUsd + need.reservedNanoUsd
            // Much at first; from then on no more than is used.
            return {
              grantedNanoUsd: turns.length === 1 ? 1000 : used,
              roomNanoUsd: 5000,
              othersSpentNanoUsd: 0,
              short: false
            }
          })
      })
      const limits = { itemBudgetNanoUsd: null, runBudgetNanoUsd: null, totalBudgetNanoUsd: 5000 }
      yield* Effect.gen(function*() {
        const budget = yield* Budget
        yield* budget.join([])
        yield* soon(budget.reserve("x", 100))
        let tried: Fiber.Fiber<unknown, unknown> | undefined
        meanwhile = Effect.gen(function*() {
          tried ??= yield* Effect.forkDetach(budget.reserve("y", 100), { startImmediately: true })
          yield* Effect.yieldNow
        })
        const before = turns.length
        othersShort = true
        yield* TestClock.adjust(300)
        assert.isAbove(turns.length, before, "the rest was asked back")
        assert.isUndefined(tried?.pollUnsafe(), "a reservation was made out of what is given back")
        assert.strictEqual((yield* budget.state).reservedNanoUsd, 100)
      }).pipe(Effect.provide(Budget.layer(limits).pipe(Layer.provide(pool))))
    }))

  it.effect("a killed run's grant is taken back but for what its journal says may be billed", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const a = yield* process(store, 1000)
      const b = yield* process(store, 1000)
      yield* soon(a.budget.reserve("x", 300))
      yield* soon(a.budget.reserve("x", 600))
      // Of two reservations one came to its intent.
      const id = yield* a.journal.nextId
      yield* soon(a.journal.write(intent("x", id, { reservedNanoUsd: 300 })))
      a.kill()
      yield* soon(b.budget.reserve("y", 700))
      const error = yield* soon(Effect.flip(b.budget.reserve("y", 701)))
      assert.instanceOf(error, BudgetReached)
      const later = yield* process(store, 1000)
      assert.instanceOf(yield* soon(Effect.flip(later.budget.reserve("z", 701))), BudgetReached)
    }))

  it.effect("what an ended run spent stays counted, by its slot and by its journal", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const a = yield* process(store, 1000)
      const b = yield* process(store, 1000)
      yield* a.budget.settle(yield* soon(a.budget.reserve("x", 600)), 600)
      yield* soon(a.end)
      assert.instanceOf(yield* soon(Effect.flip(b.budget.reserve("y", 401))), BudgetReached)
      yield* soon(b.budget.reserve("y", 400))
    }))

  it.effect("damage stops runs that would have to guess, and a run alone clears it", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const a = yield* process(store, 1000)
      const b = yield* process(store, 1000)
      const bytes = store.get(money) ?? Buffer.alloc(0)
      bytes.writeUInt8(7, 50)
      store.put(money, bytes)
      const error = yield* soon(Effect.flip(b.budget.reserve("y", 10)))
      assert.instanceOf(error, AppendError)
      assert.include(error.message, "Let every run on this data directory end")
      a.kill()
      b.kill()
      const alone = yield* process(store, 1000)
      yield* soon(alone.budget.reserve("z", 1000))
      assert.strictEqual(store.get(money)?.length, 128)
    }))

  it("a slot is read as it was written, or not at all", () => {
    const slot = {
      runId: "20261122T101500-3e791c",
      grantedNanoUsd: 9_000_000_000_000,
      spentNanoUsd: 1,
      closed: true,
      short: false
    }
    const bytes = encodeMoneySlot(slot)
    assert.deepStrictEqual(decodeMoneySlot(bytes), slot)
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes)
      damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at)
      assert.isUndefined(decodeMoneySlot(damaged), `byte ${at}`)
    }
  })

  it("needs that fit are met in order, also behind one that does not; sparing takes nothing ahead", () => {
    const shares = {
      limitNanoUsd: 1000,
      pastNanoUsd: 100,
      others: { grantedNanoUsd: 400, spentNanoUsd: 50 },
      usedNanoUsd: 200,
      needsNanoUsd: [400, 100],
      sparing: false
    }
    const lease = shareOut(shares)
    assert.deepInclude(lease, { grantedNanoUsd: 300, short: true, roomNanoUsd: 850 })
    const spare = shareOut({ ...shares, needsNanoUsd: [100], sparing: true })
    assert.deepInclude(spare, { grantedNanoUsd: 300, short: false })
    const ahead = shareOut({ ...shares, needsNanoUsd: [100] })
    assert.isAbove(ahead.grantedNanoUsd, 300)
    assert.isAtMost(100 + 400 + ahead.grantedNanoUsd, 1000)
  })
})
