// The main verb: every pending item of the input through evidence, model and QA into the masters.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import type { AppendError } from "../../services/durability/AppendError.ts"
import { DurableAppender } from "../../services/durability/DurableAppender.ts"
import { Generation } from "../../services/generation/Generation.ts"
import type { Item } from "../../services/items/Item.ts"
import type { ItemSource } from "../../services/items/ItemSource.ts"
import { inShard, wholeInput } from "../../services/items/Shard.ts"
import type { Shard } from "../../services/items/Shard.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import { Journal } from "../../services/journal/Journal.ts"
import { replayJournals, sealSettledRuns } from "../../services/journal/JournalReplay.ts"
import { countSettled, loadSettled, settledAs } from "../../services/master/Settled.ts"
import { nowIso } from "../../services/Time.ts"
import { Budget } from "../../services/spending/Budget.ts"
import { makeRunControl } from "./RunControl.ts"
import type { RunContext } from "./RunContext.ts"
import type { Happening, RunEvent, RunReport, StopReason } from "./RunEvent.ts"
import { settleItem } from "./settleItem.ts"
import { makeUpkeep } from "./upkeep.ts"

export interface GenerateOptions {
  /** Opened and checked: nothing is spent on an input with faults. */
  readonly source: ItemSource
  /** The part of the input that this run works on, the one its lock is held for. Default: all of it. */
  readonly shard?: Shard | undefined
  /** At most this many pending items are begun. Default: all. */
  readonly limit?: number | undefined
  /** Completes when the run is to stop gently, with what asked for it. Default: never. */
  readonly stopRequested?: Effect.Effect<StopReason> | undefined
  /** How long calls in flight may go on after a signal, in milliseconds. Default: 30,000. */
  readonly graceMs?: number | undefined
  /** Told in the order things happen. An event comes after what it tells is durable. */
  readonly onEvent?: ((event: RunEvent) => Effect.Effect<void>) | undefined
}

const graceMsDefault = 30_000

/**
 * Runs until every pending item is settled or something stops it. Never fails for an item's sake: what the items came
 * to is in the report, what stopped the run in `report.stop`. Requires the run's lock to be held.
 */
export const generate = Effect.fnUntraced(function*(options: GenerateOptions) {
  const { graceMs = graceMsDefault, onEvent = () => Effect.void, shard = wholeInput, source } = options
  const job = yield* CurrentJob
  const journal = yield* Journal
  const budget = yield* Budget
  const generation = yield* Generation
  const appender = yield* DurableAppender
  const startMs = yield* Clock.currentTimeMillis
  const control = yield* makeRunControl
  const emit = (event: Happening) =>
    Effect.flatMap(Effect.all([nowIso, budget.state]), ([at, { spentNanoUsd }]) => onEvent({ ...event, at, spentNanoUsd }))

  const settled = yield* loadSettled
  const before = yield* replayJournals({
    ownRunId: journal.runId,
    isSettled: (slug) => settledAs(settled, slug) !== undefined
  })
  yield* sealSettledRuns(before, journal.runId)
  for (const [slug, { atRiskNanoUsd, spentNanoUsd }] of before.history) {
    yield* budget.recall(slug, spentNanoUsd + atRiskNanoUsd)
  }
  const known = countSettled(source.slugs, settled)
  yield* emit({
    event: "started",
    runId: journal.runId,
    input: source.count,
    ...known,
    toDo: Math.min(source.count - known.accepted - known.rejected, options.limit ?? Infinity),
    atRisk: before.atRisk
  })

  const now = {
    begun: 0,
    accepted: 0,
    rejected: 0,
    inFlight: 0,
    byCause: new Map<string, number>(),
    byRung: job.rungs.map(() => 0)
  }
  const context: RunContext = {
    control,
    emit,
    tally: { calls: 0, answers: 0, judgedFromJournal: 0, exhaustedInARow: 0 }
  }
  const upkeep = yield* makeUpkeep(job.consolidateEvery, emit)

  const one = (item: Item) =>
    Effect.gen(function*() {
      if (control.current() !== null) return
      now.begun++
      now.inFlight++
      yield* emit({ event: "begun", slug: item.slug })
      const outcome = yield* settleItem(item, before.history.get(item.slug), context)
      switch (outcome._tag) {
        case "Accepted":
          now.accepted++
          now.byRung[outcome.rung] = (now.byRung[outcome.rung] ?? 0) + 1
          return yield* upkeep.accepted(now.accepted)
        case "Rejected":
          now.rejected++
          now.byCause.set(outcome.cause, (now.byCause.get(outcome.cause) ?? 0) + 1)
      }
    }).pipe(
      Effect.catchTag("AppendError", (error) => control.stop(storageFailed(error))),
      Effect.ensuring(Effect.andThen(
        budget.release(item.slug),
        Effect.sync(() => {
          now.inFlight--
        })
      ))
    )

  // The masters or the journal broken means: no new call, whether or not an item has noticed.
  yield* Effect.forkScoped(
    Effect.catch(Effect.raceFirst(appender.broken, journal.broken), (error) => control.stop(storageFailed(error)))
  )
  yield* Effect.forkScoped(Effect.flatMap(options.stopRequested ?? Effect.never, control.stop))

  const pending = source.items.pipe(
    Stream.filter((item) => inShard(item.slug, shard) && settledAs(settled, item.slug) === undefined),
    Stream.takeWhile(() => control.current() === null),
    options.limit === undefined ? (stream) => stream : Stream.take(options.limit)
  )
  const work = yield* Effect.forkScoped(
    pending.pipe(
      Stream.mapEffect(one, { concurrency: job.concurrency, unordered: true }),
      Stream.runDrain,
      Effect.catchTag("InputError", (error) => control.stop({ _tag: "Input", detail: error.message }))
    )
  )
  yield* Effect.forkScoped(Effect.gen(function*() {
    const stop = yield* control.stopped
    yield* emit({ event: "stopping", stop, inFlight: now.inFlight })
    if (stop._tag !== "Signal") return
    yield* Effect.sleep(graceMs)
    yield* Fiber.interrupt(work)
  }))
  yield* Fiber.await(work)
  if (control.current() === null) yield* upkeep.finish

  const report: RunReport = {
    runId: journal.runId,
    stop: control.current(),
    input: source.count,
    accepted: known.accepted + now.accepted,
    rejected: known.rejected + now.rejected,
    pending: source.count - known.accepted - known.rejected - now.accepted - now.rejected,
    acceptedNow: now.accepted,
    rejectedNow: now.rejected,
    deferredNow: now.begun - now.accepted - now.rejected,
    rejectedByCause: Object.fromEntries(now.byCause),
    acceptedByRung: now.byRung,
    callsNow: context.tally.calls,
    judgedFromJournal: context.tally.judgedFromJournal,
    budget: yield* budget.state,
    atRisk: yield* generation.atRisk,
    durationMs: (yield* Clock.currentTimeMillis) - startMs
  }
  yield* emit({ event: "finished", report })
  return report
}, Effect.scoped)

const storageFailed = (error: AppendError): StopReason => ({ _tag: "Storage", detail: error.message })
