// The three ways an item leaves a run: accepted, rejected (both durable before anyone hears of it), deferred.
//
// What makes an end durable, what counts it and what tells of it is one step that no interruption divides: else the
// masters would hold a record that the run's report takes for pending (I9).
import * as Effect from "effect/Effect"
import { Corpus } from "../../services/corpus/Corpus.ts"
import type { AppendError } from "../../services/durability/AppendError.ts"
import { DurableAppender } from "../../services/durability/DurableAppender.ts"
import { RejectLog } from "../../services/durability/RejectLog.ts"
import type { Generated } from "../../services/generation/Generated.ts"
import { Journal } from "../../services/journal/Journal.ts"
import type { Reject, RejectCause } from "../../services/master/Reject.ts"
import type { Finding } from "../../services/qa/Finding.ts"
import { Qa } from "../../services/qa/Qa.ts"
import type { Verdict } from "../../services/qa/Qa.ts"
import { toUsd } from "../../services/spending/Money.ts"
import { isoAfter, nowIso } from "../../services/Time.ts"
import { acceptedRecord, verdictEvent } from "../acceptedRecord.ts"
import type { AcceptedVerdict } from "../acceptedRecord.ts"
import type { DeferCause } from "./DeferCause.ts"
import { rejectedEnd } from "../rejectedEnd.ts"
import type { RunContext, Work } from "./RunContext.ts"
import { standsSinceMs } from "./TakeUp.ts"
import type { Upkeep } from "./upkeep.ts"

export interface Endings {
  /** Queues the verdict for the journal; one that is lost is given again for nothing. */
  readonly noteVerdict: (
    slug: string,
    generated: Generated,
    verdict: Verdict
  ) => Effect.Effect<void>
  /** Durable in both masters first; only then does anyone hear of it. */
  readonly accept: (
    work: Work,
    generated: Generated,
    verdict: AcceptedVerdict
  ) => Effect.Effect<void, AppendError>
  /** The item's end without a record; a stale record that stands goes on standing, and no reject is written. */
  readonly reject: (
    work: Work,
    cause: RejectCause,
    reason: string,
    findings: ReadonlyArray<Finding>
  ) => Effect.Effect<void, AppendError>
  /** A stale record goes on standing. */
  readonly keep: (slug: string, reason: string) => Effect.Effect<void>
  /** The item stays as it is. */
  readonly defer: (slug: string, cause: DeferCause, reason: string) => Effect.Effect<void>
}

export const makeEndings = Effect.fnUntraced(
  function*({ emit, tally }: RunContext, upkeep: Upkeep) {
    const appender = yield* DurableAppender
    const rejects = yield* RejectLog
    const journal = yield* Journal
    const qa = yield* Qa
    const corpus = yield* Corpus

    const noteVerdict: Endings["noteVerdict"] = (slug, { id }, verdict) =>
      Effect.flatMap(nowIso, (at) => journal.note(verdictEvent(slug, id, at, verdict)))

    const accept: Endings["accept"] = ({ item: { slug }, takeUp }, generated, verdict) =>
      Effect.uninterruptible(Effect.gen(function*() {
        const { attempt, id, model, rung } = generated
        const acceptedAt = yield* isoAfter(standsSinceMs(takeUp))
        const acceptance = { runId: journal.runId, acceptedAt, rulesHash: qa.rulesHash }
        const record = acceptedRecord(slug, generated, verdict, acceptance)
        yield* appender.append(record)
        yield* corpus.keep(slug, id)
        const acceptedNow = ++tally.accepted
        if (takeUp._tag === "Stale") tally.renewed++
        if (takeUp._tag === "Rejected") tally.retried++
        const onRung = tally.rungs[rung]
        if (onRung !== undefined) onRung.accepted++
        yield* journal.note(verdictEvent(slug, id, yield* nowIso, verdict, acceptedAt))
        const { costUsd } = record.meta
        yield* emit({ event: "accepted", slug, id, model, rung, attempt, costUsd })
        yield* upkeep.accepted(acceptedNow, takeUp._tag !== "Pending")
      }))

    const keep = Effect.fnUntraced(function*(
      slug: string,
      cause: RejectCause | null,
      reason: string
    ) {
      tally.kept++
      const [id, at] = [yield* journal.nextId, yield* nowIso]
      yield* journal.note({ _tag: "end", slug, id, at, outcome: "kept", cause, reason })
      yield* emit({
        event: "kept",
        slug,
        reason: cause === null ? reason : `${cause}: ${reason}`
      })
    }, Effect.uninterruptible)

    const rejectOne = Effect.fnUntraced(function*(reject: Reject, isRetried: boolean) {
      const { cause, findings, missCause, reason, slug } = reject
      yield* rejects.append(reject)
      upkeep.rejected(isRetried)
      tally.rejected++
      if (isRetried) tally.retried++
      tally.rejectedByCause.set(cause, (tally.rejectedByCause.get(cause) ?? 0) + 1)
      yield* journal.note(rejectedEnd(reject, yield* nowIso))
      const causes = missCause === undefined ? { cause } : { cause, missCause }
      yield* emit({ event: "rejected", slug, ...causes, reason, findings })
    }, Effect.uninterruptible)

    const reject: Endings["reject"] = Effect.fnUntraced(function*(work, cause, reason, findings) {
      const { attempts, evidence: { outcome }, item: { slug }, spentNanoUsd, takeUp } = work
      if (takeUp._tag === "Stale") return yield* keep(slug, cause, reason)
      const before = takeUp._tag === "Rejected" ? takeUp.reject : undefined
      const missCause = outcome._tag === "NotEnough" && outcome.cause === cause
        ? outcome.missCause
        : undefined
      yield* rejectOne({
        slug,
        cause,
        ...(missCause === undefined ? {} : { missCause }),
        reason,
        findings,
        _meta: {
          id: yield* journal.nextId,
          runId: journal.runId,
          // Journals may have been removed since.
          attempts: Math.max(attempts, before?.attempts ?? 0),
          retries: before === undefined ? 0 : before.retries + 1,
          costUsd: Math.max(toUsd(spentNanoUsd), before?.costUsd ?? 0),
          rejectedAt: yield* isoAfter(standsSinceMs(takeUp))
        }
      }, before !== undefined)
    })

    const endings: Endings = {
      noteVerdict,
      accept,
      reject,
      keep: (slug, reason) => keep(slug, null, reason),
      defer: (slug, cause, reason) =>
        Effect.suspend(() => {
          tally.deferredByCause.set(cause, (tally.deferredByCause.get(cause) ?? 0) + 1)
          return emit({ event: "deferred", slug, cause, reason })
        })
    }
    return endings
  }
)
