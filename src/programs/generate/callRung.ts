// The calls of one rung: until it answers, waiting between passing failures, or until the item's end is known.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { AppendError } from "../../services/durability/AppendError.ts"
import { Generation } from "../../services/generation/Generation.ts"
import type { Generated } from "../../services/generation/Generated.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import { excerpt } from "../../services/qa/Finding.ts"
import { ended } from "./Called.ts"
import type { Called } from "./Called.ts"
import { makeCallFailed } from "./callFailure.ts"
import { makeCallMoney } from "./callMoney.ts"
import { stopping } from "./DeferCause.ts"
import type { Endings } from "./endings.ts"
import type { FirstCalls } from "./firstCalls.ts"
import { leftMs, overTime } from "./itemBounds.ts"
import type { Outages } from "./outages.ts"
import type { PromptFaults } from "./promptFaults.ts"
import type { RunContext, Work } from "./RunContext.ts"
import type { Suspects } from "./suspects.ts"
import { newTries } from "./Tries.ts"
import type { Tries } from "./Tries.ts"

/** Calls the item's rung until it answers, or the item has ended instead. */
export type CallRung = (work: Work) => Effect.Effect<Exclude<Called, "Again">, AppendError>

/**
 * So many answers of a model that are no completions, and none between them that is: no model is behind the address.
 * The journal has them, and a later run judges them.
 */
const unreadableInARowMax = 5

const notCompletions = ({ completion }: Generated): string =>
  `its answers are no chat completions: ${excerpt(completion.text)}; check the base URL`

export const makeCallRung = Effect.fnUntraced(
  function*(
    context: RunContext,
    endings: Endings,
    { firstCalls, outages, prompts, suspects }: {
      readonly firstCalls: FirstCalls
      readonly outages: Outages
      readonly prompts: PromptFaults
      readonly suspects: Suspects
    }
  ) {
    const generation = yield* Generation
    const job = yield* CurrentJob
    const { control, tally } = context
    const callFailed = yield* makeCallFailed(context, endings, { outages, suspects })
    const { broke, shareUsed } = makeCallMoney(context, endings, firstCalls)
    /** Answers of each model that were no completions, since the last one that was. */
    const unreadable = new Map<string, number>()

    /** The rung is called for the item, whatever comes of it. */
    const wasCalled = (work: Work): void => {
      const onRung = tally.rungs[work.rung]
      if (work.rung > work.highestRung && onRung !== undefined) onRung.items++
      work.highestRung = Math.max(work.highestRung, work.rung)
    }

    const answered = (work: Work, generated: Generated): Effect.Effect<Called, AppendError> => {
      wasCalled(work)
      tally.answers++
      work.calls++
      const onRung = tally.rungs[work.rung]
      if (onRung !== undefined) {
        onRung.answers++
        onRung.spentNanoUsd += generated.costNanoUsd
      }
      const inARow = generated.completion.finish === "unreadable"
        ? (unreadable.get(generated.requestedModel) ?? 0) + 1
        : 0
      unreadable.set(generated.requestedModel, inARow)
      if (inARow === 0) return Effect.as(suspects.answered(work), generated)
      return inARow < unreadableInARowMax
        ? Effect.succeed(generated)
        : ended(outages.begin(work, notCompletions(generated)))
    }

    /** Nothing was sent: the run stops, or the call waited for a model that is out. */
    const halted = (work: Work): Effect.Effect<Called> =>
      control.isClosed()
        ? ended(endings.defer(work.item.slug, "Stopping", stopping))
        : Effect.succeed("Again")

    const callOnce = (
      work: Work,
      tries: Tries,
      withinMs: number
    ): Effect.Effect<Called, AppendError> =>
      generation.generate({
        item: work.item,
        evidence: work.evidence,
        rung: work.rung,
        attempt: work.attempts + 1,
        retake: work.retake,
        outputTokensMax: work.outputTokensMax,
        rungSpentNanoUsd: work.spentByRung.get(work.rung) ?? 0,
        withinMs,
        admission: work.admission
      }).pipe(
        Effect.flatMap((generated) => answered(work, generated)),
        Effect.catchTags({
          Halted: () => halted(work),
          PromptError: (error) => ended(prompts.putOff(work.item, error)),
          BudgetReached: (error) => broke(work, error),
          ShareReached: (error) => shareUsed(work, error),
          LlmError: ({ reason }) => {
            wasCalled(work)
            return callFailed(work, reason, tries)
          }
        })
      )

    const callRung: CallRung = Effect.fnUntraced(function*(work) {
      const tries = newTries(tally, work, yield* Clock.currentTimeMillis)
      // Bounded by attempts and by time.
      for (;;) {
        if (yield* outages.meet(work)) return "Ended"
        const withinMs = leftMs(job, work, yield* Clock.currentTimeMillis)
        if (withinMs <= 0) {
          yield* endings.reject(work, "Timeout", overTime(job), work.findings)
          return "Ended"
        }
        const called: Called = yield* callOnce(work, tries, withinMs)
        if (called !== "Again") return called
      }
    })
    return callRung
  }
)
