// One item from row to its settled end: evidence, the ladder of rungs, QA, and the durable line that ends it.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Corpus } from "../../services/corpus/Corpus.ts"
import type { AppendError } from "../../services/durability/AppendError.ts"
import { bundle } from "../../services/evidence/Bundle.ts"
import type { EvidenceBundle } from "../../services/evidence/Evidence.ts"
import type { Generated } from "../../services/generation/Generated.ts"
import type { Halted } from "../../services/generation/Generation.ts"
import type { Item } from "../../services/items/Item.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import type { ItemHistory, Rejection } from "../../services/journal/ItemHistory.ts"
import { held, stopping } from "./DeferCause.ts"
import { makeAskJudge } from "./askJudge.ts"
import type { CallRung } from "./callRung.ts"
import type { Endings } from "./endings.ts"
import { withEvidenceWarnings } from "./evidenceWarnings.ts"
import type { FirstCalls } from "./firstCalls.ts"
import { makeGather } from "./gather.ts"
import { makeInLine } from "./inLine.ts"
import { makeVerdictOf } from "./judgeAnswer.ts"
import { overTime } from "./itemBounds.ts"
import { makeMoves } from "./moves.ts"
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

/**
 * Accepts the answer, or tells what is held against it. `draftsBefore`: rejected ones of its rung. `Halted`: the run
 * closes before the answer is judged.
 */
export type JudgeAnswer = (
  work: Work,
  answer: Generated,
  draftsBefore: number
) => Effect.Effect<Rejection | undefined, AppendError | Halted>

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
    const { control } = context
    const verdictOf = yield* makeVerdictOf
    const corpus = yield* Corpus
    const job = yield* CurrentJob
    const { holdAtRisk, rungs } = job
    const gather = yield* makeGather(context)
    const { climb, isBought, passBought, step } = yield* makeMoves(context, endings)
    const inLine = makeInLine(context)
    const askJudge = yield* makeAskJudge(context, inLine)
    const none = bundle([], [], [], job.evidence)

    const judge: JudgeAnswer = Effect.fnUntraced(function*(work, answer, draftsBefore) {
      const ruled = yield* verdictOf(work, answer)
      const verdict = ruled._tag === "Accepted" ? yield* askJudge(work, answer, ruled) : ruled
      if (verdict._tag === "Accepted") {
        const kept = withEvidenceWarnings(verdict, work.evidence)
        yield* Effect.onError(
          endings.accept(work, answer, kept),
          () => corpus.withdraw(work.item.slug)
        )
        return undefined
      }
      const { cause, findings } = verdict
      const draftsOnRung = Math.max(0, draftsBefore) + (cause === "Truncated" ? 0 : 1)
      const rejection: Rejection = { answer, cause, findings, draftsOnRung }
      yield* endings.noteVerdict(work.item.slug, answer, verdict)
      return rejection
    })

    const startOf = makeStartOf(context, job, judge)

    const settle = Effect.fnUntraced(function*(work: Work, history: ItemHistory | undefined) {
      const start = yield* startOf(work, history)
      if (start._tag === "Accepted") return
      if (start._tag === "Kept") return yield* endings.keep(work.item.slug, start.reason)
      let last = start._tag === "Fresh" ? undefined : start.rejection
      if (start._tag === "Redraft") yield* step(work, start.rejection, start.rung)
      if (start._tag === "Climb" && !(yield* climb(work, start.rejection))) return
      if (work.isHeld) {
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

    const newWork = (
      item: Item,
      takeUp: TakeUp,
      history: ItemHistory | undefined,
      beganAtMs: number,
      evidence: EvidenceBundle
    ): Work => {
      const work: Work = {
        item,
        takeUp,
        evidence,
        admission: {
          isClosed: control.isClosed,
          closed: control.closed,
          aside: (wait) => inLine(work, rungs[work.rung]?.model ?? "", wait)
        },
        beganAtMs,
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
        opinions: [...history?.opinions ?? []],
        isHeld: holdAtRisk && (history?.atRiskNanoUsd ?? 0) > 0,
        findings: []
      }
      return work
    }

    const settleItem: SettleItem = Effect.fnUntraced(function*(item, history, takeUp) {
      // What is paid already is judged, whatever the prompt is like today.
      if (
        history === undefined && ((yield* prompts.meet(item)) || (yield* firstCalls.meet(item)))
      ) {
        return
      }
      const beganAtMs = yield* Clock.currentTimeMillis
      const gathered = yield* gather(item, takeUp)
      if (gathered === "Stopping") return yield* endings.defer(item.slug, "Stopping", stopping)
      if (gathered === "TooLate") {
        const reason = `its evidence: ${overTime(job)}`
        // An answer that is paid for and not judged waits for a run with its evidence.
        return yield* (history?.unjudged.length ?? 0) > 0
          ? endings.defer(item.slug, "Failed", reason)
          : endings.reject(newWork(item, takeUp, history, beganAtMs, none), "Timeout", reason, [])
      }
      const work = newWork(item, takeUp, history, beganAtMs, gathered)
      yield* settle(work, history).pipe(
        // What is paid for waits in the journal for a run that judges it.
        Effect.catchTag("Halted", () => endings.defer(item.slug, "Stopping", stopping)),
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
