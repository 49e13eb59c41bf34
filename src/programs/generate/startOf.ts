// Where the work on an item begins: what was paid for is judged first, for nothing; then it says which rung comes next.
import * as Effect from "effect/Effect"
import type { AppendError } from "../../services/durability/AppendError.ts"
import type { Generated } from "../../services/generation/Generated.ts"
import type { Halted } from "../../services/generation/Generation.ts"
import type { Rung } from "../../services/generation/Rung.ts"
import type { CurrentJob } from "../../services/job/Job.ts"
import type { ItemHistory } from "../../services/journal/ItemHistory.ts"
import type { StandingRecord } from "../../services/master/StandingRecords.ts"
import type { RunContext, Work } from "./RunContext.ts"
import type { JudgeAnswer } from "./settleItem.ts"
import { startAfter } from "./Start.ts"
import type { Start } from "./Start.ts"

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

  const startOf = Effect.fnUntraced(function*(
    work: Work,
    history: ItemHistory | undefined
  ): Effect.fn.Return<Start, AppendError | Halted> {
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
      if (history === undefined) return startAfter(job, takeUp, undefined)
      const highest = yield* judgeAll(work, currentOf(history, rungs, today, record))
      return highest === "Accepted" ? { _tag: "Accepted" } : startAfter(job, takeUp, highest)
    }
    if (history === undefined) return startAfter(job, takeUp, undefined)
    const highest = yield* judgeAll(work, history)
    if (highest === "Accepted") return { _tag: "Accepted" }
    return startAfter(job, takeUp, highest)
  })
  return startOf
}
