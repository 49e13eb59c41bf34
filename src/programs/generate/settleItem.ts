// One item from row to its settled end: evidence, the ladder of rungs, QA, and the durable line that ends it.
import * as Effect from "effect/Effect"
import type { AppendError } from "../../services/durability/AppendError.ts"
import { Evidence } from "../../services/evidence/Evidence.ts"
import type { EvidenceBundle } from "../../services/evidence/Evidence.ts"
import type { Generated } from "../../services/generation/Generation.ts"
import type { Item } from "../../services/items/Item.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import type { ItemHistory } from "../../services/journal/ItemHistory.ts"
import type { RejectCause } from "../../services/master/Reject.ts"
import type { Finding } from "../../services/qa/Finding.ts"
import { Qa } from "../../services/qa/Qa.ts"
import { stopping } from "./callRung.ts"
import type { CallRung } from "./callRung.ts"
import type { Endings } from "./endings.ts"
import type { RunContext, Work } from "./RunContext.ts"

/** Causes that a stronger model can mend. */
const climbable: ReadonlySet<RejectCause> = new Set(["QaFailed", "Malformed", "Truncated"])

/** A verdict against a draft: where the rung above starts. */
type Rejection = NonNullable<ItemHistory["rejection"]>

/**
 * Brings the item to its end. `history` is what earlier runs left of it: answers without a verdict are judged first,
 * for nothing; a rejected draft is not bought again but goes up the ladder.
 */
export type SettleItem = (
  item: Item,
  history: ItemHistory | undefined
) => Effect.Effect<void, AppendError>

export const makeSettleItem = Effect.fnUntraced(
  function*(context: RunContext, endings: Endings, callRung: CallRung) {
    const { control, emit, tally } = context
    const qa = yield* Qa
    const { evidence: { urlFields }, rungs } = yield* CurrentJob
    const evidence = yield* Evidence
    // Slow pages do not hold up a run that is stopping: nothing is paid for yet.
    const gather: (item: Item) => Effect.Effect<EvidenceBundle | undefined> = urlFields.length === 0
      ? evidence.gather
      : (item) => Effect.raceFirst(evidence.gather(item), Effect.as(control.closed, undefined))

    /** Accepts the answer, or tells what is held against it. */
    const judge = (
      work: Work,
      generated: Generated
    ): Effect.Effect<Rejection | undefined, AppendError> =>
      Effect.flatMap(qa.judge(work.item, work.evidence, generated.completion), (verdict) => {
        if (verdict._tag === "Accepted") {
          return Effect.as(endings.accept(work.item.slug, generated, verdict), undefined)
        }
        const { cause, findings } = verdict
        const rejection: Rejection = {
          rung: generated.rung,
          cause,
          findings,
          draft: generated.completion.text
        }
        return Effect.as(endings.noteVerdict(work.item.slug, generated, verdict), rejection)
      })

    /** Steps onto the rung above; false where the verdict is the item's end. */
    const climb = (
      work: Work,
      { cause, draft, findings, rung }: Rejection
    ): Effect.Effect<boolean, AppendError> => {
      work.findings = findings
      const next = rungs[rung + 1]
      if (!climbable.has(cause) || next === undefined) {
        return Effect.as(endings.reject(work, cause, reasonOf(cause, findings), findings), false)
      }
      work.rung = rung + 1
      work.retake = { draft, findings }
      const escalated = {
        event: "escalated",
        slug: work.item.slug,
        toModel: next.model,
        findings: findings.length
      } as const
      return Effect.as(emit(escalated), true)
    }

    /** Judges what earlier runs paid for. Answers the verdict to climb from, if any; `Accepted` when that was the end. */
    const judgeHistory = Effect.fnUntraced(
      function*(work: Work, { rejection, unjudged }: ItemHistory) {
        let highest = rejection
        for (const generated of unjudged) {
          tally.judgedFromJournal++
          const against = yield* judge(work, generated)
          if (against === undefined) return "Accepted"
          if (highest === undefined || against.rung >= highest.rung) highest = against
        }
        return highest
      }
    )

    const settle = Effect.fnUntraced(function*(work: Work, history: ItemHistory | undefined) {
      const before = history === undefined ? undefined : yield* judgeHistory(work, history)
      if (before === "Accepted") return
      if (before !== undefined && !(yield* climb(work, before))) return
      // Only a call needs evidence: an answer that is already paid for was judged above all the same.
      const { outcome } = work.evidence
      if (outcome._tag === "NotEnough") {
        return yield* endings.reject(work, outcome.cause, outcome.reason, work.findings)
      }
      // Bounded: every turn is one rung higher.
      for (;;) {
        const generated = yield* callRung(work)
        if (generated === undefined) return
        work.attempts = generated.attempt
        work.spentNanoUsd += generated.costNanoUsd
        const against = yield* judge(work, generated)
        if (against === undefined || !(yield* climb(work, against))) return
      }
    })

    const settleItem: SettleItem = Effect.fnUntraced(function*(item, history) {
      const gathered = yield* gather(item)
      if (gathered === undefined) return yield* endings.defer(item.slug, stopping)
      const work: Work = {
        item,
        evidence: gathered,
        attempts: history?.attempts ?? 0,
        spentNanoUsd: history?.spentNanoUsd ?? 0,
        rung: 0,
        retake: undefined,
        findings: []
      }
      yield* settle(work, history).pipe(
        // A line of its that no file takes is this item's fault: the files are as they were.
        Effect.catchIf(
          (error) => error.reason === "TooLarge",
          (error) => endings.reject(work, "Abandoned", error.message, [])
        )
      )
    })
    return settleItem
  }
)

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
