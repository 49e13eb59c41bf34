// The calls of one rung: until it answers, waiting between passing failures, or until the item's end is known.
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { AppendError } from "../../services/durability/AppendError.ts"
import { backoffMs, classify, describe } from "../../services/generation/FailureClass.ts"
import type { FailureClass } from "../../services/generation/FailureClass.ts"
import { Generation } from "../../services/generation/Generation.ts"
import type { Generated } from "../../services/generation/Generation.ts"
import type { ModelHealth } from "../../services/generation/limits/ModelLimits.ts"
import { mayBeBilled } from "../../services/generation/Llm.ts"
import type { LlmReason } from "../../services/generation/Llm.ts"
import type { ShareReached } from "../../services/generation/RungShares.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import { excerpt } from "../../services/qa/Finding.ts"
import type { BudgetReached } from "../../services/spending/Budget.ts"
import { formatUsd } from "../../services/spending/Money.ts"
import type { Endings } from "./endings.ts"
import type { FirstCalls } from "./firstCalls.ts"
import { overBound } from "./itemBounds.ts"
import type { Outages } from "./outages.ts"
import type { PromptFaults } from "./promptFaults.ts"
import { answersOf } from "./RunContext.ts"
import type { RunContext, Work } from "./RunContext.ts"
import type { Suspects } from "./suspects.ts"

/**
 * What one call came to. `Ended`: the item has its end, or will have it without another call. `NoWider`: the wider
 * limit that was asked for is not to be had, since it does not fit the item's budget or the server refuses it.
 */
type Called = Generated | "Again" | "Ended" | "NoWider"

/** Why an item is put off once the run stops. */
export const stopping = "the run is stopping"

/** Why an item is put off whose call does not fit the budget of the run, or of the data directory. */
const budgetReached = "its next call does not fit the budget"

/** Why an item is put off when calls at risk are not to be made again. */
export const held = "held: a call of its may have been billed and has no answer; " +
  "without --hold-at-risk it is made again"

/** Calls the item's rung until it answers, or the item has ended instead. */
export type CallRung = (work: Work) => Effect.Effect<Exclude<Called, "Again">, AppendError>

/**
 * So many answers of a model that are no completions, and none between them that is: no model is behind the address.
 * The journal has them, and a later run judges them.
 */
const unreadableInARowMax = 5

const notCompletions = ({ completion }: Generated): string =>
  `its answers are no chat completions: ${excerpt(completion.text)}; check the base URL`

/** What has gone wrong since the rung was first called for this draft. */
interface Tries {
  readonly sinceMs: number
  readonly waitedMsThen: number
  readonly answersThen: number
  /** Failures that count against the item. */
  counted: number
  /** All of them, for the backoff. */
  failures: number
}

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
    const { control, emit, places, purse, tally } = context
    const transientMsMax = job.transientSecondsMax * 1000
    const toldUntilMs = new Map<string, number>()
    /** Answers of each model that were no completions, since the last one that was. */
    const unreadable = new Map<string, number>()

    const ended = <E>(ending: Effect.Effect<void, E>): Effect.Effect<Called, E> =>
      Effect.as(ending, "Ended")

    const answersNow = ({ rung }: Work): number => answersOf(tally, job.rungs[rung]?.model ?? "")

    /** Blames the item only if its model answered someone since then; else its next answer will tell. */
    const blame = (work: Work, failure: FailureClass, reason: string, answersThen: number) => {
      if (failure._tag === "Fatal") {
        const stop = control.stop({ _tag: "Fatal", detail: reason })
        return ended(Effect.andThen(stop, endings.defer(work.item.slug, "Stopping", reason)))
      }
      return ended(
        answersNow(work) > answersThen
          ? endings.reject(work, failure.cause, reason, work.findings)
          : suspects.add({ work, failure, reason })
      )
    }

    /** Once for each new time that the model goes on. */
    const tellPause = (rung: number, pause: NonNullable<ModelHealth["pause"]>, nowMs: number) => {
      const model = job.rungs[rung]?.model ?? ""
      if (pause.untilMs <= (toldUntilMs.get(model) ?? 0)) return Effect.void
      toldUntilMs.set(model, pause.untilMs)
      const until = DateTime.formatIso(DateTime.makeUnsafe(pause.untilMs))
      return emit({ event: "paused", model, why: pause.why, until, inMs: pause.untilMs - nowMs })
    }

    /** The item's own jitter; the rest of the time that the server asked for is waited in line for the model. */
    const waitAndTry = (
      work: Work,
      reason: LlmReason,
      tries: Tries,
      pause: ModelHealth["pause"],
      nowMs: number
    ) =>
      Effect.gen(function*(): Effect.fn.Return<Called> {
        const jitterMs = backoffMs(tries.failures, yield* Random.next)
        const inMs = Math.max(jitterMs, (pause?.untilMs ?? 0) - nowMs)
        const told = emit({
          event: "retrying",
          slug: work.item.slug,
          reason: describe(reason),
          inMs
        })
        const jitter = Effect.raceFirst(Effect.sleep(jitterMs), control.closed)
        yield* places.aside(Effect.andThen(told, jitter))
        return "Again"
      })

    const failed = Effect.fnUntraced(function*(work: Work, reason: LlmReason, tries: Tries) {
      const nowMs = yield* Clock.currentTimeMillis
      const health = yield* generation.health(work.rung)
      wasCalled(work)
      work.attempts++
      tries.failures++
      if (job.holdAtRisk && mayBeBilled(reason)) {
        return yield* ended(endings.defer(work.item.slug, "Held", held))
      }
      const failure = classify(reason)
      if (health.pause !== undefined) yield* tellPause(work.rung, health.pause, nowMs)
      // The same request with the rung's own limit was answered: it is the wider one that the server refuses.
      if (failure._tag === "Hopeless" && work.outputTokensMax !== undefined) return "NoWider"
      if (failure._tag !== "Passing") return yield* blame(work, failure, describe(reason), 0)
      if (health.failingSinceMs !== undefined) {
        return outages.isLasting(work.rung, health, nowMs)
          ? yield* ended(outages.begin(work, describe(reason)))
          : yield* waitAndTry(work, reason, tries, health.pause, nowMs)
      }
      if (failure.cause !== "RateLimited") {
        tries.counted++
        work.calls++
      }
      // In line for the model an item fails in nothing.
      const triedMs = nowMs - tries.sinceMs - (work.waitedMs - tries.waitedMsThen)
      const over = overBound(job, work, nowMs)
      if (
        over === undefined && tries.counted < job.transientAttemptsMax && triedMs < transientMsMax
      ) return yield* waitAndTry(work, reason, tries, health.pause, nowMs)
      const why = over === undefined ? describe(reason) : `${describe(reason)}; ${over}`
      return yield* blame(work, failure, why, tries.answersThen)
    })

    const isUntouched = ({ attempts, spentNanoUsd }: Work): boolean =>
      attempts === 0 && spentNanoUsd === 0

    /** The next call does not fit: its own budget ends an item for which something was paid, any other puts it off. */
    const broke = (work: Work, error: BudgetReached) => {
      const detail =
        `${formatUsd(error.spentNanoUsd)} of ${formatUsd(error.budgetNanoUsd)} is spent, ` +
        `the next call may cost ${formatUsd(error.neededNanoUsd)}`
      if (error.scope === "item" && work.outputTokensMax !== undefined) {
        return Effect.succeed<Called>("NoWider")
      }
      if (error.scope === "item" && isUntouched(work)) {
        return ended(firstCalls.putOff(work.item.slug, error.neededNanoUsd))
      }
      return ended<AppendError>(
        error.scope === "item"
          ? endings.reject(work, "BudgetExhausted", `the item's budget: ${detail}`, work.findings)
          : Effect.andThen(
            purse.refused(error),
            endings.defer(work.item.slug, "Budget", budgetReached)
          )
      )
    }

    /** The rung's share: of the item's budget, it ends the item; of the run's, the item waits for another run. */
    const shareUsed = (work: Work, error: ShareReached) =>
      work.outputTokensMax !== undefined
        ? Effect.succeed<Called>("NoWider")
        : ended<AppendError>(
          error.scope === "item"
            ? isUntouched(work)
              ? firstCalls.putOff(work.item.slug, error.neededNanoUsd)
              : endings.reject(work, "BudgetExhausted", error.message, work.findings)
            : endings.defer(work.item.slug, "Share", error.message)
        )

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

    const callOnce = (work: Work, tries: Tries): Effect.Effect<Called, AppendError> =>
      generation.generate({
        item: work.item,
        evidence: work.evidence,
        rung: work.rung,
        attempt: work.attempts + 1,
        retake: work.retake,
        outputTokensMax: work.outputTokensMax,
        rungSpentNanoUsd: work.spentByRung.get(work.rung) ?? 0,
        admission: work.admission
      }).pipe(
        Effect.flatMap((generated) => answered(work, generated)),
        Effect.catchTags({
          Halted: () => halted(work),
          PromptError: (error) => ended(prompts.putOff(work.item, error)),
          BudgetReached: (error) => broke(work, error),
          ShareReached: (error) => shareUsed(work, error),
          LlmError: ({ reason }) => failed(work, reason, tries)
        })
      )

    const callRung: CallRung = Effect.fnUntraced(function*(work) {
      const tries: Tries = {
        sinceMs: yield* Clock.currentTimeMillis,
        waitedMsThen: work.waitedMs,
        answersThen: answersNow(work),
        counted: 0,
        failures: 0
      }
      // Bounded by attempts and by time.
      for (;;) {
        if (yield* outages.meet(work)) return "Ended"
        const called: Called = yield* callOnce(work, tries)
        if (called !== "Again") return called
      }
    })
    return callRung
  }
)
