// The errands of a run to the pool: what it may reserve while one is under way.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { borrow } from "../../../src/services/spending/Borrowing.ts"
import type { Reservation } from "../../../src/services/spending/Budget.ts"
import { MoneyPool } from "../../../src/services/spending/MoneyPool.ts"
import { makeReservations } from "../../../src/services/spending/Reservations.ts"

const budgets = { itemBudgetNanoUsd: null, runBudgetNanoUsd: null, totalBudgetNanoUsd: 1000 }

describe("Borrowing", () => {
  it.effect("I10: what the run said under the lock that it has is all that it has, until the lease comes", () =>
    Effect.gen(function*() {
      const reservations = makeReservations(budgets, 100)
      const { service } = reservations
      let asked: Fiber.Fiber<Reservation> | undefined
      const turn: MoneyPool["Service"]["turn"] = (need) =>
        Effect.gen(function*() {
          const { reservedNanoUsd, spentNanoUsd } = need()
          assert.strictEqual(spentNanoUsd + reservedNanoUsd, 0)
          // Others may be granted the rest of the old lease from here on.
          asked = yield* Effect.forkDetach(Effect.orDie(service.reserve("item", 10)))
          for (let yields = 0; yields < 20; yields++) yield* Effect.yieldNow
          assert.strictEqual((yield* service.state).reservedNanoUsd, 0)
          return {
            grantedNanoUsd: 10,
            roomNanoUsd: 1000,
            othersSpentNanoUsd: 0,
            short: false
          }
        })
      const pool = MoneyPool.of({
        join: () => Effect.void,
        turn,
        look: () => Effect.succeed({ othersSpentNanoUsd: 0, isAnyoneShort: false }),
        leave: () => Effect.void
      })
      const join = yield* borrow(pool, reservations)
      yield* join([])
      assert.isDefined(asked && (yield* Fiber.join(asked)))
      assert.strictEqual((yield* service.state).reservedNanoUsd, 10)
    }))
})
