// The last look at a piece that passed every rule: the job's judge, where there is one. Its rejection is one like any other.
import * as Effect from "effect/Effect"
import { Corpus } from "../../services/corpus/Corpus.ts"
import type { AppendError } from "../../services/durability/AppendError.ts"
import type { Generated } from "../../services/generation/Generated.ts"
import type { Halted } from "../../services/generation/Generation.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import type { Judged } from "../../services/judge/Judged.ts"
import { ModelJudge } from "../../services/judge/ModelJudge.ts"
import type { Verdict } from "../../services/qa/Qa.ts"
import type { AcceptedVerdict } from "../acceptedRecord.ts"
import { verdictAfter } from "../verdictAfter.ts"
import type { InLine } from "./inLine.ts"
import { leftMs } from "./itemBounds.ts"
import type { RunContext, Work } from "./RunContext.ts"

/** `verdict` is that of the rules. `Halted`: the run closes, and a later one asks. */
export type AskJudge = (
  work: Work,
  answer: Generated,
  verdict: AcceptedVerdict
) => Effect.Effect<Verdict, Halted | AppendError>

export const makeAskJudge = Effect.fnUntraced(function*({ emit }: RunContext, inLine: InLine) {
  const job = yield* CurrentJob
  const corpus = yield* Corpus
  const judge = yield* ModelJudge
  const model = job.judge?.rung.model ?? ""

  const tell = ({ item: { slug } }: Work, judged: Judged): Effect.Effect<void> => {
    if (judged._tag === "NotAsked") return Effect.void
    const note = judged._tag === "Stands" ? judged.note : undefined
    return note?.verdict === "not-judged"
      ? emit({ event: "not-judged", slug, model, reason: note.reason })
      : emit({
        event: "judged",
        slug,
        model,
        score: judged._tag === "Failed" ? judged.score : note?.score ?? 0,
        passed: judged._tag === "Stands"
      })
  }

  const askJudge: AskJudge = (work, answer, verdict) =>
    judge.judge({
      item: work.item,
      evidence: work.evidence,
      answer,
      content: verdict.content,
      opinions: work.opinions,
      mayCall: !work.isHeld,
      admission: { ...work.admission, aside: (wait) => inLine(work, model, wait) },
      leftMs: (nowMs) => leftMs(job, work, nowMs),
      onBought: (opinion) => {
        work.opinions.unshift(opinion)
        work.spentNanoUsd += opinion.answer.costNanoUsd
      }
    }).pipe(
      Effect.tap((judged) => tell(work, judged)),
      // A piece that is not to be accepted counts for no other; nothing of it was written.
      Effect.tap(({ _tag }) => _tag === "Failed" ? corpus.decline(work.item.slug) : Effect.void),
      Effect.onError(() => corpus.decline(work.item.slug)),
      Effect.map((judged) => verdictAfter(verdict, judged))
    )
  return askJudge
})
