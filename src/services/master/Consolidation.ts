// The masters rewritten to one line per slug, the newest, while writers go on.
//
// 1. Without the appenders' lock: the masters are read up to their sizes at one moment, and what survives is copied to
//    temps beside them. What was appended meanwhile is read and copied in further rounds, until little is left.
// 2. Under the lock: the rest is read and copied, damaged lines are set aside, the three temps are swapped in together.
// A line that comes late and supersedes one already copied makes the copies stale: they are written anew, without the
// lock where tries are left. So after a consolidation a slug stands once per file, whatever was appended meanwhile (I5).
// What a crash leaves: before the swap is decided the masters as they were, and temps that the next open sweeps; after
// that the marker, and whoever takes the lock next finishes the swap (SwapFiles.ts).
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { BootId } from "../durability/BootId.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { DiskError } from "../durability/Disk.ts"
import { Disk } from "../durability/Disk.ts"
import { FileLock } from "../durability/FileLock.ts"
import { sweep } from "../durability/ReplaceFile.ts"
import type { Draft } from "./Draft.ts"
import { appendSurvivors, makeDraft } from "./Draft.ts"
import type { MasterLock } from "./MasterLock.ts"
import { openMasterLock } from "./MasterLock.ts"
import type { Reading } from "./Reading.ts"
import { readOn, startReading } from "./Reading.ts"
import type { MasterName, PerMaster } from "./Survivors.ts"
import { nothing } from "./Survivors.ts"
import type { SwapPending } from "./SwapIn.ts"
import { swapIn } from "./SwapIn.ts"

const FileReport = Schema.Struct({
  /** Lines. */
  read: Schema.Int,
  kept: Schema.Int,
  bytesBefore: Schema.Int,
  bytesAfter: Schema.Int
})

export const ConsolidationReport = Schema.Struct({
  /** Lines read and kept, per file. Nothing was written when all of `read` is `kept` and the bytes are the same. */
  updates: FileReport,
  successes: FileReport,
  rejects: FileReport,
  /** Corrupt lines moved to quarantine. */
  quarantined: Schema.Int,
  durationMs: Schema.Finite,
  /** How long appenders had to wait for the swap. */
  pauseMs: Schema.Finite
})
export type ConsolidationReport = typeof ConsolidationReport.Type

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

/** What is left to read under the lock may be so large: a few milliseconds' work. */
const restBytesMax = 1024 * 1024
/** Rounds without the lock. Reading is faster than durable appending, so the rest shrinks with each. */
const roundsMax = 10
/** Times that a stale draft is written anew without the lock, before it is done under it. */
const staleTriesMax = 3

type Needs = Disk | FileLock | Scope.Scope

interface Progress {
  readonly reading: Reading
  /** Undefined as long as the masters need no change. */
  readonly draft: Draft | undefined
}

const bytesOf = (sizes: PerMaster): number => sizes.updates + sizes.successes + sizes.rejects

const needsNewDraft = (reading: Reading, draft: Draft | undefined): boolean =>
  !reading.tidy && (draft === undefined || reading.survivors.stale)

/** The draft brought up to the reading: begun where it is needed first, written anew where it became stale. */
const bringUp = Effect.fnUntraced(function*(
  data: DataPaths,
  reading: Reading,
  before: Progress
): Effect.fn.Return<Progress, DiskError, Needs> {
  if (reading.tidy) return { reading, draft: undefined }
  if (before.draft !== undefined && !needsNewDraft(reading, before.draft)) {
    yield* appendSurvivors(
      data,
      before.draft,
      reading.survivors,
      before.reading.sizes,
      reading.sizes
    )
    return { reading, draft: before.draft }
  }
  if (before.draft !== undefined) yield* before.draft.discard
  const draft = yield* makeDraft(data)
  yield* appendSurvivors(data, draft, reading.survivors, nothing, reading.sizes)
  return { reading, draft }
})

/** Step 1. */
const catchUp = Effect.fnUntraced(function*(
  data: DataPaths,
  lock: MasterLock
): Effect.fn.Return<Progress, DiskError, Needs> {
  let progress: Progress = { reading: startReading(), draft: undefined }
  for (let round = 0; round < roundsMax; round++) {
    const sizes = yield* lock.atRest(Effect.succeed)
    if (round > 0 && bytesOf(sizes) - bytesOf(progress.reading.sizes) <= restBytesMax) break
    progress = yield* bringUp(data, yield* readOn(data, progress.reading, sizes), progress)
  }
  return progress
})

interface Outcome {
  readonly progress: Progress
  readonly after: PerMaster
  readonly pauseMs: number
}

/** Step 2. Answers only the reading, with nothing changed, where a new draft is needed and may be written outside. */
const tryFinish = (
  data: DataPaths,
  lock: MasterLock,
  progress: Progress,
  mayRetry: boolean
): Effect.Effect<Outcome | Reading, DiskError | SwapPending, Needs> =>
  lock.atRest((sizes) =>
    Effect.gen(function*() {
      const startNanos = yield* Clock.currentTimeNanos
      const reading = yield* readOn(data, progress.reading, sizes)
      if (mayRetry && needsNewDraft(reading, progress.draft)) return reading
      const last = yield* bringUp(data, reading, progress)
      const after = last.draft === undefined
        ? sizes
        : yield* swapIn(data, lock, last.draft, reading)
      const pauseMs = Number((yield* Clock.currentTimeNanos) - startNanos) / 1e6
      return { progress: last, after, pauseMs }
    })
  )

const finish = Effect.fnUntraced(function*(
  data: DataPaths,
  lock: MasterLock,
  start: Progress
): Effect.fn.Return<Outcome, DiskError | SwapPending, Needs> {
  let progress = start
  for (let tried = 0;; tried++) {
    if (progress.draft !== undefined) yield* progress.draft.sync
    const outcome = yield* tryFinish(data, lock, progress, tried < staleTriesMax)
    if ("after" in outcome) return outcome
    progress = yield* bringUp(data, outcome, progress)
  }
})

const reportOf = (
  { after, pauseMs, progress }: Outcome,
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
    quarantined: reading.corrupt.reduce((sum, region) => sum + region.lines, 0),
    durationMs,
    pauseMs
  }
}

const run = Effect.fnUntraced(function*(
  data: DataPaths
): Effect.fn.Return<
  ConsolidationReport,
  ConsolidationError | DiskError | SwapPending,
  Needs | BootId
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
    return reportOf(empty, yield* durationMs)
  }
  const own = yield* disk.open(data.consolidationLock, "update")
  if (!(yield* locks.tryLock(own))) {
    const detail = `another process is consolidating ${data.master} now; it does the same work`
    return yield* new ConsolidationError({ reason: "Busy", detail })
  }
  const lock = yield* openMasterLock(data)
  yield* lock.atRest(() => sweep(data.master, data.swap))
  const outcome = yield* finish(data, lock, yield* catchUp(data, lock))
  return reportOf(outcome, yield* durationMs)
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
