// The calls of one rung: until it answers, waiting between passing failures, or until the item's end is known.
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { AppendError } from "../../services/durability/AppendError.ts"
import type { EvidenceBundle } from "../../services/evidence/Evidence.ts"
import { backoffMs, classify, describe } from "../../services/generation/FailureClass.ts"
import type { LlmReason } from "../../services/generation/Llm.ts"
import { Generation } from "../../services/generation/Generation.ts"
import type { Generated } from "../../services/generation/Generation.ts"
import type { Item } from "../../services/items/Item.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import type { RejectCause } from "../../services/master/Reject.ts"
import type { BudgetReached } from "../../services/spending/Budget.ts"
import { formatUsd } from "../../services/spending/Money.ts"
import type { Endings } from "./endings.ts"
import type { ItemOutcome, Progress, RunContext } from "./RunContext.ts"

/** Items in a row whose attempts ran out while no call of the run was answered: the endpoint is taken for dead. */
const exhaustedItemsMax = 3

/** What one call came to: an answer, the item's end, or the time to wait before the next one. */
type Called =
  | { readonly _tag: "Answer"; readonly generated: Generated }
  | { readonly _tag: "Again"; readonly inMs: number; readonly reason: string }
  | ItemOutcome

/** Calls the rung until it answers or the item's end is known. */
export const callRung = Effect.fnUntraced(function*(
  item: Item,
  evidence: EvidenceBundle,
  progress: Progress,
  endings: Endings,
  context: RunContext
) {
  const generation = yield* Generation
  const { transientAttemptsMax } = yield* CurrentJob
  const answersAtFirst = context.tally.answers

  const failed = (reason: LlmReason, failures: number): Effect.Effect<Called, AppendError> => {
    context.tally.calls++
    progress.attempts++
    const failure = classify(reason)
    const said = describe(reason)
    switch (failure._tag) {
      case "Fatal":
        return Effect.andThen(context.control.stop({ _tag: "Fatal", detail: said }), endings.defer(said))
      case "Hopeless":
        return endings.reject(progress, failure.cause, said, [])
      case "Passing":
        return failures < transientAttemptsMax
          ? Effect.map(Random.next, (random) => ({ _tag: "Again", inMs: backoffMs(reason, failures, random), reason: said }))
          : exhausted(context, endings, progress, failure.cause, said, answersAtFirst)
    }
  }

  for (let failures = 1;; failures++) {
    if (context.control.current() !== null) return yield* endings.defer("the run is stopping")
    const called: Called = yield* generation
      .generate({ item, evidence, rung: progress.rung, attempt: progress.attempts + 1, retake: progress.retake })
      .pipe(
        Effect.map((generated): Called => {
          context.tally.calls++
          context.tally.answers++
          context.tally.exhaustedInARow = 0
          return { _tag: "Answer", generated }
        }),
        Effect.catchTags({
          PromptError: (error): Effect.Effect<Called, AppendError> =>
            endings.reject(progress, "Abandoned", error.message, []),
          BudgetReached: (error) => broke(context, endings, progress, error),
          LlmError: ({ reason }) => failed(reason, failures)
        })
      )
    if (called._tag !== "Again") return called
    yield* context.emit({ event: "retrying", slug: item.slug, reason: called.reason, inMs: called.inMs })
    yield* Effect.raceFirst(Effect.sleep(called.inMs), Effect.asVoid(context.control.stopped))
  }
})

/** The next call does not fit: the item's own budget ends the item, the run's ends the run. */
const broke = (
  context: RunContext,
  endings: Endings,
  progress: Progress,
  error: BudgetReached
): Effect.Effect<ItemOutcome, AppendError> => {
  const detail = `${formatUsd(error.spentNanoUsd)} of ${formatUsd(error.budgetNanoUsd)} is spent, ` +
    `the next call may cost ${formatUsd(error.neededNanoUsd)}`
  return error.scope === "item"
    ? endings.reject(progress, "BudgetExhausted", `the item's budget: ${detail}`, progress.last?.findings ?? [])
    : Effect.andThen(context.control.stop({ _tag: "Budget", detail }), endings.defer("the run's budget is reached"))
}

/** The rung's attempts are used up. Blames the item only if the endpoint answered someone meanwhile. */
const exhausted = (
  context: RunContext,
  endings: Endings,
  progress: Progress,
  cause: RejectCause,
  said: string,
  answersAtFirst: number
): Effect.Effect<ItemOutcome, AppendError> =>
  Effect.suspend((): Effect.Effect<ItemOutcome, AppendError> => {
    if (context.tally.answers > answersAtFirst) return endings.reject(progress, cause, said, [])
    context.tally.exhaustedInARow++
    const dead = context.tally.exhaustedInARow >= exhaustedItemsMax
    return Effect.andThen(
      dead ? context.control.stop({ _tag: "EndpointDead", detail: said }) : Effect.void,
      endings.defer(said)
    )
  })
