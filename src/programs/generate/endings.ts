// The three ways an item leaves a run: accepted, rejected (both durable before anyone hears of it), deferred.
import * as Effect from "effect/Effect"
import { DurableAppender } from "../../services/durability/DurableAppender.ts"
import { RejectLog } from "../../services/durability/RejectLog.ts"
import type { Generated } from "../../services/generation/Generation.ts"
import type { Item } from "../../services/items/Item.ts"
import { Journal } from "../../services/journal/Journal.ts"
import type { RejectCause } from "../../services/master/Reject.ts"
import type { Finding } from "../../services/qa/Finding.ts"
import { Qa } from "../../services/qa/Qa.ts"
import type { Verdict } from "../../services/qa/Qa.ts"
import { toUsd } from "../../services/spending/Money.ts"
import { nowIso } from "../../services/Time.ts"
import type { Progress, RunContext } from "./RunContext.ts"

/** Everything that ends an item shares this much. */
export const makeEndings = (item: Item, context: RunContext) =>
  Effect.gen(function*() {
    const appender = yield* DurableAppender
    const rejects = yield* RejectLog
    const journal = yield* Journal
    const qa = yield* Qa

    const noteVerdict = (generated: Generated, verdict: Verdict) =>
      Effect.flatMap(nowIso, (at) =>
        journal.note({
          _tag: "verdict",
          slug: item.slug,
          id: generated.id,
          at,
          accepted: verdict._tag === "Accepted",
          cause: verdict._tag === "Accepted" ? null : verdict.cause,
          findings: verdict._tag === "Accepted" ? verdict.warnings : verdict.findings
        }))

    /** Durable in both masters first; only then does anyone hear of it. */
    const accept = (generated: Generated, verdict: Extract<Verdict, { readonly _tag: "Accepted" }>) =>
      Effect.gen(function*() {
        yield* appender.append({
          slug: item.slug,
          content: verdict.content,
          meta: {
            id: generated.id,
            runId: journal.runId,
            model: generated.model,
            rung: generated.rung,
            attempt: generated.attempt,
            promptHash: generated.promptHash,
            schemaHash: generated.schemaHash,
            evidenceHash: generated.evidenceHash,
            usage: generated.completion.usage,
            costUsd: toUsd(generated.costNanoUsd),
            acceptedAt: yield* nowIso,
            qa: { rules: qa.rulesHash, warnings: verdict.warnings }
          }
        })
        yield* noteVerdict(generated, verdict)
        yield* context.emit({
          event: "accepted",
          slug: item.slug,
          id: generated.id,
          model: generated.model,
          rung: generated.rung,
          attempt: generated.attempt,
          costUsd: toUsd(generated.costNanoUsd)
        })
        return { _tag: "Accepted", rung: generated.rung } as const
      })

    const reject = (progress: Progress, cause: RejectCause, reason: string, findings: ReadonlyArray<Finding>) =>
      Effect.gen(function*() {
        yield* rejects.append({
          slug: item.slug,
          cause,
          reason,
          findings,
          _meta: {
            id: yield* journal.nextId,
            runId: journal.runId,
            attempts: progress.attempts,
            costUsd: toUsd(progress.spentNanoUsd),
            rejectedAt: yield* nowIso
          }
        })
        yield* context.emit({ event: "rejected", slug: item.slug, cause, reason, findings })
        return { _tag: "Rejected", cause } as const
      })

    const defer = (reason: string) =>
      Effect.as(
        context.emit({ event: "deferred", slug: item.slug, reason }),
        { _tag: "Deferred", reason } as const
      )

    return { noteVerdict, accept, reject, defer }
  })

export type Endings = Effect.Success<ReturnType<typeof makeEndings>>
