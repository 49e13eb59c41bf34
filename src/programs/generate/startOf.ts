// Where the work on an item begins: what was paid for is judged first, for nothing; then it says which rung comes next.
import * as Effect from "effect/Effect"
import type { AppendError } from "../../services/durability/AppendError.ts"
import type { Generated, Rung } from "../../services/generation/Generation.ts"
import type { CurrentJob } from "../../services/job/Job.ts"
import type { ItemHistory, Rejection } from "../../services/journal/ItemHistory.ts"
import type { StandingRecord } from "../../services/master/StandingRecords.ts"
import { isMendable, rungAfter } from "./ladder.ts"
import type { RunContext, Work } from "./RunContext.ts"
import type { JudgeAnswer } from "./settleItem.ts"

export type Start =
  /** An answer that was there already passed: the item has its end. */
  | { readonly _tag: "Accepted" }
  /** Nothing of what the stale record was written from has changed after all, or a renewal came to its end before. */
  | { readonly _tag: "Kept"; readonly reason: string }
  /** The base model's first draft. */
  | { readonly _tag: "Fresh" }
  /** On from the draft by the rules of the ladder. */
  | { readonly _tag: "Climb"; readonly rejection: Rejection }
  /** From the draft on this rung, whatever the ladder says. */
  | { readonly _tag: "Redraft"; readonly rejection: Rejection; readonly rung: number }

const fresh: Start = { _tag: "Fresh" }

type Hashes = Pick<Generated, "promptHash" | "schemaHash" | "evidenceHash">

const hasHashes = (today: Hashes, of: { readonly [K in keyof Hashes]: string | undefined }) =>
  today.promptHash === of.promptHash && today.schemaHash === of.schemaHash &&
  today.evidenceHash === of.evidenceHash

/** What of the history was written from what a renewal would be written from. */
const currentOf = (
  { rejection, ...history }: ItemHistory,
  rungs: ReadonlyArray<Rung>,
  today: Hashes,
  record: StandingRecord
): ItemHistory => {
  const isCurrent = (answer: Generated): boolean =>
    hasHashes(today, answer) && rungs[answer.rung]?.model === answer.requestedModel
  return {
    ...history,
    // An answer that has had its record is not given another one.
    unjudged: history.unjudged.filter((answer) =>
      answer.id !== record.id && !history.acceptedIds.has(answer.id) && isCurrent(answer)
    ),
    rejection: rejection !== undefined && isCurrent(rejection.answer) ? rejection : undefined
  }
}

export const makeStartOf = (
  { tally }: RunContext,
  job: Pick<CurrentJob["Service"], "climbOn" | "outputSchema" | "prompt" | "rungs">,
  judge: JudgeAnswer
) => {
  const { rungs } = job

  /** Judges what earlier runs paid for. Answers the verdict to go on from, if any; `Accepted` when that was the end. */
  const judgeHistory = Effect.fnUntraced(
    function*(work: Work, { rejection, unjudged }: ItemHistory) {
      const drafts = new Map<number, number>()
      if (rejection !== undefined) drafts.set(rejection.answer.rung, rejection.draftsOnRung)
      let highest = rejection
      for (const answer of unjudged) {
        tally.judgedFromJournal++
        const against = yield* judge(work, answer, drafts.get(answer.rung) ?? 0)
        if (against === undefined) return "Accepted"
        drafts.set(answer.rung, against.draftsOnRung)
        if (highest === undefined || answer.rung >= highest.answer.rung) highest = against
      }
      return highest
    }
  )

  /** The same; a draft that was rejected is judged again where nothing came after it: the rules may have changed since. */
  const judgeAll = Effect.fnUntraced(function*(work: Work, history: ItemHistory) {
    const highest = yield* judgeHistory(work, history)
    if (highest === undefined || highest === "Accepted" || highest !== history.rejection) {
      return highest
    }
    tally.judgedFromJournal++
    return (yield* judge(work, highest.answer, highest.draftsOnRung - 1)) ?? "Accepted"
  })

  const climbFrom = (rejection: Rejection | undefined): Start =>
    rejection === undefined ? fresh : { _tag: "Climb", rejection }

  /** A reject is taken up again: there is no end without another try. */
  const again = (rejection: Rejection, isRedraft: boolean): Start => {
    if (!isRedraft && rungAfter(job, rejection) !== undefined) return climbFrom(rejection)
    if (!isMendable(job, rejection.cause)) return fresh
    const rung = Math.min(rejection.answer.rung, rungs.length - 1)
    // The attempts of its rung are used up: this is one more, and counts from there.
    return { _tag: "Redraft", rejection: { ...rejection, draftsOnRung: 0 }, rung }
  }

  const startOf = Effect.fnUntraced(function*(
    work: Work,
    history: ItemHistory | undefined
  ): Effect.fn.Return<Start, AppendError> {
    const { evidence, takeUp } = work
    if (takeUp._tag === "Stale") {
      const { record } = takeUp
      const today = {
        promptHash: job.prompt.hash,
        schemaHash: job.outputSchema.hash,
        evidenceHash: evidence.hash
      }
      const isKnown = rungs.some(({ model }) => model === record.requestedModel)
      if (isKnown && hasHashes(today, record)) {
        return { _tag: "Kept", reason: "what it was written from has not changed" }
      }
      if (history === undefined) return fresh
      const highest = yield* judgeAll(work, currentOf(history, rungs, today, record))
      return highest === "Accepted" ? { _tag: "Accepted" } : climbFrom(highest)
    }
    if (history === undefined) return fresh
    const highest = yield* judgeAll(work, history)
    if (highest === "Accepted") return { _tag: "Accepted" }
    if (takeUp._tag === "Pending" || highest === undefined) return climbFrom(highest)
    return again(highest, takeUp.way === "redraft")
  })
  return startOf
}
