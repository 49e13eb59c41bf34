// One paid call, in the order that loses nothing: reserve, intent on disk, call, answer on disk, settle.
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { canonicalJson, digest } from "../Digest.ts"
import type { AppendError } from "../durability/AppendError.ts"
import type { EvidenceBundle } from "../evidence/Evidence.ts"
import type { Item } from "../items/Item.ts"
import { CurrentJob } from "../job/Job.ts"
import { Journal } from "../journal/Journal.ts"
import { worstCaseTokens } from "../spending/Tokens.ts"
import { nowIso } from "../Time.ts"
import { Budget } from "../spending/Budget.ts"
import type { BudgetReached, Reservation } from "../spending/Budget.ts"
import type { NanoUsd } from "../spending/Money.ts"
import { costOf, Prices, worstCostOf } from "../spending/Prices.ts"
import type { Price, UnknownPrice } from "../spending/Prices.ts"
import { makeRateGate } from "./RateGate.ts"
import type { Completion, LlmError, LlmRequest } from "./Llm.ts"
import { Llm, mayBeBilled } from "./Llm.ts"
import type { PromptError, Retake } from "./Prompt.ts"

/** One step of the model ladder. */
export interface Rung {
  readonly index: number
  readonly model: string
  readonly outputTokensMax: number
  readonly temperature: number | undefined
  readonly timeoutMs: number
}

/** A response of the journal: durable, paid, not yet judged. */
export interface Generated {
  readonly id: string
  readonly rung: number
  readonly model: string
  readonly attempt: number
  readonly promptHash: string
  readonly schemaHash: string
  readonly evidenceHash: string
  readonly completion: Completion
  readonly costNanoUsd: NanoUsd
}

/** An intent without an answer: its call may have been billed, at most so much. */
export interface AtRiskCall {
  readonly slug: string
  readonly id: string
  readonly model: string
  readonly maxNanoUsd: NanoUsd
}

export interface GenerationRequest {
  readonly item: Item
  readonly evidence: EvidenceBundle
  readonly rung: number
  /** Calls made for the item up to this one, from 1, over all runs. */
  readonly attempt: number
  readonly retake: Retake | undefined
}

export class Generation extends Context.Service<Generation, {
  /**
   * One call for the item on the rung. When it succeeds the answer is durable in the journal and the money settled.
   * Interruption closes the connection and leaves the intent at risk. Transient failures are not retried here.
   */
  readonly generate: (
    request: GenerationRequest
  ) => Effect.Effect<Generated, LlmError | BudgetReached | AppendError | PromptError>
  /** Calls of this process that may have been billed though no answer came, oldest first. */
  readonly atRisk: Effect.Effect<ReadonlyArray<AtRiskCall>>
}>()("inkfast/services/generation/Generation") {
  /** Fails when a rung's model has no known price: nothing is spent on a model whose bill cannot be told. */
  static readonly layer: Layer.Layer<
    Generation,
    UnknownPrice,
    Llm | Journal | Budget | Prices | CurrentJob
  > = Layer.effect(Generation, Effect.suspend(() => make))
}

const make = Effect.gen(function*() {
  const job = yield* CurrentJob
  const llm = yield* Llm
  const journal = yield* Journal
  const budget = yield* Budget
  const prices = yield* Prices
  const gate = yield* makeRateGate
  const schemaJson = canonicalJson(job.outputSchema.schema)
  const atRisk: Array<AtRiskCall> = []
  const rungs = yield* Effect.forEach(
    job.rungs,
    (rung) => Effect.map(prices.priceOf(rung.model), (price) => ({ ...rung, price }))
  )

  /** The call itself, its answer on disk when it succeeds. The money is settled whatever happens. */
  const callOnce = (
    request: GenerationRequest,
    wire: LlmRequest,
    price: Price,
    reservation: Reservation,
    restore: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
  ): Effect.Effect<Generated, LlmError | AppendError> =>
    Effect.gen(function*() {
      const slug = request.item.slug
      const id = yield* journal.nextId
      const hashes = {
        promptHash: job.prompt.hash,
        schemaHash: job.outputSchema.hash,
        evidenceHash: request.evidence.hash
      }
      yield* Effect.onError(
        journal.write({
          _tag: "intent",
          slug,
          id,
          at: yield* nowIso,
          model: wire.model,
          rung: request.rung,
          attempt: request.attempt,
          ...hashes,
          requestHash: digest(canonicalJson(wire)),
          messages: wire.messages,
          outputTokensMax: wire.outputTokensMax,
          reservedNanoUsd: reservation.nanoUsd
        }),
        () => budget.settle(reservation, 0)
      )
      const startMs = yield* Clock.currentTimeMillis
      const exit = yield* Effect.exit(restore(llm.complete(wire)))
      if (Exit.isFailure(exit)) {
        const error = Exit.findErrorOption(exit)
        // Interrupted, or a defect: the intent stands without a response, which is what "at risk" means.
        const billed = Option.isNone(error) || mayBeBilled(error.value.reason)
        if (billed) atRisk.push({ slug, id, model: wire.model, maxNanoUsd: reservation.nanoUsd })
        yield* (billed ? budget.settleAtRisk(reservation) : budget.settle(reservation, 0))
        if (Option.isSome(error)) {
          yield* journal.note({
            _tag: "failure",
            slug,
            id,
            at: yield* nowIso,
            reason: error.value.reason,
            atRiskNanoUsd: billed ? reservation.nanoUsd : 0
          })
          yield* gate.failed(wire.model, error.value.reason)
        }
        return yield* Effect.failCause(exit.cause)
      }
      const completion = exit.value
      // Without a count of the server's own, the worst case is what may be on the bill.
      const costNanoUsd = completion.usage === null ? reservation.nanoUsd : costOf(price, completion.usage)
      yield* Effect.ensuring(
        journal.write({
          _tag: "response",
          slug,
          id,
          at: yield* nowIso,
          latencyMs: (yield* Clock.currentTimeMillis) - startMs,
          completion,
          costNanoUsd
        }),
        budget.settle(reservation, costNanoUsd)
      )
      return {
        id,
        rung: request.rung,
        model: completion.model,
        attempt: request.attempt,
        ...hashes,
        completion,
        costNanoUsd
      }
    })

  const generate = Effect.fnUntraced(function*(request: GenerationRequest) {
    const rung = rungs[request.rung]
    if (rung === undefined) return yield* Effect.die(new RangeError(`rung ${request.rung} of ${rungs.length}`))
    const messages = yield* job.prompt.render(request.item, request.evidence, request.retake)
    const wire: LlmRequest = {
      model: rung.model,
      messages,
      schemaName: job.outputSchema.name,
      schema: job.outputSchema.schema,
      outputTokensMax: rung.outputTokensMax,
      temperature: rung.temperature,
      timeoutMs: rung.timeoutMs
    }
    const worstNanoUsd = worstCostOf(rung.price, worstCaseTokens(messages, schemaJson), rung.outputTokensMax)
    return yield* Effect.uninterruptibleMask((restore) =>
      Effect.gen(function*() {
        yield* restore(gate.wait(rung.model))
        // Its wait can be interrupted; from its grant to the settling nothing can.
        const reservation = yield* budget.reserve(request.item.slug, worstNanoUsd)
        return yield* callOnce(request, wire, rung.price, reservation, restore)
      })
    )
  })

  return Generation.of({ generate, atRisk: Effect.sync(() => [...atRisk]) })
})
