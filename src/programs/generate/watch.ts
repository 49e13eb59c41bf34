// What a run looks at while it works: whoever watches its events, broken files, and the wish to stop from outside.
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { AppendError } from "../../services/durability/AppendError.ts"
import { DurableAppender } from "../../services/durability/DurableAppender.ts"
import type { Job } from "../../services/job/Job.ts"
import { Journal } from "../../services/journal/Journal.ts"
import { Budget } from "../../services/spending/Budget.ts"
import { nowIso } from "../../services/Time.ts"
import { makePlaces } from "./places.ts"
import { makePurse } from "./Purse.ts"
import { makeRunControl } from "./RunControl.ts"
import type { RunControl } from "./RunControl.ts"
import type { RunContext, Tally } from "./RunContext.ts"
import type { RunEvent, StopReason } from "./RunEvent.ts"

/** What went wrong in the program, whole in the log and in one line as a reason to stop. */
export const stopOnDefect = (
  control: RunControl,
  cause: Cause.Cause<unknown>
): Effect.Effect<void> =>
  Effect.andThen(
    Effect.logError("a defect stops the run", cause),
    control.stop({ _tag: "Defect", detail: String(Cause.squash(cause)) })
  )

export const stopOnStorage = (control: RunControl, error: AppendError): Effect.Effect<void> =>
  control.stop({ _tag: "Storage", detail: error.message })

const newTally = (rungs: Job["rungs"]): Tally => ({
  begun: 0,
  open: 0,
  accepted: 0,
  rejected: 0,
  renewed: 0,
  kept: 0,
  retried: 0,
  answers: 0,
  judgedFromJournal: 0,
  rejectedByCause: new Map(),
  deferredByCause: new Map(),
  rungs: rungs.map(({ model }) => ({ model, items: 0, answers: 0, accepted: 0, spentNanoUsd: 0 }))
})

/** Items that may wait for their models beside those in flight: each holds its row and its evidence in memory. */
export const asideMax = 1024

/** A run without a watcher builds no events. */
export const makeContext = Effect.fnUntraced(function*(
  { concurrency, rungs }: Pick<Job, "concurrency" | "rungs">,
  onEvent: ((event: RunEvent) => Effect.Effect<void>) | undefined
) {
  const budget = yield* Budget
  const tally = newTally(rungs)
  const places = makePlaces(concurrency, concurrency + asideMax)
  const emit: RunContext["emit"] = onEvent === undefined ?
    () => Effect.void :
    (event) =>
      Effect.flatMap(
        nowIso,
        (at) =>
          Effect.flatMap(
            budget.state,
            ({ spentNanoUsd, total }) =>
              onEvent({
                ...event,
                at,
                spentNanoUsd,
                totalSpentNanoUsd: total === null ? null : total.spentNanoUsd,
                waiting: places.waiting()
              })
          )
      ).pipe(
        Effect.catchCauseIf(Cause.hasDies, (cause) => stopOnDefect(control, cause))
      )
  const control: RunControl = makeRunControl((stop) =>
    emit({ event: "stopping", stop, inFlight: tally.open - places.waiting() })
  )
  const purse = yield* makePurse(control, () => tally.answers)
  const context: RunContext = {
    control,
    emit,
    tally,
    purse,
    places
  }
  return context
})

/** The masters or the journal broken means: no new call, whether or not an item has noticed. Ends with the scope. */
export const watchStorage = Effect.fnUntraced(function*(control: RunControl) {
  const appender = yield* DurableAppender
  const journal = yield* Journal
  yield* Effect.forkScoped(
    Effect.catch(
      Effect.raceFirst(appender.broken, journal.broken),
      (error) => stopOnStorage(control, error)
    )
  )
})

/**
 * Stops the run when asked to; the effect that it answers completes when calls in flight have had their time. A wish
 * that is there already stops the run before its first item.
 */
export const watchStopRequest = Effect.fnUntraced(function*(
  control: RunControl,
  stopRequested: Effect.Effect<StopReason>,
  graceMs: number
) {
  const graceOver = yield* Deferred.make<void>()
  yield* Effect.forkScoped(
    Effect.gen(function*() {
      yield* control.stop(yield* stopRequested)
      yield* Effect.sleep(graceMs)
      yield* Deferred.succeed(graceOver, undefined)
    }),
    { startImmediately: true }
  )
  return Deferred.await(graceOver)
})
