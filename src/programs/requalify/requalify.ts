// Today's QA over every journaled answer, for nothing: what passes now is promoted, what would fail now is listed.
//
// Nothing here can call a model. Each change is one item's, and durable before it is told; cut off anywhere, the same
// command does what is left:
// - A promotion is one append. Cut off before it, the item is as it was; after it, its record stands and passes.
// - A demotion is a verdict in the journal, then the reject that takes the record back. Between the two the record
//   stands as before, and would fail again next time. The record's own lines go with the next consolidation.
// - A replacement is the same verdict, then the append of the other answer, which supersedes the record by its time.
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { AppendError } from "../../services/durability/AppendError.ts"
import type { DiskError } from "../../services/durability/Disk.ts"
import type { Item } from "../../services/items/Item.ts"
import type { ItemSource } from "../../services/items/ItemSource.ts"
import { loadCallIndex } from "../../services/journal/CallIndex.ts"
import { Journal } from "../../services/journal/Journal.ts"
import type { ConsolidationError } from "../../services/master/Consolidation.ts"
import { Consolidation } from "../../services/master/Consolidation.ts"
import { loadSettled } from "../../services/master/Settled.ts"
import type { StandingRecord } from "../../services/master/StandingRecords.ts"
import { loadStandingRecords } from "../../services/master/StandingRecords.ts"
import { loadStandingRejects } from "../../services/master/StandingRejects.ts"
import { makeChanges } from "./changes.ts"
import type { RequalifyEvent, RequalifyReport } from "./RequalifyEvent.ts"
import { makeDecide } from "./verdicts.ts"
import type { Decision } from "./verdicts.ts"

export interface RequalifyOptions {
  readonly source: ItemSource
  /** Takes back what would fail now, or replaces it. Default: only lists it. */
  readonly apply?: boolean | undefined
  /** Completes when nothing more is to be begun. Default: never. */
  readonly stopRequested?: Effect.Effect<unknown> | undefined
  readonly onEvent?: ((event: RequalifyEvent) => Effect.Effect<void>) | undefined
}

const itemsAtOnce = 16

type Counts = { -readonly [K in Exclude<keyof RequalifyReport, "runId" | "stopped">]: number }

const noCounts: Counts = {
  answers: 0,
  items: 0,
  promoted: 0,
  passing: 0,
  wouldFail: 0,
  demoted: 0,
  replaced: 0,
  unsure: 0,
  notJudged: 0,
  withoutAnswer: 0
}

/** Requires the run's lock to be held for the whole input: nobody else judges or writes these items meanwhile. */
export const requalify = Effect.fnUntraced(function*(options: RequalifyOptions) {
  const { apply = false, onEvent = () => Effect.void, source } = options
  const { runId } = yield* Journal
  const consolidation = yield* Consolidation
  const index = yield* loadCallIndex
  const records = yield* loadStandingRecords
  const rejects = yield* loadStandingRejects(yield* loadSettled)
  const { decidePromotion, decideRecord } = yield* makeDecide(index)
  // A record that was taken back or superseded may still have its line: its id must not stand in the file twice (I5).
  const dropDead = yield* Effect.cached(consolidation.consolidate)
  const changes = yield* makeChanges({ records, rejects, dropDead })
  const counts: Counts = { ...noCounts, answers: index.size }

  const follow = Effect.fnUntraced(function*(
    { slug }: Item,
    decision: Decision
  ): Effect.fn.Return<void, AppendError | ConsolidationError> {
    switch (decision._tag) {
      case "Nothing":
        return
      case "WithoutAnswer":
        counts.withoutAnswer++
        return
      case "Passes":
        counts.passing++
        return
      case "Promote": {
        const { answer } = decision.passing
        yield* changes.promote(slug, decision.passing)
        counts.promoted++
        const was = records.get(slug) !== undefined
          ? "stale"
          : rejects.has(slug)
          ? "rejected"
          : "pending"
        return yield* onEvent({ event: "promoted", slug, id: answer.id, was })
      }
      case "NotJudged":
        counts.notJudged++
        return yield* onEvent({ event: "not-judged", slug, id: decision.answer.id })
      case "Unsure":
      case "Fails": {
        const { answer: { id }, verdict: { cause, findings } } = decision
        const failing = { slug, id, cause, findings }
        if (decision._tag === "Unsure") {
          counts.unsure++
          return yield* onEvent({ event: "unsure", ...failing })
        }
        const { replacement } = decision
        const by = replacement?.answer.id ?? null
        if (!apply) {
          counts.wouldFail++
          return yield* onEvent({ event: "would-fail", ...failing, replacement: by })
        }
        yield* changes.takeBack(slug, decision)
        if (by === null) {
          counts.demoted++
          return yield* onEvent({ event: "demoted", ...failing })
        }
        counts.replaced++
        return yield* onEvent({ event: "replaced", ...failing, by })
      }
    }
  })

  const look = (
    item: Item,
    decision: Effect.Effect<Decision, DiskError>
  ): Effect.Effect<void, AppendError | ConsolidationError | DiskError> =>
    Effect.gen(function*() {
      if (index.idsOf(item.slug).length > 0) counts.items++
      // What makes a change durable and what tells of it is one step.
      yield* Effect.uninterruptible(follow(item, yield* decision))
    })

  const stop = yield* Deferred.make<void>()
  const { stopRequested = Effect.never } = options
  yield* Effect.forkChild(Effect.andThen(stopRequested, Deferred.succeed(stop, undefined)), {
    startImmediately: true
  })
  const lookAtAll = (
    isLookedAt: (record: StandingRecord | undefined) => boolean,
    decide: (item: Item) => Effect.Effect<Decision, DiskError>
  ) =>
    source.items.pipe(
      Stream.takeWhile(() => !Deferred.isDoneUnsafe(stop)),
      Stream.filter(({ slug }) => isLookedAt(records.get(slug))),
      Stream.mapEffect((item) => look(item, decide(item)), {
        concurrency: itemsAtOnce,
        unordered: true
      }),
      Stream.runDrain
    )
  // Whatever stands counts against a new piece, as in a run; then what stands is looked at itself.
  yield* lookAtAll((record) => record === undefined, decidePromotion)
  yield* lookAtAll((record) => record !== undefined, (item) => {
    const record = records.get(item.slug)
    return record === undefined ? Effect.succeed({ _tag: "Nothing" }) : decideRecord(item, record)
  })
  // Readers of successes.jsonl are to see no more of what was taken back, by this run or by one that was cut off here.
  if (apply) yield* consolidation.consolidate
  const report: RequalifyReport = { runId, ...counts, stopped: Deferred.isDoneUnsafe(stop) }
  return report
})
