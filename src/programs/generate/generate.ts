// The main verb: the pending items of the input, or those of its plan, through evidence, model and QA into the masters.
//
// Whatever stops a run (StopReason), it drains: nothing new begins, waits end, answers that are on their way are taken
// and kept. Only a wish from outside also cuts the calls that outlast their grace. A defect in one item costs no other:
// it stops the run like anything else, and its exit code says that the program is at fault.
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Item } from "../../services/items/Item.ts"
import type { ItemSource } from "../../services/items/ItemSource.ts"
import { InputError } from "../../services/items/ItemSource.ts"
import { inShard } from "../../services/items/InShard.ts"
import { wholeInput } from "../../services/items/Shard.ts"
import type { Shard } from "../../services/items/Shard.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import { Journal } from "../../services/journal/Journal.ts"
import { replayJournals } from "../../services/journal/JournalReplay.ts"
import { sealSettledRuns } from "../../services/journal/SealRuns.ts"
import type { ItemHistory } from "../../services/journal/ItemHistory.ts"
import type { Replay } from "../../services/journal/JournalReplay.ts"
import { keepIndex, refreshIndex } from "../../services/master/KeepIndex.ts"
import { countSettled, isTakenUp, settledAs, takeStock } from "../../services/master/Settled.ts"
import { Budget } from "../../services/spending/Budget.ts"
import { makeCallRung } from "./callRung.ts"
import { makeEndings } from "./endings.ts"
import type { Endings } from "./endings.ts"
import { makeOutages } from "./outages.ts"
import { makeFirstCalls } from "./firstCalls.ts"
import { passesOf } from "./Plan.ts"
import type { Pass, Plan } from "./Plan.ts"
import { makePromptFaults } from "./promptFaults.ts"
import type { RunContext } from "./RunContext.ts"
import type { RunControl } from "./RunControl.ts"
import type { RunEvent, StopReason } from "./RunEvent.ts"
import { makeReport } from "./runReport.ts"
import type { Before } from "./runReport.ts"
import { makeSettleItem } from "./settleItem.ts"
import type { SettleItem } from "./settleItem.ts"
import type { TakeUp } from "./TakeUp.ts"
import { makeSuspects } from "./suspects.ts"
import { makeUpkeep } from "./upkeep.ts"
import {
  asideMax,
  makeContext,
  stopOnDefect,
  stopOnStorage,
  watchStopRequest,
  watchStorage
} from "./watch.ts"

export interface GenerateOptions {
  /** Opened and checked: nothing is spent on an input with faults. */
  readonly source: ItemSource
  /** The part of the input that this run works on, the one its lock is held for. Default: all of it. */
  readonly shard?: Shard | undefined
  /** What is taken up. Default: the pending items. */
  readonly plan?: Plan | undefined
  /** At most this many items are begun. Default: all. */
  readonly limit?: number | undefined
  /** Completes when the run is to stop gently, with what asked for it. Default: never. */
  readonly stopRequested?: Effect.Effect<StopReason> | undefined
  /** How long what is under way may go on once a stop was requested, in milliseconds. Default: 30,000. */
  readonly graceMs?: number | undefined
  /**
   * Called in the order things happen, after what an event tells is durable. A slow one holds up its own item; one
   * that dies stops the run as a defect.
   */
  readonly onEvent?: ((event: RunEvent) => Effect.Effect<void>) | undefined
}

const graceMsDefault = 30_000

/** The options with their defaults. */
interface Wish {
  readonly source: ItemSource
  readonly shard: Shard
  readonly plan: Plan
  readonly limit: number
}

/** What earlier runs left, the run's books opened with it. */
const openBooks = Effect.fnUntraced(function*({ plan, shard, source }: Wish) {
  const { runId } = yield* Journal
  const budget = yield* Budget
  const { settled, ...stock } = yield* takeStock
  yield* keepIndex(stock)
  const { passes, reopened } = yield* passesOf(plan, { source, shard, settled })
  const replay = yield* replayJournals({
    ownRunId: runId,
    isOurs: (slug) => inShard(slug, shard),
    isSettled: (slug) => settledAs(settled, slug) !== undefined && reopened.get(slug) === undefined,
    isWanted: passes.some(({ toDo }) => toDo > 0)
      ? isTakenUp(source.slugs, settled, reopened)
      : undefined
  })
  yield* budget.join(replay.runs.map(({ inFlightNanoUsd, runId: other, state, totals }) => ({
    runId: other,
    alive: state === "alive",
    nanoUsd: totals.spentNanoUsd + totals.atRiskNanoUsd + inFlightNanoUsd
  })))
  yield* sealSettledRuns(replay, runId)
  for (const [slug, { atRiskNanoUsd, spentNanoUsd }] of replay.history) {
    yield* budget.recall(slug, spentNanoUsd + atRiskNanoUsd)
  }
  const { lines, superseded } = stock
  return { runId, settled, stock: { lines, superseded }, replay, passes }
})

/** An answer for the item is paid and not judged. */
const isOwed = (history: ItemHistory | undefined): boolean => (history?.unjudged.length ?? 0) > 0

/** What decides whether an item is begun, beside its pass. */
interface Begin {
  readonly control: RunControl
  readonly isOwed: (slug: string) => boolean
}

interface TakenUp {
  readonly item: Item
  readonly takeUp: TakeUp
}

/**
 * The items of a pass that are to be begun: none once the run stops, and once its budget is reached only those that an
 * answer waits for which is paid already. An input that fails stops it, and interrupts nothing.
 */
const itemsToBegin = (
  { shard, source }: Wish,
  pass: Pass,
  mayBegin: () => boolean,
  { control, isOwed }: Begin
): Stream.Stream<TakenUp, InputError> =>
  source.items.pipe(
    Stream.takeWhile(() => !control.isClosed() && mayBegin()),
    Stream.filter(({ slug }) => inShard(slug, shard) && (!control.isSpent() || isOwed(slug))),
    Stream.map((item) => ({ item, takeUp: pass.takeUp(item) })),
    Stream.filter((found): found is TakenUp => found.takeUp !== undefined),
    Stream.takeWhile(mayBegin),
    Stream.catchCauseIf(
      (cause) => !Cause.hasInterruptsOnly(cause),
      (cause) => {
        const error = Cause.squash(cause)
        return Stream.fromEffectDrain(
          error instanceof InputError
            ? control.stop({ _tag: "Input", detail: error.message })
            : stopOnDefect(control, cause)
        )
      }
    )
  )

/** One item, with everything that must hold whatever becomes of it. */
const makeRunItem = Effect.fnUntraced(function*(
  { control, emit, purse, tally }: RunContext,
  endings: Endings,
  settleItem: SettleItem,
  history: Replay["history"]
) {
  const budget = yield* Budget
  /** Nothing is paid for the item that would be lost, and its next call would not fit what money is left. */
  const isTooDear = ({ item, takeUp }: TakenUp): Effect.Effect<boolean> => {
    const past = history.get(item.slug)
    return takeUp._tag !== "Pending" || isOwed(past)
      ? Effect.succeed(false)
      : Effect.map(purse.mayFit(item, past), (fits) => !fits)
  }
  const begin = ({ item, takeUp }: TakenUp, mayBegin: () => boolean): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (control.isClosed() || !mayBegin()) return Effect.void
      if (control.isSpent() && !isOwed(history.get(item.slug))) return Effect.void
      tally.begun++
      tally.open++
      const leave = Effect.sync(() => void tally.open--)
      return emit({ event: "begun", slug: item.slug }).pipe(
        Effect.andThen(settleItem(item, history.get(item.slug), takeUp)),
        Effect.catch((error) =>
          Effect.andThen(
            stopOnStorage(control, error),
            endings.defer(item.slug, "Stopping", error.message)
          )
        ),
        Effect.catchCauseIf(Cause.hasDies, (cause) =>
          Effect.andThen(
            stopOnDefect(control, cause),
            endings.defer(item.slug, "Stopping", String(Cause.squash(cause)))
          )),
        Effect.ensuring(Effect.andThen(budget.release(item.slug), leave))
      )
    })
  return (taken: TakenUp, mayBegin: () => boolean): Effect.Effect<void> =>
    Effect.flatMap(
      isTooDear(taken),
      (tooDear) => tooDear ? Effect.void : begin(taken, mayBegin)
    )
})

type RunItem = Effect.Success<ReturnType<typeof makeRunItem>>

/** One pass over the input, drained before the next begins; tells of its end where it has a name. */
const runPass = Effect.fnUntraced(function*(
  wish: Wish,
  pass: Pass,
  { control, emit, places, tally }: RunContext,
  history: Replay["history"],
  runItem: RunItem
) {
  const { phase, toDo } = pass
  const before = { accepted: tally.accepted, rejected: tally.rejected, kept: tally.kept }
  const isHopeless = (): boolean =>
    tally.accepted === before.accepted && tally.rejected - before.rejected >= pass.giveUpAfter
  const mayBegin = (): boolean => tally.begun < wish.limit && !isHopeless()
  if (control.isClosed() || !mayBegin()) return
  if (phase !== null) yield* emit({ event: "phase", phase, toDo })
  const { concurrency } = yield* CurrentJob
  const items = itemsToBegin(wish, pass, mayBegin, {
    control,
    isOwed: (slug) => isOwed(history.get(slug))
  })
  yield* items.pipe(
    // One at a time: no item is read before there is a place for it.
    Stream.mapEffect((taken) => Effect.as(places.enter, taken)),
    Stream.mapEffect(
      (taken) => Effect.ensuring(runItem(taken, mayBegin), Effect.sync(places.leave)),
      { concurrency: concurrency + asideMax, unordered: true }
    ),
    Stream.runDrain
  )
  if (phase === null) return
  const accepted = tally.accepted - before.accepted
  const rejected = tally.rejected - before.rejected
  const kept = tally.kept - before.kept
  const noProgress = accepted === 0 && rejected > 0
  yield* emit({ event: "phase-ended", phase, accepted, rejected, kept, noProgress })
})

/** Settles what is taken up, with everything beside it that ends when the work does. Answers what was there before. */
const settleAll = Effect.fnUntraced(function*(options: GenerateOptions, context: RunContext) {
  const { graceMs = graceMsDefault, source, stopRequested = Effect.never } = options
  const wish: Wish = {
    source,
    plan: options.plan ?? { _tag: "Pending" },
    shard: options.shard ?? wholeInput,
    limit: options.limit ?? Infinity
  }
  const { control, emit } = context
  const job = yield* CurrentJob
  yield* watchStorage(control)
  const graceOver = yield* watchStopRequest(control, stopRequested, graceMs)

  const { passes, replay, runId, settled, stock } = yield* openBooks(wish)
  const before: Before = { input: source.count, ...countSettled(source.slugs, settled) }
  const toDo = Math.min(wish.limit, passes.reduce((sum, pass) => sum + pass.toDo, 0))
  yield* emit({ event: "started", runId, ...before, toDo, atRisk: replay.atRisk })

  const upkeep = yield* makeUpkeep(job.consolidateEvery, stock, source.slugs, emit)
  const endings = yield* makeEndings(context, upkeep)
  const outages = yield* makeOutages(context, endings)
  const suspects = makeSuspects(context, endings, outages)
  const prompts = yield* makePromptFaults(endings)
  const firstCalls = yield* makeFirstCalls(context, endings)
  const callRung = yield* makeCallRung(context, endings, {
    firstCalls,
    outages,
    prompts,
    suspects
  })
  const settleItem = yield* makeSettleItem(context, endings, { firstCalls, prompts }, callRung)
  const runItem = yield* makeRunItem(context, endings, settleItem, replay.history)

  const work = Effect.andThen(
    Effect.forEach(passes, (pass) => runPass(wish, pass, context, replay.history, runItem), {
      discard: true
    }),
    Effect.catch(suspects.close, (error) => stopOnStorage(control, error))
  )
  yield* Effect.raceFirst(work, graceOver)
  yield* context.purse.close
  yield* firstCalls.close
  if (!control.isClosed()) {
    yield* Effect.raceFirst(Effect.andThen(upkeep.finish, refreshIndex()), control.closed)
  }
  return { before, atRiskBefore: replay.atRisk }
}, Effect.scoped)

/**
 * Runs until every item of the plan is settled or something stops it. Never fails for an item's sake: what the items came
 * to is in the report, what stopped the run in `report.stop`. Requires the run's lock to be held.
 */
export const generate = Effect.fnUntraced(function*(options: GenerateOptions) {
  const startMs = yield* Clock.currentTimeMillis
  const context = yield* makeContext(yield* CurrentJob, options.onEvent)
  const { atRiskBefore, before } = yield* settleAll(options, context)
  const report = yield* makeReport(context, before, atRiskBefore, startMs)
  yield* context.emit({ event: "finished", report })
  return report
})
