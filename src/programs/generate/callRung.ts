// The calls of one rung: until it answers, waiting between passing failures, or until the item's end is known.
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { AppendError } from "../../services/durability/AppendError.ts"
import { backoffMs, classify, describe } from "../../services/generation/FailureClass.ts"
import type { FailureClass } from "../../services/generation/FailureClass.ts"
import { Generation } from "../../services/generation/Generation.ts"
import type { Generated } from "../../services/generation/Generation.ts"
import { mayBeBilled } from "../../services/generation/Llm.ts"
import type { LlmReason } from "../../services/generation/Llm.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import type { BudgetReached } from "../../services/spending/Budget.ts"
import { formatUsd } from "../../services/spending/Money.ts"
import type { Endings } from "./endings.ts"
import type { RunContext, Work } from "./RunContext.ts"
import type { Suspects } from "./suspects.ts"

/** What one call came to. `Ended`: the item has its end, or will have it without another call. */
type Called = Generated | "Again" | "Ended"

/** Why an item is put off once the run stops. */
export const stopping = "the run is stopping"

/** Why an item is put off when calls at risk are not to be made again. */
export const held = "held: a call of its may have been billed and has no answer; " +
  "without --hold-at-risk it is made again"

/** Calls the item's rung until it answers; undefined when the item has ended instead. */
export type CallRung = (work: Work) => Effect.Effect<Generated | undefined, AppendError>

const hopeless: FailureClass = { _tag: "Hopeless", cause: "Abandoned" }

export const makeCallRung = Effect.fnUntraced(
  function*(context: RunContext, endings: Endings, suspects: Suspects) {
    const generation = yield* Generation
    const { holdAtRisk, transientAttemptsMax } = yield* CurrentJob
    const { control, emit, purse, tally } = context

    const ended = <E>(ending: Effect.Effect<void, E>): Effect.Effect<Called, E> =>
      Effect.as(ending, "Ended")

    /** Blames the item only if the endpoint answered someone since then; else the next answer will tell. */
    const blame = (work: Work, failure: FailureClass, reason: string, answersThen: number) => {
      if (failure._tag === "Fatal") {
        const stop = control.stop({ _tag: "Fatal", detail: reason })
        return ended(Effect.andThen(stop, endings.defer(work.item.slug, reason)))
      }
      return ended(
        tally.answers > answersThen
          ? endings.reject(work, failure.cause, reason, work.findings)
          : suspects.add({ work, failure, reason })
      )
    }

    const waitAndTry = (work: Work, reason: LlmReason, failures: number) =>
      Effect.gen(function*(): Effect.fn.Return<Called> {
        const inMs = backoffMs(reason, failures, yield* Random.next)
        yield* emit({ event: "retrying", slug: work.item.slug, reason: describe(reason), inMs })
        yield* Effect.raceFirst(Effect.sleep(inMs), control.closed)
        return "Again"
      })

    const failed = (work: Work, reason: LlmReason, failures: number, answersAtFirst: number) => {
      work.attempts++
      if (holdAtRisk && mayBeBilled(reason)) return ended(endings.defer(work.item.slug, held))
      const failure = classify(reason)
      if (failure._tag === "Passing" && failures < transientAttemptsMax) {
        return waitAndTry(work, reason, failures)
      }
      // A passing failure is the item's own if others were answered meanwhile, a hopeless one if anyone ever was.
      return blame(work, failure, describe(reason), failure._tag === "Passing" ? answersAtFirst : 0)
    }

    /** The next call does not fit: the item's own budget ends the item, any other puts it off. */
    const broke = (work: Work, error: BudgetReached) => {
      const detail =
        `${formatUsd(error.spentNanoUsd)} of ${formatUsd(error.budgetNanoUsd)} is spent, ` +
        `the next call may cost ${formatUsd(error.neededNanoUsd)}`
      return ended<AppendError>(
        error.scope === "item"
          ? endings.reject(work, "BudgetExhausted", `the item's budget: ${detail}`, work.findings)
          : Effect.andThen(
            purse.refused(error),
            endings.defer(work.item.slug, error.message)
          )
      )
    }

    const callOnce = (
      work: Work,
      failures: number,
      answersAtFirst: number
    ): Effect.Effect<Called, AppendError> =>
      generation.generate({
        item: work.item,
        evidence: work.evidence,
        rung: work.rung,
        attempt: work.attempts + 1,
        retake: work.retake,
        admission: control
      }).pipe(
        Effect.tap(() => {
          tally.answers++
          return suspects.answered
        }),
        Effect.catchTags({
          Halted: () => ended(endings.defer(work.item.slug, stopping)),
          PromptError: (error) => blame(work, hopeless, error.message, 0),
          BudgetReached: (error) => broke(work, error),
          LlmError: ({ reason }) => failed(work, reason, failures, answersAtFirst)
        })
      )

    const callRung: CallRung = Effect.fnUntraced(function*(work) {
      const answersAtFirst = tally.answers
      // Bounded by `transientAttemptsMax`.
      for (let failures = 1;; failures++) {
        const called: Called = yield* callOnce(work, failures, answersAtFirst)
        if (called === "Ended") return undefined
        if (called !== "Again") return called
      }
    })
    return callRung
  }
)
