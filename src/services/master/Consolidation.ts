// The masters rewritten to one line per slug, the newest, while writers go on.
//
// 1. Without the appenders' lock: the masters are read up to their sizes at one moment, and what survives is copied to
//    temps beside them, durably. What was appended meanwhile is read and copied in further rounds, until little is left.
// 2. Under the lock: the rest is read and copied, and the three temps are swapped in together.
// A line that comes late and supersedes one already copied leaves a copy too many: it is taken out of the temps, without
// the lock where tries are left, under it where little stands behind it. After that a slug stands once per file, but for
// what was superseded in large masters while they were mended again and again: those lines wait for the next time
// (`left`), as they would if they had come just after it.
// What a crash leaves: before the swap is decided the masters as they were, and temps that the next open sweeps; after
// that the marker, and whoever takes the lock next finishes the swap (SwapFiles.ts).
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { BootId } from "../durability/BootId.ts"
import type { Damage } from "../durability/Damage.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { DiskError } from "../durability/Disk.ts"
import { Disk } from "../durability/Disk.ts"
import { FileLock } from "../durability/FileLock.ts"
import { sweep } from "../durability/ReplaceFile.ts"
import type { ConsolidationReport } from "./ConsolidationReport.ts"
import type { MasterRecovery } from "./MasterLock.ts"
import { openMasterLock } from "./MasterLock.ts"
import { startReading } from "./Reading.ts"
import { leftIn, rewrite } from "./Rewrite.ts"
import type { Outcome } from "./Rewrite.ts"
import type { Asides } from "./SetAside.ts"
import { noAsides } from "./SetAside.ts"
import type { MasterName, PerMaster } from "./Survivors.ts"
import { nothing } from "./Survivors.ts"
import type { SwapPending } from "./SwapIn.ts"

export class ConsolidationError
  extends Schema.TaggedError<ConsolidationError>()("ConsolidationError", {
    /** `Busy`: another process consolidates now. `Failed`: no record was lost; `detail` says what stands now. */
    reason: Schema.Literals(["Busy", "Failed"]),
    detail: Schema.String
  })
{
  override get message(): string {
    return `consolidation: ${this.detail}`
  }
}

/**
 * Keeps the masters that stand open. Their last close frees their blocks, which takes long and holds up the syncs of
 * others: it must be ours, after the lock is given back, and not an appender's.
 */
const holdOld = Effect.fnUntraced(function*(data: DataPaths) {
  const disk = yield* Disk
  for (const path of [data.updates, data.successes, data.rejects]) {
    if (Option.isSome(yield* disk.stat(path))) yield* disk.open(path, "read")
  }
})

/** What a recovery that came first, and the consolidation itself, have set aside. */
const damageOf = (
  recoveries: ReadonlyArray<MasterRecovery>,
  asides: Asides
): ReadonlyArray<Damage> => [
  ...recoveries.flatMap(({ report }) => report.damage),
  ...asides.damage.values()
]

interface Repaired {
  readonly damage: ReadonlyArray<Damage>
  readonly recoveredLines: number
}

const reportOf = (
  { after, pauseMs, progress }: Outcome,
  { damage, recoveredLines }: Repaired,
  durationMs: number
): ConsolidationReport => {
  const { draft, reading } = progress
  const kept: PerMaster = draft === undefined
    ? reading.lines
    : { updates: draft.kept.masters, successes: draft.kept.masters, rejects: draft.kept.rejects }
  const file = (name: MasterName) => ({
    read: reading.lines[name],
    kept: kept[name],
    bytesBefore: reading.sizes[name],
    bytesAfter: after[name]
  })
  return {
    updates: file("updates"),
    successes: file("successes"),
    rejects: file("rejects"),
    left: leftIn(progress),
    quarantined: damage.reduce((sum, { lines }) => sum + lines, 0),
    damage,
    recoveredLines,
    durationMs,
    pauseMs
  }
}

const run = Effect.fnUntraced(function*(
  data: DataPaths
): Effect.fn.Return<
  ConsolidationReport,
  ConsolidationError | DiskError | SwapPending,
  Disk | FileLock | BootId | Scope.Scope
> {
  const disk = yield* Disk
  const locks = yield* FileLock
  const startNanos = yield* Clock.currentTimeNanos
  const durationMs = Effect.map(Clock.currentTimeNanos, (now) => Number(now - startNanos) / 1e6)
  if (Option.isNone(yield* disk.stat(data.master))) {
    const empty: Outcome = {
      progress: { reading: startReading(), draft: undefined },
      after: nothing,
      pauseMs: 0
    }
    return reportOf(empty, { damage: [], recoveredLines: 0 }, yield* durationMs)
  }
  const own = yield* disk.open(data.consolidationLock, "update")
  if (!(yield* locks.tryLock(own))) {
    const detail = `another process is consolidating ${data.master} now; it does the same work`
    return yield* new ConsolidationError({ reason: "Busy", detail })
  }
  const lock = yield* openMasterLock(data)
  yield* lock.atRest(() => Effect.andThen(sweep(data.master, data.swap), holdOld(data)))
  const asides = noAsides()
  const outcome = yield* Effect.onError(
    rewrite({ data, lock, asides }),
    // What is corrupt stands in the masters still.
    (cause) =>
      Cause.findErrorOption(cause).pipe(Option.exists(({ _tag }) => _tag === "SwapPending"))
        ? Effect.void
        : Effect.forEach(asides.paths, (path) => Effect.ignore(disk.unlink(path)), {
          discard: true
        })
  )
  const copied = lock.recoveries.flatMap(({ report }) => report.copiedLines)
  const repaired: Repaired = {
    damage: damageOf(lock.recoveries, asides),
    recoveredLines: copied.reduce((sum, count) => sum + count, 0)
  }
  return reportOf(outcome, repaired, yield* durationMs)
})

const failed = (error: DiskError | SwapPending): ConsolidationError =>
  new ConsolidationError({
    reason: "Failed",
    detail: error._tag === "DiskError"
      ? `${error.message}; the masters are as they were`
      : error.message
  })

const make = Effect.gen(function*() {
  const data = yield* DataDirectory
  const services = yield* Effect.context<Disk | FileLock | BootId>()
  return {
    consolidate: Effect.scoped(run(data)).pipe(
      Effect.catchTags({
        DiskError: (error) => Effect.fail(failed(error)),
        SwapPending: (error) => Effect.fail(failed(error))
      }),
      Effect.provideContext(services)
    )
  }
})

export class Consolidation extends Context.Service<Consolidation, {
  /** Whatever it fails with, no record is lost; appenders go on. */
  readonly consolidate: Effect.Effect<ConsolidationReport, ConsolidationError>
}>()("inkfast/services/master/Consolidation") {
  static readonly layer: Layer.Layer<Consolidation, never, DataDirectory | Disk | FileLock> = Layer
    .effect(
      Consolidation,
      make
    ).pipe(Layer.provide(BootId.layer))
}
