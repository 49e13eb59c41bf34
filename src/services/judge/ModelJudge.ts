// The job's judge: a model that looks at a piece which every rule has passed. It is asked last, of a sample, out of a
// budget of its own, and never stands in the way: what it cannot tell leaves the piece as the rules judged it.
//
// Its call is paid for as any other, by Generation: what it answered is durable before it counts, and a later run reads
// it from the journal. A judge that fails over and over is left alone for the rest of the run.
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import type { AppendError } from "../durability/AppendError.ts"
import type { EvidenceBundle } from "../evidence/Evidence.ts"
import type { Admission } from "../generation/Admission.ts"
import { backoffMs, classify, describe } from "../generation/FailureClass.ts"
import type { Generated } from "../generation/Generated.ts"
import { Generation } from "../generation/Generation.ts"
import type { Halted } from "../generation/Generation.ts"
import { mayBeBilled } from "../generation/Llm.ts"
import type { ChatMessage, LlmReason } from "../generation/Llm.ts"
import { requestHash } from "../generation/RequestHash.ts"
import { judgeRequest } from "../generation/WireRequest.ts"
import type { Item } from "../items/Item.ts"
import { CurrentJob } from "../job/Job.ts"
import { judgedBy, notJudged } from "./Judged.ts"
import type { Judged } from "./Judged.ts"
import type { JudgeTotals } from "./JudgeTotals.ts"
import { isSampled } from "./JudgeSettings.ts"
import type { JudgeSettings } from "./JudgeSettings.ts"
import { opinionOn } from "./Opinion.ts"
import type { Opinion } from "./Opinion.ts"

export interface JudgeRequest {
  readonly item: Item
  readonly evidence: EvidenceBundle
  /** The answer that became the piece, and the piece. */
  readonly answer: Generated
  readonly content: { readonly [field: string]: unknown }
  /** What the judge has said of the item's answers before, the newest first. */
  readonly opinions: ReadonlyArray<Opinion>
  /** False while a call for the item may have been billed without an answer, and the job holds such items. */
  readonly mayCall: boolean
  readonly admission: Admission
  /** What is left of the item's time by the clock given, in milliseconds. */
  readonly leftMs: (nowMs: number) => number
  /** Hears of an opinion that was paid for, before it counts. */
  readonly onBought: (opinion: Opinion) => void
}

export class ModelJudge extends Context.Service<ModelJudge, {
  /**
   * What becomes of a piece that passed every rule. Asks the model only where the journal does not know what it says.
   * `Halted`: the run closes before it was asked; the piece is judged by a later one.
   */
  readonly judge: (request: JudgeRequest) => Effect.Effect<Judged, Halted | AppendError>
  /** Null where the job has no judge. */
  readonly totals: Effect.Effect<JudgeTotals | null>
}>()("inkfast/services/judge/ModelJudge") {
  static readonly layer: Layer.Layer<ModelJudge, never, CurrentJob | Generation> = Layer.effect(
    ModelJudge,
    Effect.flatMap(CurrentJob, ({ judge }) => judge === null ? Effect.succeed(none) : make(judge))
  )
}

const none = ModelJudge.of({
  judge: () => Effect.succeed({ _tag: "NotAsked" }),
  totals: Effect.succeed(null)
})

/** So many pieces in a row that it did not answer for, with all tries: it answers nobody. */
const unansweredInARowMax = 3

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

const make = Effect.fnUntraced(function*(settings: JudgeSettings) {
  const { holdAtRisk, transientAttemptsMax } = yield* CurrentJob
  const generation = yield* Generation
  const totals: Mutable<JudgeTotals> = {
    model: settings.rung.model,
    answers: 0,
    passed: 0,
    failed: 0,
    notJudged: 0,
    reason: null,
    spentNanoUsd: 0,
    budgetNanoUsd: settings.runBudgetNanoUsd
  }
  /** Completes when the judge is left alone. */
  const out = Deferred.makeUnsafe<void>()
  let outFor: string | undefined
  let unansweredInARow = 0

  const leaveAlone = (reason: string) => {
    outFor = `the judge is out: ${reason}`
    return Effect.as(Deferred.succeed(out, undefined), reason)
  }

  /** Its own lines end with it, too. One effect for all calls of an admission, by which the gate knows them. */
  const closedBy = new WeakMap<Effect.Effect<void>, Effect.Effect<void>>()
  const admissionOf = ({ closed, ...admission }: Admission): Admission => {
    let either = closedBy.get(closed)
    if (either === undefined) {
      closedBy.set(closed, either = Effect.raceFirst(closed, Deferred.await(out)))
    }
    return {
      ...admission,
      isClosed: () => outFor !== undefined || admission.isClosed(),
      closed: either
    }
  }

  /** Why it is not asked again for the piece; undefined where the next call may succeed. */
  const failed = (reason: LlmReason, tries: number): Effect.Effect<string | undefined> =>
    Effect.suspend(() => {
      const said = describe(reason)
      const failure = classify(reason)
      if (failure._tag === "Fatal") return leaveAlone(said)
      if (failure._tag === "Hopeless" || (holdAtRisk && mayBeBilled(reason))) {
        return Effect.succeed(said)
      }
      if (tries < transientAttemptsMax) return Effect.undefined
      if (failure.cause === "RateLimited") return Effect.succeed(said)
      return ++unansweredInARow < unansweredInARowMax ? Effect.succeed(said) : leaveAlone(said)
    })

  const callOnce = (
    { answer, item: { slug } }: JudgeRequest,
    messages: ReadonlyArray<ChatMessage>,
    admission: Admission,
    tries: number,
    withinMs: number
  ) =>
    generation.judge({ slug, answer, messages, admission, withinMs }).pipe(
      Effect.catchTags({
        Halted: (halted) => outFor === undefined ? Effect.fail(halted) : Effect.succeed(outFor),
        BudgetReached: ({ message }) => Effect.succeed(message),
        ShareReached: ({ message }) => Effect.succeed(message),
        LlmError: ({ reason }) => failed(reason, tries)
      })
    )

  /** Its answer, or why there is none. */
  const ask = Effect.fnUntraced(function*(
    request: JudgeRequest,
    messages: ReadonlyArray<ChatMessage>
  ): Effect.fn.Return<Generated | string, Halted | AppendError> {
    if (!request.mayCall) return "a call for the item may have been billed without an answer"
    const admission = admissionOf(request.admission)
    // Bounded by tries and by the item's time.
    for (let tries = 1;; tries++) {
      if (outFor !== undefined) return outFor
      const withinMs = request.leftMs(yield* Clock.currentTimeMillis)
      if (withinMs <= 0) return "the item's time is over"
      const called = yield* callOnce(request, messages, admission, tries, withinMs)
      if (called !== undefined) return called
      const jitterMs = backoffMs(tries, yield* Random.next)
      yield* Effect.timeoutOption(admission.closed, jitterMs)
    }
  })

  const opinionOf = Effect.fnUntraced(function*(request: JudgeRequest) {
    const { answer, content, evidence, item, opinions } = request
    const known = opinionOn(settings, opinions, answer.id)
    if (known !== undefined) return known
    const rendered = yield* Effect.result(settings.prompt.render(item, evidence, content))
    if (rendered._tag === "Failure") return rendered.failure.message
    const messages = rendered.success
    const hash = requestHash(judgeRequest(settings.rung, messages))
    const same = opinionOn(settings, opinions, answer.id, hash)
    if (same !== undefined) return same
    const said = yield* ask(request, messages)
    if (typeof said === "string") return said
    unansweredInARow = 0
    totals.answers++
    totals.spentNanoUsd += said.costNanoUsd
    const opinion: Opinion = { about: answer.id, answer: said }
    request.onBought(opinion)
    return opinion
  })

  const count = (judged: Judged): Judged => {
    if (judged._tag === "Failed") totals.failed++
    if (judged._tag === "Stands") {
      const { note } = judged
      if (note.verdict === "passed") totals.passed++
      else {
        totals.notJudged++
        totals.reason = note.reason
      }
    }
    return judged
  }

  return ModelJudge.of({
    judge: (request) =>
      isSampled(settings, request.item.slug)
        ? Effect.map(opinionOf(request), (opinion) =>
          count(
            typeof opinion === "string"
              ? notJudged(settings, opinion)
              : judgedBy(settings, opinion)
          ))
        : Effect.succeed({ _tag: "NotAsked" }),
    totals: Effect.sync(() => ({ ...totals }))
  })
})
