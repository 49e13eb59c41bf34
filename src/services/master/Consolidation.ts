// The masters rewritten to one line per slug, the newest, while writers go on.
//
// 1. Without the appenders' lock: the masters are read up to their sizes at one moment, and what survives is copied to
//    temps beside them, durably. What was appended meanwhile is read and copied in further rounds, until little is left.
// 2. Under the lock: the rest is read and copied, and the three temps are swapped in together.
// A line that comes late and supersedes one already copied leaves a copy too many: the copies are written anew, without
// the lock where tries are left, under it where they are small. After that a slug stands once per file, but for what
// was superseded in large masters while they were rewritten again and again: those lines wait for the next time (`left`).
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
import { isTidy, readOn, startReading } from "./Reading.ts"
import type { MasterName, PerMaster } from "./Survivors.ts"
import { nothing } from "./Survivors.ts"
import type { SwapPending } from "./SwapIn.ts"
import { setAsideAll, swapIn } from "./SwapIn.ts"

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
  /** Superseded lines that stay for the next time: the newer ones came while the masters were rewritten. */
  left: Schema.Int,
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
/** Times that a draft with superseded lines is written anew without the lock. */
const anewMax = 2
/** A draft up to so many bytes is written anew under the lock: a few milliseconds' work. */
const smallBytesMax = 4 * 1024 * 1024

type Needs = Disk | FileLock | Scope.Scope

interface Progress {
  readonly reading: Reading
  /** Undefined as long as the masters need no change. */
  readonly draft: Draft | undefined
}

interface Work {
  readonly data: DataPaths
  readonly lock: MasterLock
  /** Corrupt lines in quarantine, by place. */
  readonly asides: Map<string, string>
}

const bytesOf = (sizes: PerMaster): number => sizes.updates + sizes.successes + sizes.rejects

const leftIn = ({ draft, reading: { survivors: { left } } }: Progress): number =>
  draft === undefined ? 0 : left.masters + left.rejects

/** Reads up to new sizes and sets aside what is corrupt. */
const readUpTo = Effect.fnUntraced(function*(
  { asides, data, lock }: Work,
  before: Progress,
  sizes: PerMaster
): Effect.fn.Return<Progress, DiskError, Disk> {
  const reading = yield* readOn(data, before.reading, sizes)
  yield* setAsideAll(data, lock, reading.corrupt, asides)
  return { reading, draft: before.draft }
})

/** The draft brought up to the reading: begun where it is needed first, or written anew. */
const copyUpTo = Effect.fnUntraced(function*(
  { data }: Work,
  { draft: before, reading }: Progress,
  anew: boolean
): Effect.fn.Return<Progress, DiskError, Needs> {
  if (isTidy(reading)) return { reading, draft: undefined }
  if (before !== undefined && anew) yield* before.discard
  if (before === undefined || anew) reading.survivors.beginCopy()
  const draft = before === undefined || anew ? yield* makeDraft(data) : before
  yield* appendSurvivors(data, draft, reading.survivors)
  return { reading, draft }
})

interface Outcome {
  readonly progress: Progress
  readonly after: PerMaster
  readonly pauseMs: number
}

/** What the lock was given back for: more was appended than is copied under it, or the draft is to be written anew. */
interface Postponed {
  readonly progress: Progress
  readonly sizes: PerMaster
  readonly anew: boolean
}

interface Allowed {
  readonly round: boolean
  readonly anew: boolean
}

/** Step 2, under the lock. */
const tryFinish = Effect.fnUntraced(function*(
  work: Work,
  before: Progress,
  sizes: PerMaster,
  allowed: Allowed
): Effect.fn.Return<Outcome | Postponed, DiskError | SwapPending, Needs> {
  const startNanos = yield* Clock.currentTimeNanos
  if (allowed.round && bytesOf(sizes) - bytesOf(before.reading.sizes) > restBytesMax) {
    return { progress: before, sizes, anew: false }
  }
  const read = yield* readUpTo(work, before, sizes)
  const { missing } = read.reading.survivors
  const wrong = read.draft !== undefined && (missing || leftIn(read) > 0)
  if (wrong && allowed.anew) return { progress: read, sizes, anew: true }
  const isSmall = bytesOf(sizes) <= smallBytesMax
  const progress = yield* copyUpTo(work, read, wrong && (missing || isSmall))
  const after = progress.draft === undefined
    ? sizes
    : yield* swapIn(work.data, work.lock, progress.draft, progress.reading)
  const pauseMs = Number((yield* Clock.currentTimeNanos) - startNanos) / 1e6
  return { progress, after, pauseMs }
})

/** Steps 1 and 2, over and over until little is left for the second. */
const rewrite = Effect.fnUntraced(function*(
  work: Work
): Effect.fn.Return<Outcome, DiskError | SwapPending, Needs> {
  const { lock } = work
  let next: Postponed = {
    progress: { reading: startReading(), draft: undefined },
    sizes: yield* lock.atRest(Effect.succeed),
    anew: false
  }
  let drafts = 0
  for (let round = 1;; round++) {
    if (next.anew) drafts++
    const progress = yield* copyUpTo(
      work,
      yield* readUpTo(work, next.progress, next.sizes),
      next.anew
    )
    if (progress.draft !== undefined) yield* progress.draft.sync
    const allowed = { round: round < roundsMax, anew: drafts < anewMax }
    const outcome = yield* lock.atRest((sizes) => tryFinish(work, progress, sizes, allowed))
    if ("after" in outcome) return outcome
    next = outcome
  }
})

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
    left: leftIn(progress),
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
  yield* lock.atRest(() => Effect.andThen(sweep(data.master, data.swap), holdOld(data)))
  const asides = new Map<string, string>()
  const outcome = yield* Effect.onError(
    rewrite({ data, lock, asides }),
    // What is corrupt stands in the masters still.
    (cause) =>
      Cause.findErrorOption(cause).pipe(Option.exists(({ _tag }) => _tag === "SwapPending"))
        ? Effect.void
        : Effect.forEach(asides.values(), (path) => Effect.ignore(disk.unlink(path)), {
          discard: true
        })
  )
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
