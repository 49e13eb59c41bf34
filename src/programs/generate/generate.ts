// The main verb: the pending items of the input, or those of its plan, through evidence, model and QA into the masters.
//
// Whatever stops a run (StopReason), it drains: nothing new begins, waits end, answers that are on their way are taken
// and kept. Only a wish from outside also cuts the calls that outlast their grace. A defect in one item costs no other:
// it stops the run like anything else, and its exit code says that the program is at fault.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ItemSource } from "../../services/items/ItemSource.ts"
import { wholeInput } from "../../services/items/Shard.ts"
import type { Shard } from "../../services/items/Shard.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import { refreshIndex } from "../../services/master/KeepIndex.ts"
import { makeCallRung } from "./callRung.ts"
import { makeEndings } from "./endings.ts"
import { makeFirstCalls } from "./firstCalls.ts"
import { openBooks } from "./openBooks.ts"
import { makeOutages } from "./outages.ts"
import type { Plan } from "./Plan.ts"
import { makePromptFaults } from "./promptFaults.ts"
import type { RunContext } from "./RunContext.ts"
import type { RunEvent, StopReason } from "./RunEvent.ts"
import { makeRunItem } from "./runItem.ts"
import { runPass } from "./runPass.ts"
import { makeReport } from "./runReport.ts"
import type { Before } from "./runReport.ts"
import { makeSettleItem } from "./settleItem.ts"
import { makeSuspects } from "./suspects.ts"
import { makeUpkeep } from "./upkeep.ts"
import { makeContext, stopOnStorage, watchStopRequest, watchStorage } from "./watch.ts"
import type { Wish } from "./Wish.ts"

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
/** So long, in milliseconds, a run that was stopped brings the index up to what it has accepted, for the next one. */
const indexStoppedMs = 3000

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

  const { passes, replay, runId, stock, ...books } = yield* openBooks(wish)
  const before: Before = { input: source.count, ...books.before }
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
  // A disk that fails is left alone.
  if (control.isClosed() && control.current()?._tag !== "Storage") {
    yield* Effect.timeoutOption(refreshIndex(), indexStoppedMs)
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
