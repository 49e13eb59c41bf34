// The moves of an item on the ladder: with its rejected draft to another try or another rung, or to its end.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { AppendError } from "../../services/durability/AppendError.ts"
import { requestHash } from "../../services/generation/RequestHash.ts"
import { wireRequest } from "../../services/generation/WireRequest.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import type { Rejection } from "../../services/journal/ItemHistory.ts"
import type { RejectCause } from "../../services/master/Reject.ts"
import { placed } from "../../services/qa/Finding.ts"
import type { Finding } from "../../services/qa/Finding.ts"
import type { Endings } from "./endings.ts"
import { overBound } from "./itemBounds.ts"
import { rungAfter, widerLimit } from "./ladder.ts"
import type { RunContext, Work } from "./RunContext.ts"

export interface Moves {
  /** Takes the draft to a rung, its own or a higher one. */
  readonly step: (work: Work, rejection: Rejection, rung: number) => Effect.Effect<void>
  /** To where the next draft is written; false where the verdict is the item's end. */
  readonly climb: (
    work: Work,
    rejection: Rejection,
    mayWiden?: boolean
  ) => Effect.Effect<boolean, AppendError>
  /** Whether the next request was answered before: another answer to it would be the same purchase. */
  readonly isBought: (work: Work) => Effect.Effect<boolean>
  /** Past a rung on which nothing new can be bought; false where the item ends, as it stood. */
  readonly passBought: (
    work: Work,
    last: Rejection | undefined
  ) => Effect.Effect<boolean, AppendError>
}

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
      return first === undefined
        ? "the answer did not pass QA"
        : `${first.field === "" ? "" : `${placed(first)}: `}${first.message}${more}`
  }
}

export const makeMoves = Effect.fnUntraced(function*({ emit }: RunContext, endings: Endings) {
  const job = yield* CurrentJob
  const { rungs } = job

  const step: Moves["step"] = (work, { answer, draftsOnRung, findings }, rung) => {
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

  const moves: Moves = {
    step,
    climb: Effect.fnUntraced(function*(work, rejection, mayWiden = true) {
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
    }),
    isBought: Effect.fnUntraced(function*(work) {
      const rung = rungs[work.rung]
      if (work.bought.size === 0 || rung === undefined) return false
      const rendered = yield* Effect.result(
        job.prompt.render(work.item, work.evidence, work.retake)
      )
      return rendered._tag === "Success" &&
        work.bought.has(requestHash(wireRequest(job, rung, rendered.success, work.outputTokensMax)))
    }),
    passBought: Effect.fnUntraced(function*(work, last) {
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
  }
  return moves
})
