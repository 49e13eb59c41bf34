// One paid call, in the order that loses nothing: reserve, intent on disk, call, answer on disk, settle.
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { AppendError } from "../durability/AppendError.ts"
import type { DataDirectory } from "../durability/DataDirectory.ts"
import type { Disk } from "../durability/Disk.ts"
import type { EvidenceBundle } from "../evidence/Evidence.ts"
import type { Item } from "../items/Item.ts"
import { CurrentJob } from "../job/Job.ts"
import type { Job } from "../job/Job.ts"
import { Journal } from "../journal/Journal.ts"
import { nowIso } from "../Time.ts"
import { Budget } from "../spending/Budget.ts"
import type { BudgetReached, Reservation } from "../spending/Budget.ts"
import type { NanoUsd } from "../spending/Money.ts"
import { costOf } from "../spending/Cost.ts"
import type { Prices } from "../spending/Prices.ts"
import type { Price } from "../spending/Price.ts"
import type { UnknownPrice } from "../spending/UnknownPrice.ts"
import { makeAnswerSpace } from "./AnswerSpace.ts"
import type { ModelHealth, Turn } from "./limits/ModelLimits.ts"
import { pricedRungs } from "./PricedRungs.ts"
import { makeRateGate } from "./RateGate.ts"
import type { RateGateSettings } from "./RateGate.ts"
import type { Completion, LlmError, LlmRequest } from "./Llm.ts"
import { Llm, mayBeBilled } from "./Llm.ts"
import type { PromptError, Retake } from "./Prompt.ts"
import { requestHash } from "./RequestHash.ts"
import { makeRungShares } from "./RungShares.ts"
import type { ShareReached } from "./RungShares.ts"
import { wireRequest } from "./WireRequest.ts"

/** One step of the model ladder. */
export interface Rung {
  readonly index: number
  readonly model: string
  /** Drafts that it may write of an item before the rung above gets it. */
  readonly attempts: number
  readonly outputTokensMax: number
  readonly temperature: number | undefined
  /** Sent as `service_tier`. Absent: the server's default. */
  readonly serviceTier?: string
  readonly timeoutMs: number
  /** Share of the item's budget and of what the run may spend that this rung may take, above 0 to 1; null: all of it. */
  readonly budgetShare: number | null
  /** The endpoint's limits as far as the user knows them. */
  readonly requestsPerMinute: number | null
  readonly tokensPerMinute: number | null
}

/** A response of the journal: durable, paid, not yet judged. */
export interface Generated {
  readonly id: string
  readonly rung: number
  /** As the server named it. */
  readonly model: string
  /** As it was asked for. */
  readonly requestedModel: string
  readonly requestHash: string
  readonly attempt: number
  /** The limit it was written under. */
  readonly outputTokensMax: number
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

/** Whether calls may begin: what a run closes once it has a reason to spend nothing more. */
export interface Admission {
  readonly isClosed: () => boolean
  /** Completes when it is closed. */
  readonly closed: Effect.Effect<void>
  /** Runs a wait of unknown length so that it takes no work's place meanwhile. Default: as it is. */
  readonly aside?: <A>(wait: Effect.Effect<A>) => Effect.Effect<A>
}

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

export class Generation extends Context.Service<Generation, {
  /**
   * One call for the item on the rung. When it succeeds the answer is durable in the journal and the money settled.
   * Interruption closes the connection and leaves the intent at risk. Transient failures are not retried here.
   */
  readonly generate: (
    request: GenerationRequest
  ) => Effect.Effect<
    Generated,
    LlmError | BudgetReached | ShareReached | AppendError | PromptError | Halted
  >
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

/** The n of an id `<runId>:<n>`. */
const numberOf = (id: string): number => Number(id.slice(id.lastIndexOf(":") + 1))

/** Without a count of the server's own that makes sense, the worst case is what may be on the bill. */
const billedOf = (
  { serviceTier, usage }: Completion,
  price: Price,
  reservation: Reservation
): NanoUsd => {
  const counted = usage === null ? Number.NaN : costOf(price, usage, serviceTier)
  return Number.isSafeInteger(counted) && counted >= 0 ? counted : reservation.nanoUsd
}

/** Rungs on one model share its limits, the lower ones of what the user says of them. */
const gateSettings = ({ concurrency, rungs }: Job): RateGateSettings => {
  const least = (model: string, of: (rung: Rung) => number | null): number | null => {
    const said = rungs.flatMap((rung) => rung.model === model ? of(rung) ?? [] : [])
    return said.length === 0 ? null : Math.min(...said)
  }
  return {
    inFlightMax: concurrency,
    known: new Map(rungs.map(({ model }) => [model, {
      requestsPerMinute: least(model, (rung) => rung.requestsPerMinute),
      tokensPerMinute: least(model, (rung) => rung.tokensPerMinute)
    }]))
  }
}

/** A guess of the prompt's tokens from the bytes that bound them: limits are kept by the server, not by this. */
const bytesPerToken = 4

const make = Effect.gen(function*() {
  const job = yield* CurrentJob
  const llm = yield* Llm
  const journal = yield* Journal
  const budget = yield* Budget
  const gate = yield* makeRateGate(gateSettings(job))
  const shares = makeRungShares(job, budget.state)
  const space = yield* makeAnswerSpace
  const atRisk: Array<AtRiskCall> = []
  const rungs = yield* pricedRungs

  /** The call itself, its answer on disk when it succeeds. The money is settled whatever happens. */
  const callOnce = (
    request: GenerationRequest,
    wire: LlmRequest,
    price: Price,
    turn: Turn,
    reservation: Reservation,
    restore: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
  ): Effect.Effect<Generated, LlmError | AppendError> =>
    Effect.gen(function*() {
      const slug = request.item.slug
      const id = yield* journal.nextId
      const hash = requestHash(wire)
      const hashes = {
        promptHash: job.prompt.hash,
        schemaHash: job.outputSchema.hash,
        evidenceHash: request.evidence.hash
      }
      yield* journal.write({
        _tag: "intent",
        slug,
        id,
        at: yield* nowIso,
        model: wire.model,
        rung: request.rung,
        attempt: request.attempt,
        ...hashes,
        requestHash: hash,
        messages: wire.messages,
        outputTokensMax: wire.outputTokensMax,
        reservedNanoUsd: reservation.nanoUsd
      })
      /** What was paid, perhaps, and is not on disk. */
      const lose = Effect.suspend(() => {
        atRisk.push({ slug, id, model: wire.model, maxNanoUsd: reservation.nanoUsd })
        return budget.settleAtRisk(reservation)
      })
      const startMs = yield* Clock.currentTimeMillis
      const exit = yield* Effect.exit(
        restore(llm.complete(wire, (said) => gate.read(turn, said)))
      )
      if (Exit.isFailure(exit)) {
        const error = Exit.findErrorOption(exit)
        if (Option.isSome(error)) gate.failed(turn, error.value.reason)
        else gate.abandoned(turn, true)
        // Interrupted, or a defect: the intent stands without a response, which is what "at risk" means.
        const billed = Option.isNone(error) || mayBeBilled(error.value.reason)
        yield* billed ? lose : budget.settle(reservation, 0)
        if (Option.isSome(error)) {
          yield* journal.note({
            _tag: "failure",
            slug,
            id,
            at: yield* nowIso,
            reason: error.value.reason,
            atRiskNanoUsd: billed ? reservation.nanoUsd : 0
          })
        }
        return yield* Effect.failCause(exit.cause)
      }
      const completion = exit.value
      gate.answered(turn, completion, wire)
      const costNanoUsd = billedOf(completion, price, reservation)
      yield* Effect.onExit(
        journal.write({
          _tag: "response",
          slug,
          id,
          at: yield* nowIso,
          latencyMs: (yield* Clock.currentTimeMillis) - startMs,
          completion,
          price,
          costNanoUsd
        }),
        (written) => Exit.isSuccess(written) ? budget.settle(reservation, costNanoUsd) : lose
      )
      return {
        id,
        rung: request.rung,
        model: completion.model,
        requestedModel: wire.model,
        requestHash: hash,
        attempt: request.attempt,
        outputTokensMax: wire.outputTokensMax,
        ...hashes,
        completion,
        costNanoUsd
      }
    })

  const generate = Effect.fnUntraced(function*(request: GenerationRequest) {
    const rung = rungs[request.rung]
    if (rung === undefined) {
      return yield* Effect.die(new RangeError(`rung ${request.rung} of ${rungs.length}`))
    }
    const messages = yield* job.prompt.render(request.item, request.evidence, request.retake)
    const asked = wireRequest(job, rung, messages, request.outputTokensMax)
    const wire = { ...asked, timeoutMs: Math.min(asked.timeoutMs, request.withinMs ?? Infinity) }
    const { inputTokensMax, nanoUsd: worstNanoUsd } = rung.worstOf(messages, wire.outputTokensMax)
    const { admission, item: { slug } } = request
    const halted = Effect.suspend(() => Effect.fail(new Halted({ slug })))
    const share = {
      rung: request.rung,
      nanoUsd: worstNanoUsd,
      itemSpentNanoUsd: request.rungSpentNanoUsd
    }
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
                callOnce(request, wire, rung.price, turn, reservation, restore)
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

  return Generation.of({
    generate,
    // Calls end in any order; their numbers tell when they began.
    atRisk: Effect.sync(() => atRisk.toSorted((a, b) => numberOf(a.id) - numberOf(b.id))),
    dismiss: (index) => Effect.sync(() => gate.dismiss(job.rungs[index]?.model ?? "")),
    health: (index) => Effect.sync(() => gate.health(job.rungs[index]?.model ?? ""))
  })
})
