// Consolidation and audit in the background of a run: every N accepted records, never in the way of one.
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { Audit } from "../../services/master/Audit.ts"
import { Consolidation } from "../../services/master/Consolidation.ts"
import type { Happening } from "./RunEvent.ts"

export interface Upkeep {
  /** Tells how many records the run has accepted; every N-th asks for a consolidation. Never waits. */
  readonly accepted: (count: number) => Effect.Effect<void>
  /** Takes no more requests and returns when the last one is done. */
  readonly finish: Effect.Effect<void>
}

/**
 * One consolidation runs at a time; what is asked for meanwhile becomes one more after it. A failure is told and
 * changes nothing else. `every` 0 asks for none. Interrupted with its scope; a swap that has begun is completed.
 */
export const makeUpkeep = Effect.fnUntraced(
  function*(every: number, emit: (event: Happening) => Effect.Effect<void>) {
    const consolidation = yield* Consolidation
    const audit = yield* Audit
    const due = yield* Queue.sliding<number, Cause.Done>(1)
    const once = (acceptedNow: number) =>
      Effect.gen(function*() {
        const report = yield* consolidation.consolidate
        yield* emit({ event: "consolidated", acceptedNow, report })
        yield* emit({ event: "audited", report: yield* audit.audit(undefined) })
      }).pipe(
        // Another shard's run consolidates now, which is the same work.
        Effect.catchIf(
          (error) => error._tag === "ConsolidationError" && error.reason === "Busy",
          () => Effect.void
        ),
        Effect.catchCause((cause) =>
          Cause.hasInterruptsOnly(cause)
            ? Effect.interrupt
            : emit({ event: "upkeep-failed", acceptedNow, detail: causeMessage(cause) })
        )
      )
    const worker = yield* Effect.forkScoped(Stream.runForEach(Stream.fromQueue(due), once))
    const upkeep: Upkeep = {
      accepted: (count) =>
        every > 0 && count % every === 0 ? Effect.asVoid(Queue.offer(due, count)) : Effect.void,
      finish: Effect.andThen(Queue.end(due), Effect.asVoid(Fiber.join(worker)))
    }
    return upkeep
  }
)

const causeMessage = (cause: Cause.Cause<{ readonly message: string }>): string => {
  const failure = cause.reasons.find(Cause.isFailReason)
  return failure === undefined ? Cause.pretty(cause) : failure.error.message
}
