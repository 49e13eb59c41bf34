// One paid call, in the order that loses nothing: reserve, intent on disk, call, answer on disk, settle.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { AppendError } from "../durability/AppendError.ts"
import type { DataDirectory } from "../durability/DataDirectory.ts"
import type { Disk } from "../durability/Disk.ts"
import type { EvidenceBundle } from "../evidence/Evidence.ts"
import type { Item } from "../items/Item.ts"
import { CurrentJob } from "../job/Job.ts"
import { judgementHash } from "../judge/Judgement.ts"
import type { Journal } from "../journal/Journal.ts"
import { Budget } from "../spending/Budget.ts"
import type { BudgetReached } from "../spending/Budget.ts"
import type { NanoUsd } from "../spending/Money.ts"
import type { Prices } from "../spending/Prices.ts"
import type { UnknownPrice } from "../spending/UnknownPrice.ts"
import type { Admission } from "./Admission.ts"
import { makeAnswerSpace } from "./AnswerSpace.ts"
import type { AtRiskCall } from "./AtRiskCall.ts"
import { gateSettings } from "./GateSettings.ts"
import type { Generated } from "./Generated.ts"
import type { ModelHealth } from "./limits/ModelLimits.ts"
import type { ChatMessage, Llm, LlmError, LlmRequest } from "./Llm.ts"
import { makePaidCalls } from "./PaidCalls.ts"
import type { CallAbout } from "./PaidCalls.ts"
import { pricedJudge, pricedRungs } from "./PricedRungs.ts"
import type { PricedRung } from "./PricedRungs.ts"
import type { PromptError, Retake } from "./Prompt.ts"
import { makeRateGate } from "./RateGate.ts"
import { makeRungShares } from "./RungShares.ts"
import type { ShareReached } from "./RungShares.ts"
import { judgeRequest, wireRequest } from "./WireRequest.ts"

/** Admission was closed, or the call dismissed, while it waited for its turn or its money: nothing was sent. */
export class Halted extends Schema.TaggedError<Halted>()("Halted", { slug: Schema.String }) {}

export interface GenerationRequest {
  readonly item: Item
  readonly evidence: EvidenceBundle
  readonly rung: number
  /** Calls made for the item up to this one, from 1, over all runs. */
  readonly attempt: number
  readonly retake: Retake | undefined
  /** Absent: the rung's own. */
  readonly outputTokensMax?: number | undefined
  /** The call is given up after so long, if that is sooner than its rung's own timeout. In milliseconds. */
  readonly withinMs?: number
  /** What the item's answers on this rung have cost before, for the rung's share of its budget. */
  readonly rungSpentNanoUsd: NanoUsd
  /** Absent: always open. */
  readonly admission?: Admission
}

export interface JudgementRequest {
  readonly slug: string
  /** What is to be judged. */
  readonly answer: Generated
  readonly messages: ReadonlyArray<ChatMessage>
  /** The call is given up after so long, if that is sooner than the judge's own timeout. In milliseconds. */
  readonly withinMs?: number
  /** Absent: always open. */
  readonly admission?: Admission
}

type Paid<E = never> = Effect.Effect<
  Generated,
  LlmError | BudgetReached | ShareReached | AppendError | Halted | E
>

export class Generation extends Context.Service<Generation, {
  /**
   * One call for the item on the rung. When it succeeds the answer is durable in the journal and the money settled.
   * Interruption closes the connection and leaves the intent at risk. Transient failures are not retried here.
   */
  readonly generate: (request: GenerationRequest) => Paid<PromptError>
  /** The same for a call of the job's judge, which has to fit the judge's own budget as well. */
  readonly judge: (request: JudgementRequest) => Paid
  /** Calls of this process that may have been billed though no answer came, oldest first. */
  readonly atRisk: Effect.Effect<ReadonlyArray<AtRiskCall>>
  /** Sends away the calls that wait in line for the rung's model: they fail as `Halted`. */
  readonly dismiss: (rung: number) => Effect.Effect<void>
  /** How the rung's model is doing. */
  readonly health: (rung: number) => Effect.Effect<ModelHealth>
}>()("inkfast/services/generation/Generation") {
  /** Fails when a rung's model has no known price: nothing is spent on a model whose bill cannot be told. */
  static readonly layer: Layer.Layer<
    Generation,
    UnknownPrice,
    Llm | Journal | Budget | Prices | CurrentJob | DataDirectory | Disk
  > = Layer.effect(Generation, Effect.suspend(() => make))
}

/** A guess of the prompt's tokens from the bytes that bound them: limits are kept by the server, not by this. */
const bytesPerToken = 4

/** A call that only needs its turn and its money. */
interface Payable {
  readonly about: CallAbout
  readonly rung: PricedRung
  readonly wire: LlmRequest
  readonly rungSpentNanoUsd: NanoUsd
  readonly withinMs: number | undefined
  readonly admission: Admission | undefined
}

const make = Effect.gen(function*() {
  const job = yield* CurrentJob
  const budget = yield* Budget
  const gate = yield* makeRateGate(gateSettings(job))
  const shares = makeRungShares(job, budget.state)
  const space = yield* makeAnswerSpace
  const calls = yield* makePaidCalls(gate)
  const rungs = yield* pricedRungs
  const judges = yield* pricedJudge

  const pay = Effect.fnUntraced(function*({ about, rung, rungSpentNanoUsd, ...request }: Payable) {
    const { admission, wire: asked } = request
    const wire = { ...asked, timeoutMs: Math.min(asked.timeoutMs, request.withinMs ?? Infinity) }
    const { inputTokensMax, nanoUsd: worstNanoUsd } = rung.worstOf(
      wire.messages,
      wire.outputTokensMax
    )
    const { slug } = about
    const halted = Effect.suspend(() => Effect.fail(new Halted({ slug })))
    const share = { rung: rung.index, nanoUsd: worstNanoUsd, itemSpentNanoUsd: rungSpentNanoUsd }
    return yield* Effect.uninterruptibleMask((restore) =>
      Effect.gen(function*() {
        const turn = yield* gate.enter(wire, inputTokensMax / bytesPerToken, admission)
        if (turn === undefined) return yield* halted
        const paid = Effect.gen(function*() {
          // Its wait can be interrupted; from its grant to the settling nothing can.
          const reservation = yield* Effect.catchTag(
            budget.reserve(slug, worstNanoUsd, admission?.closed),
            "Withdrawn",
            () => halted
          )
          // Whatever else happens, a reservation ends with its call; settling it twice changes nothing.
          const call: Effect.Effect<Generated, LlmError | AppendError | Halted> =
            admission?.isClosed()
              ? halted
              : space.withRoom(
                wire,
                calls.make({ about, price: rung.price, wire, turn, reservation }, restore)
              )
          return yield* Effect.ensuring(call, budget.settle(reservation, 0))
        })
        return yield* Effect.ensuring(
          shares.within(share, paid),
          Effect.sync(() => gate.abandoned(turn, false))
        )
      })
    )
  })

  const generate = Effect.fnUntraced(function*(request: GenerationRequest) {
    const rung = rungs[request.rung]
    if (rung === undefined) {
      return yield* Effect.die(new RangeError(`rung ${request.rung} of ${rungs.length}`))
    }
    const messages = yield* job.prompt.render(request.item, request.evidence, request.retake)
    return yield* pay({
      about: {
        slug: request.item.slug,
        rung: request.rung,
        attempt: request.attempt,
        promptHash: job.prompt.hash,
        schemaHash: job.outputSchema.hash,
        evidenceHash: request.evidence.hash
      },
      rung,
      wire: wireRequest(job, rung, messages, request.outputTokensMax),
      rungSpentNanoUsd: request.rungSpentNanoUsd,
      withinMs: request.withinMs,
      admission: request.admission
    })
  })

  const judge = Effect.fnUntraced(function*(request: JudgementRequest) {
    if (job.judge === null || judges === undefined) {
      return yield* Effect.die(new Error("the job has no judge"))
    }
    const { answer: { attempt, evidenceHash, id }, messages, slug } = request
    return yield* pay({
      about: {
        slug,
        judges: id,
        rung: judges.index,
        attempt,
        promptHash: job.judge.prompt.hash,
        schemaHash: judgementHash,
        evidenceHash
      },
      rung: judges,
      wire: judgeRequest(judges, messages),
      rungSpentNanoUsd: 0,
      withinMs: request.withinMs,
      admission: request.admission
    })
  })

  return Generation.of({
    generate,
    judge,
    atRisk: Effect.sync(calls.atRisk),
    dismiss: (index) => Effect.sync(() => gate.dismiss(job.rungs[index]?.model ?? "")),
    health: (index) => Effect.sync(() => gate.health(job.rungs[index]?.model ?? ""))
  })
})
