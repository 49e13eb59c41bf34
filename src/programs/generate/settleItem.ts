// One item from row to its settled end: evidence, the ladder of rungs, QA, and the durable line that ends it.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Corpus } from "../../services/corpus/Corpus.ts"
import type { AppendError } from "../../services/durability/AppendError.ts"
import { Evidence } from "../../services/evidence/Evidence.ts"
import type { EvidenceBundle } from "../../services/evidence/Evidence.ts"
import { asksOthers, urlFieldsOf } from "../../services/evidence/Wanted.ts"
import type { Generated } from "../../services/generation/Generation.ts"
import { requestHash } from "../../services/generation/RequestHash.ts"
import { wireRequest } from "../../services/generation/WireRequest.ts"
import type { Item } from "../../services/items/Item.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import type { ItemHistory, Rejection } from "../../services/journal/ItemHistory.ts"
import type { RejectCause } from "../../services/master/Reject.ts"
import type { Finding } from "../../services/qa/Finding.ts"
import { held, stopping } from "./callRung.ts"
import type { CallRung } from "./callRung.ts"
import type { Endings } from "./endings.ts"
import { withEvidenceWarnings } from "./evidenceWarnings.ts"
import type { FirstCalls } from "./firstCalls.ts"
import { gatherAnew } from "./gatherAnew.ts"
import { makeVerdictOf } from "./judgeAnswer.ts"
import { overBound } from "./itemBounds.ts"
import { rungAfter, widerLimit } from "./ladder.ts"
import type { PromptFaults } from "./promptFaults.ts"
import type { RunContext, Work } from "./RunContext.ts"
import { makeStartOf } from "./startOf.ts"
import type { TakeUp } from "./TakeUp.ts"

/**
 * Brings the item to its end. `history` is what earlier runs left of it: answers without a verdict are judged first,
 * for nothing; a rejected draft is not bought again but goes up the ladder. `takeUp` says what stands for it so far.
 */
export type SettleItem = (
  item: Item,
  history: ItemHistory | undefined,
  takeUp: TakeUp
) => Effect.Effect<void, AppendError>

/** Accepts the answer, or tells what is held against it. `draftsBefore`: rejected ones of its rung. */
export type JudgeAnswer = (
  work: Work,
  answer: Generated,
  draftsBefore: number
) => Effect.Effect<Rejection | undefined, AppendError>

export const makeSettleItem = Effect.fnUntraced(
  function*(
    context: RunContext,
    endings: Endings,
    { firstCalls, prompts }: {
      readonly firstCalls: FirstCalls
      readonly prompts: PromptFaults
    },
    callRung: CallRung
  ) {
    const { control, emit, places } = context
    const verdictOf = yield* makeVerdictOf
    const corpus = yield* Corpus
    const job = yield* CurrentJob
    const { evidence: settings, holdAtRisk, rungs } = job
    const evidence = yield* Evidence

    // Slow pages do not hold up a run that is stopping: nothing is paid for yet.
    const gather = (item: Item, takeUp: TakeUp): Effect.Effect<EvidenceBundle | undefined> => {
      const gathering = takeUp._tag === "Rejected" && takeUp.way === "regather"
        ? gatherAnew(evidence, urlFieldsOf(settings), emit, item)
        : evidence.gather(item)
      return asksOthers(settings)
        ? Effect.raceFirst(gathering, Effect.as(control.closed, undefined))
        : gathering
    }

    const judge: JudgeAnswer = (work, answer, draftsBefore) =>
      Effect.flatMap(verdictOf(work, answer), (verdict) => {
        if (verdict._tag === "Accepted") {
          const kept = withEvidenceWarnings(verdict, work.evidence)
          return endings.accept(work, answer, kept).pipe(
            Effect.onError(() => corpus.withdraw(work.item.slug)),
            Effect.as(undefined)
          )
        }
        const { cause, findings } = verdict
        const draftsOnRung = Math.max(0, draftsBefore) + (cause === "Truncated" ? 0 : 1)
        const rejection: Rejection = { answer, cause, findings, draftsOnRung }
        return Effect.as(endings.noteVerdict(work.item.slug, answer, verdict), rejection)
      })

    const startOf = makeStartOf(context, job, judge)

    /** Takes the draft to a rung, its own or a higher one. */
    const step = (work: Work, { answer, draftsOnRung, findings }: Rejection, rung: number) => {
      work.findings = findings
      work.rung = rung
      if (rung !== answer.rung) work.outputTokensMax = undefined
      work.draftsOnRung = rung === answer.rung ? draftsOnRung : 0
      work.retake = { draft: answer.completion.text, findings }
      const next = rungs[rung]
      return rung === answer.rung || next === undefined ? Effect.void : emit({
        event: "escalated",
        slug: work.item.slug,
        toModel: next.model,
        findings: findings.length
      })
    }

    /** The same rung, asked the same again with more room. */
    const widen = (work: Work, { answer, draftsOnRung, findings }: Rejection, limit: number) => {
      work.findings = findings
      work.rung = answer.rung
      work.draftsOnRung = draftsOnRung
      work.outputTokensMax = limit
      return emit({
        event: "widened",
        slug: work.item.slug,
        model: rungs[answer.rung]?.model ?? "",
        outputTokensMax: limit
      })
    }

    /** Steps to where the next draft is written; false where the verdict is the item's end. */
    const climb = Effect.fnUntraced(function*(work: Work, rejection: Rejection, mayWiden = true) {
      const { cause, findings } = rejection
      const reason = reasonOf(cause, findings)
      const over = overBound(job, work, yield* Clock.currentTimeMillis)
      if (over !== undefined) {
        yield* endings.reject(work, cause, `${reason}; ${over}`, findings)
        return false
      }
      const wider = mayWiden ? widerLimit(job, rejection) : undefined
      if (wider !== undefined) {
        yield* widen(work, rejection, wider)
        return true
      }
      const rung = rungAfter(job, rejection)
      if (rung !== undefined) {
        yield* step(work, rejection, rung)
        return true
      }
      yield* endings.reject(work, cause, reason, findings)
      return false
    })

    /** In line for its model an item takes no place, and none of its time. */
    const inLine = <A>(work: Work, wait: Effect.Effect<A>): Effect.Effect<A> =>
      Effect.flatMap(Clock.currentTimeMillis, (sinceMs) =>
        Effect.ensuring(
          places.aside(Effect.andThen(
            emit({
              event: "waiting",
              slug: work.item.slug,
              model: rungs[work.rung]?.model ?? ""
            }),
            wait
          )),
          Effect.map(Clock.currentTimeMillis, (nowMs) => {
            work.waitedMs += nowMs - sinceMs
          })
        ))

    /** Whether the next request was answered before: another answer to it would be the same purchase. */
    const isBought = Effect.fnUntraced(function*(work: Work) {
      const rung = rungs[work.rung]
      if (work.bought.size === 0 || rung === undefined) return false
      const rendered = yield* Effect.result(
        job.prompt.render(work.item, work.evidence, work.retake)
      )
      return rendered._tag === "Success" &&
        work.bought.has(requestHash(wireRequest(job, rung, rendered.success, work.outputTokensMax)))
    })

    /** Nothing new can be bought on this rung: on to the next one with the draft, or the item ends as it stood. */
    const passBought = Effect.fnUntraced(function*(work: Work, last: Rejection | undefined) {
      if (work.retake !== undefined && last !== undefined && rungs[work.rung + 1] !== undefined) {
        yield* step(work, last, work.rung + 1)
        return true
      }
      const { takeUp } = work
      const stood = takeUp._tag === "Rejected" ? takeUp.reject : undefined
      const cause = last?.cause ?? stood?.cause ?? "QaFailed"
      const reason = "the request is one that was answered before, and is not paid for twice"
      if (takeUp._tag === "Stale" && last === undefined) {
        yield* endings.keep(work.item.slug, reason)
        return false
      }
      yield* endings.reject(work, cause, reason, last?.findings ?? stood?.findings ?? [])
      return false
    })

    const settle = Effect.fnUntraced(function*(work: Work, history: ItemHistory | undefined) {
      const start = yield* startOf(work, history)
      if (start._tag === "Accepted") return
      if (start._tag === "Kept") return yield* endings.keep(work.item.slug, start.reason)
      let last = start._tag === "Fresh" ? undefined : start.rejection
      if (start._tag === "Redraft") yield* step(work, start.rejection, start.rung)
      if (start._tag === "Climb" && !(yield* climb(work, start.rejection))) return
      if (holdAtRisk && (history?.atRiskNanoUsd ?? 0) > 0) {
        return yield* endings.defer(work.item.slug, "Held", held)
      }
      // Only a call needs evidence: an answer that is already paid for was judged above all the same.
      const { outcome } = work.evidence
      if (outcome._tag === "NotEnough") {
        return yield* endings.reject(work, outcome.cause, outcome.reason, work.findings)
      }
      // Bounded: every turn is one draft more on a rung of so many, or one rung higher.
      for (;;) {
        if (yield* isBought(work)) {
          if (!(yield* passBought(work, last))) return
          continue
        }
        const generated = yield* callRung(work)
        if (generated === "Ended") return
        if (generated === "NoWider") {
          work.outputTokensMax = undefined
          if (last === undefined || !(yield* climb(work, last, false))) return
          continue
        }
        work.attempts = generated.attempt
        work.spentNanoUsd += generated.costNanoUsd
        const { costNanoUsd, rung } = generated
        work.spentByRung.set(rung, (work.spentByRung.get(rung) ?? 0) + costNanoUsd)
        work.bought.add(generated.requestHash)
        last = yield* judge(work, generated, work.draftsOnRung)
        if (last === undefined || !(yield* climb(work, last))) return
      }
    })

    const settleItem: SettleItem = Effect.fnUntraced(function*(item, history, takeUp) {
      // What is paid already is judged, whatever the prompt is like today.
      if (
        history === undefined && ((yield* prompts.meet(item)) || (yield* firstCalls.meet(item)))
      ) {
        return
      }
      const gathered = yield* gather(item, takeUp)
      if (gathered === undefined) return yield* endings.defer(item.slug, "Stopping", stopping)
      const work: Work = {
        item,
        takeUp,
        evidence: gathered,
        admission: {
          isClosed: control.isClosed,
          closed: control.closed,
          aside: (wait) => inLine(work, wait)
        },
        beganAtMs: yield* Clock.currentTimeMillis,
        waitedMs: 0,
        calls: 0,
        attempts: history?.attempts ?? 0,
        spentNanoUsd: history?.spentNanoUsd ?? 0,
        rung: 0,
        draftsOnRung: 0,
        highestRung: -1,
        spentByRung: new Map(history?.spentByRung),
        outputTokensMax: undefined,
        retake: undefined,
        bought: new Set(history?.bought),
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
      return first === undefined
        ? "the model refused to answer"
        : `${first.message}${first.text === "" ? "" : `: ${first.text}`}`
    default:
      return first === undefined ? "the answer did not pass QA" : `${first.message}${more}`
  }
}
