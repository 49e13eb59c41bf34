// The paid call itself: its intent on disk, the call, its answer on disk, the money settled whatever happens.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { AppendError } from "../durability/AppendError.ts"
import { Journal } from "../journal/Journal.ts"
import { Budget } from "../spending/Budget.ts"
import type { Reservation } from "../spending/Budget.ts"
import { costOf } from "../spending/Cost.ts"
import type { NanoUsd } from "../spending/Money.ts"
import type { Price } from "../spending/Price.ts"
import { nowIso } from "../Time.ts"
import type { AtRiskCall } from "./AtRiskCall.ts"
import type { Generated } from "./Generated.ts"
import type { Turn } from "./limits/ModelLimits.ts"
import { Llm, mayBeBilled } from "./Llm.ts"
import type { Completion, LlmError, LlmRequest } from "./Llm.ts"
import type { RateGate } from "./RateGate.ts"
import { requestHash } from "./RequestHash.ts"

/** What a call is for, as the journal keeps it. */
export interface CallAbout
  extends Pick<Generated, "rung" | "attempt" | "promptHash" | "schemaHash" | "evidenceHash">
{
  readonly slug: string
  /** Of a call of the judge: the id of the answer that it is about. */
  readonly judges?: string
}

/** A call that has its turn and its money. */
interface ReadyCall {
  readonly about: CallAbout
  readonly wire: LlmRequest
  readonly price: Price
  readonly turn: Turn
  readonly reservation: Reservation
}

export interface PaidCalls {
  /** Uninterruptible but for the call to the model, which `restore` makes so. The turn ends with it, too. */
  readonly make: (
    call: ReadyCall,
    restore: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
  ) => Effect.Effect<Generated, LlmError | AppendError>
  /** Those that may have been billed though no answer came, oldest first. */
  readonly atRisk: () => ReadonlyArray<AtRiskCall>
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

export const makePaidCalls = Effect.fnUntraced(function*(gate: RateGate) {
  const llm = yield* Llm
  const journal = yield* Journal
  const budget = yield* Budget
  const atRisk: Array<AtRiskCall> = []

  /** What was paid, perhaps, and is not on disk. */
  const lose = ({ about, reservation, wire }: ReadyCall, id: string): Effect.Effect<void> =>
    Effect.suspend(() => {
      atRisk.push({ slug: about.slug, id, model: wire.model, maxNanoUsd: reservation.nanoUsd })
      return budget.settleAtRisk(reservation)
    })

  /** No answer. Interrupted, or a defect: the intent stands without a response, which is what "at risk" means. */
  const failed = Effect.fnUntraced(
    function*(call: ReadyCall, id: string, error: Option.Option<LlmError>) {
      const { about: { slug }, reservation, turn } = call
      if (Option.isNone(error)) {
        gate.abandoned(turn, true)
        return yield* lose(call, id)
      }
      const { reason } = error.value
      gate.failed(turn, reason)
      const billed = mayBeBilled(reason)
      yield* billed ? lose(call, id) : budget.settle(reservation, 0)
      const atRiskNanoUsd = billed ? reservation.nanoUsd : 0
      yield* journal.note({ _tag: "failure", slug, id, at: yield* nowIso, reason, atRiskNanoUsd })
    }
  )

  const make: PaidCalls["make"] = (call, restore) =>
    Effect.gen(function*() {
      const { about, price, reservation, turn, wire } = call
      const { judges, slug, ...provenance } = about
      const id = yield* journal.nextId
      const hash = requestHash(wire)
      const ofJudge = judges === undefined ? {} : { judges }
      yield* journal.write({
        _tag: "intent",
        slug,
        id,
        at: yield* nowIso,
        ...ofJudge,
        model: wire.model,
        ...provenance,
        requestHash: hash,
        messages: wire.messages,
        outputTokensMax: wire.outputTokensMax,
        reservedNanoUsd: reservation.nanoUsd
      })
      const startMs = yield* Clock.currentTimeMillis
      const exit = yield* Effect.exit(
        restore(llm.complete(wire, (said) => gate.read(turn, said)))
      )
      if (Exit.isFailure(exit)) {
        yield* failed(call, id, Exit.findErrorOption(exit))
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
          ...ofJudge,
          latencyMs: (yield* Clock.currentTimeMillis) - startMs,
          completion,
          price,
          costNanoUsd
        }),
        (written) =>
          Exit.isSuccess(written) ? budget.settle(reservation, costNanoUsd) : lose(call, id)
      )
      return {
        ...provenance,
        id,
        model: completion.model,
        requestedModel: wire.model,
        requestHash: hash,
        outputTokensMax: wire.outputTokensMax,
        completion,
        costNanoUsd
      }
    })

  const calls: PaidCalls = {
    make,
    // Calls end in any order; their numbers tell when they began.
    atRisk: () => atRisk.toSorted((a, b) => numberOf(a.id) - numberOf(b.id))
  }
  return calls
})
