// The errands of a run to the money that all share: for more when a call waits, and back with what another needs.
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { AppendError } from "../durability/AppendError.ts"
import type { DiskError } from "../durability/Disk.ts"
import type { MoneyPool, PastRun } from "./MoneyPool.ts"
import type { Reservations } from "./Reservations.ts"

/** A run that is short asks again so often: others have to settle or give back meanwhile. */
const shortPollMs = 50
/** A run that needs nothing looks so often whether another does, and at what all have spent. */
const idlePollMs = 250

const appendErrorOf = (error: DiskError): AppendError =>
  new AppendError({
    files: [error.path],
    reason: "Write",
    code: error.code,
    detail: error.message
  })

/**
 * Joins the run to the pool when the effect that it answers is run, and keeps it served until the scope ends. When the
 * pool cannot be read or written, nothing more is reserved.
 */
export const borrow = Effect.fnUntraced(function*(
  pool: MoneyPool["Service"],
  reservations: Reservations
): Effect.fn.Return<
  (past: ReadonlyArray<PastRun>) => Effect.Effect<void, AppendError>,
  never,
  Scope.Scope
> {
  const scope = yield* Effect.scope
  const wanted = Latch.makeUnsafe(false)

  const turn = Effect.map(
    pool.turn(() => {
      reservations.freeze()
      return reservations.need()
    }),
    (lease) => {
      reservations.lend(lease)
      return lease
    }
  )

  /** Whether a call waits for money, or the time is over first. */
  const asked = (withinMs: number) =>
    Effect.map(Effect.timeoutOption(wanted.await, withinMs), Option.isSome)

  /** Looks at the others, and lets them look; whether another is short. */
  const look = Effect.gen(function*() {
    const { spentNanoUsd } = yield* reservations.service.state
    const { isAnyoneShort, othersSpentNanoUsd } = yield* pool.look(spentNanoUsd)
    reservations.learn(othersSpentNanoUsd)
    return isAnyoneShort
  })

  const serve = Effect.gen(function*() {
    let short = false
    for (;;) {
      const needs = yield* asked(short ? shortPollMs : idlePollMs)
      // Who is short asks again in any case, others only look whether somebody else is.
      if (!needs && !short && !(yield* look)) continue
      wanted.closeUnsafe()
      short = (yield* turn).short
    }
  }).pipe(Effect.catch((error) => Effect.sync(() => reservations.fail(appendErrorOf(error)))))

  const leave = Effect.flatMap(
    reservations.service.state,
    ({ reservedNanoUsd, spentNanoUsd }) => pool.leave(spentNanoUsd + reservedNanoUsd)
  )

  return (past) =>
    Effect.gen(function*() {
      yield* Effect.mapError(pool.join(past), appendErrorOf)
      // What is not given back here is reclaimed by whoever needs it, from the run's journal.
      yield* Scope.addFinalizer(scope, Effect.ignore(leave))
      // Nothing is needed yet: what all runs have spent is known from the start.
      yield* Effect.mapError(turn, appendErrorOf)
      yield* Effect.forkIn(serve, scope)
      reservations.onShort(() => wanted.openUnsafe())
    })
})
