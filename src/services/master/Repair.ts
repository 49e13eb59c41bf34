// The deterministic mends of a data directory: found and told, and made only when that is asked for.
//
// In this order, each step durable before the next and all of them idempotent, so that a repair that was cut off is
// ended by the same command:
// 1. what any writer does when it opens the masters: an unfinished swap, a torn end, the last batch in both masters;
//    temps of the dead; the torn end of a dead run's journal;
// 2. the lines that the next step drops, to quarantine, with a log of every mend;
// 3. a consolidation: corrupt lines to quarantine, each record in both masters, an id once, no reject beside a success;
// 4. the index anew where it is not of these masters.
import { Buffer } from "node:buffer"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { basename } from "node:path"
import { BootId } from "../durability/BootId.ts"
import * as CommitLog from "../durability/CommitLog.ts"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import type { FileLock } from "../durability/FileLock.ts"
import { redoPath } from "../durability/Redo.ts"
import { replaceFile, stage, sweep } from "../durability/ReplaceFile.ts"
import type { JournalFile } from "../journal/JournalFiles.ts"
import { captureJournals } from "../journal/JournalFiles.ts"
import { isRunAlive } from "../journal/RunAlive.ts"
import { captureMasters } from "./AuditCapture.ts"
import { auditTemps } from "./AuditDirectory.ts"
import { Consolidation } from "./Consolidation.ts"
import type { ConsolidationError } from "./Consolidation.ts"
import { openCoveringIndex } from "./CoveringIndex.ts"
import { findMends } from "./FindMends.ts"
import type { Findings, Mend } from "./FindMends.ts"
import { refreshIndex } from "./KeepIndex.ts"
import { openMasterLock } from "./MasterLock.ts"
import type { MasterRecovery } from "./MasterLock.ts"
import type { PerMaster } from "./Survivors.ts"
import { withoutConsolidations } from "./WithoutConsolidations.ts"

export interface RepairReport {
  readonly applied: boolean
  readonly mends: ReadonlyArray<Mend>
  /** Faults that no program can decide: they stay as they are. */
  readonly undecided: ReadonlyArray<Mend>
  /** Where the mends are written down; null where nothing was changed. */
  readonly log: string | null
  /** The lines that were dropped; null where there were none. */
  readonly dropped: string | null
}

type Needs = DataDirectory | Disk | FileLock | BootId

const newline = 0x0a

/** Journals of dead runs that end in the middle of a line. */
const tornJournals = Effect.fnUntraced(function*(
  data: DataPaths
): Effect.fn.Return<ReadonlyArray<JournalFile>, DiskError, Needs> {
  const disk = yield* Disk
  const last = Buffer.alloc(1)
  const isTorn = Effect.fnUntraced(function*({ path, runId, size }: JournalFile) {
    if (size === 0) return false
    yield* disk.read(yield* disk.open(path, "read"), last, size - 1)
    return last[0] !== newline && !(yield* isRunAlive(runId))
  }, Effect.scoped)
  return yield* Effect.filter(yield* captureJournals(data), isTorn)
})

const isIndexStale = Effect.fnUntraced(function*(
  data: DataPaths
): Effect.fn.Return<boolean, DiskError, Disk | Scope.Scope> {
  if (Option.isNone(yield* (yield* Disk).stat(data.index))) return false
  return (yield* openCoveringIndex(data)) === undefined
}, Effect.scoped)

/** What a writer or a sweep would mend, as the files are now. Answers how far the masters can be read, too. */
const findAround = Effect.fnUntraced(function*(
  data: DataPaths,
  torn: ReadonlyArray<JournalFile>
): Effect.fn.Return<
  { readonly mends: ReadonlyArray<Mend>; readonly sizes: PerMaster },
  DiskError,
  Needs
> {
  const capture = yield* captureMasters(data)
  const { isUnclean, sizes, swapPending } = capture
  const mends: Array<Mend> = []
  const add = (kind: Mend["kind"], where: string, what: string) =>
    mends.push({ kind, where, slug: "", what })
  if (swapPending) add("unfinished-swap", data.swap, "a decided swap of the masters is finished")
  if (isUnclean) {
    add("unclean-end", data.master, "the last writer left no clean end: it is looked at and mended")
  }
  for (const redo of [data.updates, data.successes, data.rejects].map(redoPath)) {
    if (Option.isSome(yield* (yield* Disk).stat(redo))) {
      add("unclean-end", redo, "a recovery that was cut off is finished")
    }
  }
  const temps = yield* auditTemps(data, capture)
  if (temps.violations > 0) {
    add("leftover-temp", data.root, `${temps.violations} temps of the dead are removed`)
  }
  for (const { path } of torn) {
    add("torn-journal", path, "its end, which is no whole line, goes to quarantine")
  }
  if (yield* isIndexStale(data)) {
    add("stale-index", data.index, "it is not of these masters, and is written anew")
  }
  return { mends, sizes }
})

/** What the recovery in `settle` did: it comes before anything is looked for, so this alone tells of it. */
const mendsOf = (recoveries: ReadonlyArray<MasterRecovery>): ReadonlyArray<Mend> =>
  recoveries.flatMap(({ names, report }) => [
    ...report.damage.map(({ bytes, file, lines, offset, path }): Mend => ({
      kind: "corrupt-line",
      where: `${basename(file)} at byte ${offset}`,
      slug: "",
      what: `${lines} damaged lines, ${bytes} bytes: ${path}`
    })),
    ...report.copiedLines.flatMap((count, index): ReadonlyArray<Mend> =>
      count === 0 ? [] : [{
        kind: "missing-twin",
        where: `${names[index]}.jsonl`,
        slug: "",
        what: `${count} records that only the other master had are copied`
      }]
    )
  ])

interface Settled {
  /** Of the masters at rest, in bytes. */
  readonly sizes: PerMaster
  readonly mends: ReadonlyArray<Mend>
}

/** Step 1. */
const settle = Effect.fnUntraced(function*(
  data: DataPaths,
  torn: ReadonlyArray<JournalFile>
): Effect.fn.Return<Settled, DiskError, Needs | Scope.Scope> {
  for (const { path } of torn) {
    const recovered = CommitLog.open({
      files: [path],
      guard: { _tag: "Own" },
      quarantine: data.quarantine
    })
    // Whoever is writing it now recovers it.
    yield* Effect.scoped(recovered).pipe(
      Effect.catchIf(({ code }) => code === "EBUSY", () => Effect.void)
    )
  }
  for (const directory of [data.root, data.raw, data.quarantine, data.evidence]) {
    yield* sweep(directory)
  }
  const lock = yield* openMasterLock(data)
  const sizes = yield* lock.atRest((found) => Effect.as(sweep(data.master, data.swap), found))
  return { sizes, mends: mendsOf(lock.recoveries) }
}, Effect.scoped)

/** Copies what is going to be dropped to quarantine. Answers whether there was anything. */
const setAsideDropped = Effect.fnUntraced(function*(
  findings: Findings,
  target: string
): Effect.fn.Return<boolean, DiskError, Disk | FileLock | Scope.Scope> {
  const staged = yield* stage(target)
  let waiting: Array<Buffer> = []
  const flush = Effect.suspend(() => {
    const bytes = Buffer.concat(waiting)
    waiting = []
    return bytes.length === 0 ? Effect.void : staged.append(bytes)
  })
  yield* findings.visitDropped(
    (bytes) => void waiting.push(Buffer.from(bytes), Buffer.from("\n")),
    flush
  )
  yield* flush
  if (staged.size() === 0) return false
  yield* staged.commit
  return true
}, Effect.scoped)

const logText = (mends: ReadonlyArray<Mend>): Buffer =>
  Buffer.from(mends.map((mend) => `${JSON.stringify(mend)}\n`).join(""))

const run = Effect.fnUntraced(function*(
  apply: boolean,
  consolidation: Consolidation["Service"]
): Effect.fn.Return<RepairReport, DiskError | ConsolidationError, Needs> {
  const data = yield* DataDirectory
  const disk = yield* Disk
  if (Option.isNone(yield* disk.stat(data.master))) {
    return { applied: apply, mends: [], undecided: [], log: null, dropped: null }
  }
  const torn = yield* tornJournals(data)
  const around = yield* findAround(data, torn)
  if (!apply) {
    const { mends, undecided } = yield* withoutConsolidations(data, findMends(around.sizes))
    return {
      applied: false,
      mends: [...around.mends, ...mends],
      undecided,
      log: null,
      dropped: null
    }
  }
  const settled = yield* settle(data, torn)
  const time = DateTime.formatIso(yield* DateTime.now).replaceAll(/[-:.]/g, "")
  const path = (what: string) => `${data.quarantine}/repair.${time}.${what}.jsonl`
  const noted = yield* withoutConsolidations(
    data,
    Effect.gen(function*() {
      const findings = yield* findMends(settled.sizes)
      const { undecided } = findings
      const mends = [...around.mends, ...settled.mends, ...findings.mends]
      if (mends.length === 0) return { mends, undecided, changes: false, dropped: null }
      yield* disk.makeDirectory(data.quarantine)
      const changes = findings.mends.length > 0
      const isAny = changes && (yield* setAsideDropped(findings, path("dropped")))
      yield* replaceFile(path("log"), logText(mends))
      return { mends, undecided, changes, dropped: isAny ? path("dropped") : null }
    })
  )
  const { changes, dropped, mends, undecided } = noted
  if (changes) yield* consolidation.consolidate
  if (yield* isIndexStale(data)) yield* refreshIndex(0)
  const log = mends.length > 0 ? path("log") : null
  return { applied: true, mends, undecided, log, dropped }
})

const make = Effect.gen(function*() {
  const consolidation = yield* Consolidation
  const services = yield* Effect.context<Needs>()
  return {
    repair: (apply: boolean) => Effect.provideContext(run(apply, consolidation), services)
  }
})

export class Repair extends Context.Service<Repair, {
  /**
   * Answers what is to be mended; with `apply` it is mended. Safe beside runs that append. Nothing is dropped that was
   * not set aside in quarantine before, and whatever it fails with, the same call again does the rest.
   */
  readonly repair: (apply: boolean) => Effect.Effect<RepairReport, DiskError | ConsolidationError>
}>()("inkfast/services/master/Repair") {
  static readonly layer: Layer.Layer<
    Repair,
    never,
    Consolidation | DataDirectory | Disk | FileLock
  > = Layer.effect(Repair, make).pipe(Layer.provide(BootId.layer))
}
