// Consolidation and audit in the background of a run: every N accepted records, never in the way of one.
//
// What is due every N records must not cost what all the records so far cost, or a run would be quadratic. So the run
// counts what it supersedes: a consolidation is worth its reading and writing where a fifth of the lines goes, and then
// each superseded line pays for five. In between, only what was appended since is audited; everything once, at the end.
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { ItemSource } from "../../services/items/ItemSource.ts"
import { Audit } from "../../services/master/Audit.ts"
import { Consolidation } from "../../services/master/Consolidation.ts"
import type { Stock } from "../../services/master/Settled.ts"
import { refreshIndexWithin } from "../../services/master/KeepIndex.ts"
import type { Happening, SkippedConsolidation } from "./RunEvent.ts"

export interface Upkeep {
  /**
   * Tells how many records the run has accepted, and whether the last one supersedes a line; every N-th asks for a
   * consolidation. Never waits.
   */
  readonly accepted: (count: number, supersedes: boolean) => Effect.Effect<void>
  /** Tells of a reject, and whether it supersedes a line. */
  readonly rejected: (supersedes: boolean) => void
  /** Takes no more requests and returns when the last one is done and everything is audited. */
  readonly finish: Effect.Effect<void>
}

/** The share of superseded lines from which on a consolidation pays. */
const worthShare = 0.2
/** One that failed is tried again when the masters have grown by this factor. */
const growthAfterFailure = 1.2

/**
 * One consolidation runs at a time; what is asked for meanwhile becomes one more after it. A failure is told and
 * changes nothing else. `every` 0 asks for none. `input` are the slugs that the last audit counts against. Interrupted
 * with its scope; a swap that has begun is completed.
 */
export const makeUpkeep = Effect.fnUntraced(
  function*(
    every: number,
    stock: Pick<Stock, "lines" | "superseded">,
    input: ItemSource["slugs"],
    emit: (event: Happening) => Effect.Effect<void>
  ) {
    const consolidation = yield* Consolidation
    const audit = yield* Audit
    const due = yield* Queue.sliding<number, Cause.Done>(1)
    let { lines, superseded } = stock
    let linesToTryAgain = 0
    let wasDue = false
    const wrote = (supersedes: boolean) => {
      lines++
      if (supersedes) superseded++
    }
    const auditAppended = every === 0 ? Effect.never : yield* audit.appended

    const skip = (acceptedNow: number, why: SkippedConsolidation) =>
      emit({ event: "consolidation-skipped", acceptedNow, why, lines, superseded })

    const consolidate = Effect.fnUntraced(function*(acceptedNow: number) {
      if (superseded < lines * worthShare) return yield* skip(acceptedNow, "little-gain")
      if (lines < linesToTryAgain) return yield* skip(acceptedNow, "failed-before")
      linesToTryAgain = lines * growthAfterFailure
      const found = yield* Effect.result(consolidation.consolidate)
      if (found._tag === "Failure") {
        if (found.failure.reason !== "Busy") return yield* found.failure
        linesToTryAgain = 0
        yield* skip(acceptedNow, "busy")
        // Another shard's run does the same work now.
        superseded = 0
        return
      }
      const report = found.success
      linesToTryAgain = 0
      lines = report.successes.kept + report.rejects.kept
      superseded = report.left
      yield* emit({ event: "consolidated", acceptedNow, report })
    })

    const told = (acceptedNow: number) =>
      Effect.catchCause((cause: Cause.Cause<{ readonly message: string }>) =>
        Cause.hasInterruptsOnly(cause)
          ? Effect.interrupt
          : emit({ event: "upkeep-failed", acceptedNow, detail: causeMessage(cause) })
      )
    let last = 0
    const once = (acceptedNow: number) =>
      Effect.gen(function*() {
        wasDue = true
        last = acceptedNow
        yield* consolidate(acceptedNow)
        // There is none after a consolidation: it was of the files that were replaced.
        yield* refreshIndexWithin
        const report = yield* auditAppended
        // None where the masters were just consolidated, which verifies every line.
        if (report.checks.length > 0) yield* emit({ event: "audited-appended", report })
      }).pipe(told(acceptedNow))
    const auditAll = Effect.suspend(() =>
      wasDue
        ? input.pipe(
          Effect.flatMap(audit.audit),
          Effect.flatMap((report) => emit({ event: "audited", report })),
          told(last)
        )
        : Effect.void
    )
    const worker = yield* Effect.forkScoped(
      Effect.andThen(Stream.runForEach(Stream.fromQueue(due), once), auditAll)
    )
    const upkeep: Upkeep = {
      accepted: (count, supersedes) =>
        Effect.suspend(() => {
          wrote(supersedes)
          return every > 0 && count % every === 0
            ? Effect.asVoid(Queue.offer(due, count))
            : Effect.void
        }),
      rejected: wrote,
      finish: Effect.andThen(Queue.end(due), Effect.asVoid(Fiber.join(worker)))
    }
    return upkeep
  }
)

const causeMessage = (cause: Cause.Cause<{ readonly message: string }>): string => {
  const failure = cause.reasons.find(Cause.isFailReason)
  return failure === undefined ? Cause.pretty(cause) : failure.error.message
}
