// One item from row to its settled end: evidence, the ladder of rungs, QA, and the durable line that ends it.
import * as Effect from "effect/Effect"
import { Evidence } from "../../services/evidence/Evidence.ts"
import type { Generated } from "../../services/generation/Generation.ts"
import type { Item } from "../../services/items/Item.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import type { ItemHistory } from "../../services/journal/ItemHistory.ts"
import type { RejectCause } from "../../services/master/Reject.ts"
import type { Finding } from "../../services/qa/Finding.ts"
import { Qa } from "../../services/qa/Qa.ts"
import { callRung } from "./callRung.ts"
import { makeEndings } from "./endings.ts"
import type { ItemOutcome, Progress, RunContext } from "./RunContext.ts"

/** Causes that a stronger model can mend. */
const climbable: ReadonlySet<RejectCause> = new Set(["QaFailed", "Malformed", "Truncated"])

/**
 * Brings the item to its end. `history` is what earlier runs left of it: answers without a verdict are judged first,
 * for nothing; a rejected draft is not bought again but goes up the ladder.
 */
export const settleItem = (item: Item, history: ItemHistory | undefined, context: RunContext) =>
  Effect.gen(function*() {
    const qa = yield* Qa
    const job = yield* CurrentJob
    const endings = yield* makeEndings(item, context)
    const evidence = yield* (yield* Evidence).gather(item)
    const progress: Progress = {
      attempts: history?.attempts ?? 0,
      spentNanoUsd: history?.spentNanoUsd ?? 0,
      rung: 0,
      retake: undefined,
      last: undefined
    }

    /** Climbs after a verdict against the item; answers its end when there is nowhere to climb. */
    const climb = (rung: number, cause: RejectCause, findings: ReadonlyArray<Finding>, draft: string) =>
      Effect.gen(function*() {
        progress.last = { cause, findings }
        const next = job.rungs[rung + 1]
        if (!climbable.has(cause) || next === undefined) {
          return yield* endings.reject(progress, cause, reasonOf(cause, findings), findings)
        }
        progress.rung = rung + 1
        progress.retake = { draft, findings }
        yield* context.emit({
          event: "escalated",
          slug: item.slug,
          toModel: next.model,
          findings: findings.length
        })
        return undefined
      })

    const judge = (generated: Generated) =>
      Effect.gen(function*() {
        const verdict = yield* qa.judge(item, evidence, generated.completion)
        if (verdict._tag === "Accepted") return yield* endings.accept(generated, verdict)
        yield* endings.noteVerdict(generated, verdict)
        return yield* climb(generated.rung, verdict.cause, verdict.findings, generated.completion.text)
      })

    let end: ItemOutcome | undefined
    for (const generated of history?.unjudged ?? []) {
      context.tally.judgedFromJournal++
      end = yield* judge(generated)
      if (end !== undefined) return end
    }
    if (history?.rejection !== undefined && history.unjudged.length === 0) {
      const { rung, cause, findings, draft } = history.rejection
      end = yield* climb(rung, cause, findings, draft)
      if (end !== undefined) return end
    }
    // Only a call needs evidence: an answer that is already paid for was judged above all the same.
    if (evidence.outcome._tag === "NotEnough") {
      return yield* endings.reject(progress, evidence.outcome.cause, evidence.outcome.reason, [])
    }
    while (end === undefined) {
      const tried = yield* callRung(item, evidence, progress, endings, context)
      if (tried._tag !== "Answer") return tried
      progress.attempts = tried.generated.attempt
      progress.spentNanoUsd += tried.generated.costNanoUsd
      end = yield* judge(tried.generated)
    }
    return end
  })

const reasonOf = (cause: RejectCause, findings: ReadonlyArray<Finding>): string => {
  const first = findings[0]
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : ""
  switch (cause) {
    case "Truncated":
      return "the answer was cut off at the output limit; raise maxOutputTokens in inkfast.yaml"
    case "Refused":
      return `the model refused${first === undefined ? "" : `: ${first.message}`}`
    default:
      return first === undefined ? "the answer did not pass QA" : `${first.message}${more}`
  }
}
