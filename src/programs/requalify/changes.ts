// The two changes that a requalification makes, each in the order in which nothing is lost.
import * as Effect from "effect/Effect"
import { Corpus } from "../../services/corpus/Corpus.ts"
import { DurableAppender } from "../../services/durability/DurableAppender.ts"
import { RejectLog } from "../../services/durability/RejectLog.ts"
import { Journal } from "../../services/journal/Journal.ts"
import type { ConsolidationError } from "../../services/master/Consolidation.ts"
import type { Reject } from "../../services/master/Reject.ts"
import type { StandingRecords } from "../../services/master/StandingRecords.ts"
import type { StandingReject } from "../../services/master/StandingRejects.ts"
import { Qa } from "../../services/qa/Qa.ts"
import { toUsd } from "../../services/spending/Money.ts"
import { isoAfter, nowIso } from "../../services/Time.ts"
import { acceptedRecord, verdictEvent } from "../acceptedRecord.ts"
import { rejectedEnd } from "../rejectedEnd.ts"
import type { Decision, Passing } from "./verdicts.ts"

interface Standing {
  readonly records: StandingRecords
  readonly rejects: ReadonlyMap<string, StandingReject>
  /** Drops the lines that stand no more. Done once, however often it is asked for. */
  readonly dropDead: Effect.Effect<unknown, ConsolidationError>
}

export const makeChanges = Effect.fnUntraced(function*({ dropDead, records, rejects }: Standing) {
  const appender = yield* DurableAppender
  const rejectLog = yield* RejectLog
  const journal = yield* Journal
  const qa = yield* Qa
  const corpus = yield* Corpus

  /** The answer becomes the item's record, newer than whatever stands, under the id of its call. */
  const promote = Effect.fnUntraced(function*(slug: string, { answer, verdict }: Passing) {
    const { id } = answer
    const standsSinceMs = Math.max(
      records.get(slug)?.acceptedAtMs ?? -Infinity,
      rejects.get(slug)?.rejectedAtMs ?? -Infinity
    )
    if (records.hasId(id)) yield* dropDead
    const acceptedAt = yield* isoAfter(standsSinceMs)
    const { runId } = journal
    const acceptance = { runId, acceptedAt, rulesHash: qa.rulesHash }
    yield* appender.append(acceptedRecord(slug, answer, verdict, acceptance)).pipe(
      Effect.onError(() => corpus.withdraw(slug))
    )
    yield* corpus.keep(slug, id)
    yield* journal.note(verdictEvent(slug, id, yield* nowIso, verdict, acceptedAt))
  })

  /** The record stands no more: another answer takes its place, or a reject takes it back. */
  const takeBack = Effect.fnUntraced(function*(
    slug: string,
    { answer, replacement, verdict }: Extract<Decision, { readonly _tag: "Fails" }>
  ) {
    const { cause, findings } = verdict
    const { id } = answer
    // Durable first: it is what tells, for ever, why an accepted piece is in the masters no more.
    yield* journal.write(verdictEvent(slug, id, yield* nowIso, verdict))
    if (replacement !== undefined) return yield* promote(slug, replacement)
    const first = findings[0]?.message ?? "it does not pass QA"
    const reject: Reject = {
      slug,
      cause,
      reason: `accepted before, taken back since: ${first}`,
      findings,
      _meta: {
        id: yield* journal.nextId,
        runId: journal.runId,
        attempts: answer.attempt,
        retries: 0,
        costUsd: toUsd(answer.costNanoUsd),
        rejectedAt: yield* isoAfter(records.get(slug)?.acceptedAtMs ?? -Infinity),
        demotes: id
      }
    }
    yield* rejectLog.append(reject)
    yield* journal.note(rejectedEnd(reject, yield* nowIso))
  })

  return { promote, takeBack }
})
