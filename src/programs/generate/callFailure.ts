// What follows a call that failed: another try after a while, or who is blamed for it.
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { AppendError } from "../../services/durability/AppendError.ts"
import { askedMsOf, backoffMs, classify, describe } from "../../services/generation/FailureClass.ts"
import type { FailureClass } from "../../services/generation/FailureClass.ts"
import { Generation } from "../../services/generation/Generation.ts"
import type { ModelHealth } from "../../services/generation/limits/ModelLimits.ts"
import { mayBeBilled } from "../../services/generation/Llm.ts"
import type { LlmReason } from "../../services/generation/Llm.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import { ended } from "./Called.ts"
import type { Called } from "./Called.ts"
import { held } from "./DeferCause.ts"
import type { Endings } from "./endings.ts"
import { overBound } from "./itemBounds.ts"
import type { Outages } from "./outages.ts"
import type { RunContext, Work } from "./RunContext.ts"
import type { Suspects } from "./suspects.ts"
import { isSlightlyRefused, mayTryAgain, answersSince } from "./Tries.ts"
import type { Tries } from "./Tries.ts"

/** Returns `Again` once the next try is due. */
export type CallFailed = (
  work: Work,
  reason: LlmReason,
  tries: Tries
) => Effect.Effect<Called, AppendError>

type Unfatal = Exclude<FailureClass, { readonly _tag: "Fatal" }>

export const makeCallFailed = Effect.fnUntraced(function*(
  { control, emit, places, tally }: RunContext,
  endings: Endings,
  { outages, suspects }: { readonly outages: Outages; readonly suspects: Suspects }
) {
  const generation = yield* Generation
  const job = yield* CurrentJob
  const toldUntilMs = new Map<string, number>()

  /** Once for each new time that the model goes on. */
  const tellPause = (rung: number, pause: NonNullable<ModelHealth["pause"]>, nowMs: number) => {
    const model = job.rungs[rung]?.model ?? ""
    if (pause.untilMs <= (toldUntilMs.get(model) ?? 0)) return Effect.void
    toldUntilMs.set(model, pause.untilMs)
    const until = DateTime.formatIso(DateTime.makeUnsafe(pause.untilMs))
    return emit({ event: "paused", model, why: pause.why, until, inMs: pause.untilMs - nowMs })
  }

  /** The item's own jitter; the rest of the time that the server asked for is waited in line for the model. */
  const waitAndTry = Effect.fnUntraced(function*(
    work: Work,
    reason: LlmReason,
    { failures }: Tries,
    pause: ModelHealth["pause"]
  ): Effect.fn.Return<Called> {
    const jitterMs = backoffMs(failures, yield* Random.next)
    const inMs = Math.max(jitterMs, (pause?.untilMs ?? 0) - (yield* Clock.currentTimeMillis))
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

  /** Blames the item only if its model answers others; else its next answer will tell. */
  const blame = (work: Work, failure: Unfatal, reason: string, isCleared: boolean) =>
    ended<AppendError>(
      isCleared
        ? endings.reject(work, failure.cause, reason, work.findings)
        : suspects.add({ work, failure, reason })
    )

  const exhausted = (work: Work, failure: Unfatal, reason: string, tries: Tries) => {
    const isCleared = answersSince(tally, work, tries.answersThen)
    return isCleared && isSlightlyRefused(job, tries)
      ? ended(endings.defer(work.item.slug, "RateLimited", reason))
      : blame(work, failure, reason, isCleared)
  }

  const callFailed: CallFailed = Effect.fnUntraced(function*(work, reason, tries) {
    const nowMs = yield* Clock.currentTimeMillis
    const health = yield* generation.health(work.rung)
    work.attempts++
    tries.failures++
    if (job.holdAtRisk && mayBeBilled(reason)) {
      return yield* ended(endings.defer(work.item.slug, "Held", held))
    }
    const failure = classify(reason)
    const said = describe(reason)
    if (health.pause !== undefined) yield* tellPause(work.rung, health.pause, nowMs)
    if (failure._tag === "Fatal") {
      yield* control.stop({ _tag: "Fatal", detail: said })
      return yield* ended(endings.defer(work.item.slug, "Stopping", said))
    }
    if (failure._tag === "Hopeless") {
      // The same request with the rung's own limit was answered: it is the wider one that the server refuses.
      if (work.outputTokensMax !== undefined) return "NoWider"
      return yield* blame(work, failure, said, answersSince(tally, work, 0))
    }
    if (health.failingSinceMs !== undefined) {
      return outages.isLasting(work.rung, health, nowMs)
        ? yield* ended(outages.begin(work, said))
        : yield* waitAndTry(work, reason, tries, health.pause)
    }
    if (failure.cause === "RateLimited") tries.refused++
    else {
      tries.counted++
      work.calls++
    }
    const over = overBound(job, work, nowMs)
    if (over !== undefined) {
      return yield* blame(
        work,
        failure,
        `${said}; ${over}`,
        answersSince(tally, work, tries.answersThen)
      )
    }
    if (!mayTryAgain(job, tally, work, tries, nowMs)) {
      return yield* exhausted(work, failure, said, tries)
    }
    // It counts once it was waited for.
    tries.askedMs += askedMsOf(reason)
    return yield* waitAndTry(work, reason, tries, health.pause)
  })
  return callFailed
})
