// The journals of earlier runs read once: what is left to judge, what was spent, what is at risk.
//
// A run that lives holds the lock of its journal. Its open calls are its own: they are neither at risk nor to be judged
// by anyone else. A sealed run (RunManifest.isSealed) is not read, its manifest has its totals, unless settled items are
// taken up again: what was done for them may stand anywhere. Memory follows the items for which `isSettled` is false,
// and the calls that are open.
//
// Damage is counted and passed over: an event that cannot be read costs at most a call listed as at risk, or an answer
// judged once more for nothing. Files in raw/ that are no journals of ours are counted and left alone.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { open as openLog } from "../durability/CommitLog.ts"
import { DataDirectory, journalPath } from "../durability/DataDirectory.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import { listIfThere } from "../durability/FileIo.ts"
import { FileLock } from "../durability/FileLock.ts"
import { slugOf, verifyLine } from "../durability/LineCodec.ts"
import { scanLines } from "../durability/Lines.ts"
import type { NanoUsd } from "../spending/Money.ts"
import { decodeEvent, entryOf, readEntry } from "./EventCodec.ts"
import type { Entry } from "./EventCodec.ts"
import { HistoryBook } from "./ItemHistory.ts"
import type { ItemHistory } from "./ItemHistory.ts"
import { RunLedger, runOf } from "./RunLedger.ts"
import type { AtRisk, LedgerTotals } from "./RunLedger.ts"
import { isSealed, listedAtRisk, readManifest, writeManifest } from "./RunManifest.ts"
import type { RunManifest, RunTotals } from "./RunManifest.ts"

export type { ItemHistory, Rejection } from "./ItemHistory.ts"

export interface ReplayOptions {
  /**
   * The run that asks: its own journal is not read, and damaged ends of dead runs' journals are mended first (I4). What
   * is complete there but for its newline is an answer then, and not a call at risk. Absent where nothing may be
   * written (status, audit).
   */
  readonly ownRunId?: string
  /**
   * Items that the lock of the run that asks covers: no living run works on them. Whether a run lives is told by trying
   * the lock of its journal, so whoever else is trying it makes a dead run look alive for a moment, and its answers must
   * not be paid for again because of that.
   */
  readonly isOurs?: (slug: string) => boolean
  /** Whether a slug needs nothing more: of such items only the money is kept. */
  readonly isSettled: (slug: string) => boolean
  /** Reads the journals of sealed runs as well, for the sake of items that were settled once. Default: false. */
  readonly readsSealed?: boolean
}

/** A journal that did not read clean. */
export interface JournalDamage {
  readonly file: string
  readonly corruptLines: number
  /** Counts from 1; 0 where there is none. */
  readonly firstCorruptLine: number
  /** Complete lines that are no events of ours. */
  readonly foreignLines: number
  /** Bytes after the last newline: an append that was cut off. */
  readonly unterminatedBytes: number
}

export interface RunReplay {
  readonly runId: string
  readonly state: "alive" | "dead" | "sealed"
  readonly manifest: RunManifest | undefined
  readonly totals: RunTotals
  /** Calls of a living run that wait for their answers, and what they may cost at most. */
  readonly inFlight: number
  readonly inFlightNanoUsd: NanoUsd
}

export interface Replay {
  /** By slug, of items that are not settled and for which calls were made. */
  readonly history: ReadonlyMap<string, ItemHistory>
  /** Calls that may have been billed though no answer came, oldest run first. */
  readonly atRisk: ReadonlyArray<AtRisk>
  readonly totals: {
    readonly calls: number
    readonly spentNanoUsd: NanoUsd
    readonly atRiskNanoUsd: NanoUsd
  }
  /** By run id, which is by time. */
  readonly runs: ReadonlyArray<RunReplay>
  readonly damage: ReadonlyArray<JournalDamage>
  /** Files in raw/ that are neither journal nor manifest of ours. */
  readonly foreignFiles: number
}

const journalName = /^ai-run-(\d{8}T\d{6}-[0-9a-f]{6})\.jsonl$/
const manifestName = /^ai-run-\d{8}T\d{6}-[0-9a-f]{6}\.meta\.json$/

/** The run whose journal has the name; undefined for any other file. */
export const runIdOf = (name: string): string | undefined => journalName.exec(name)?.[1]

/** Locks and temp files are hidden names; what else is not ours was made by another program. */
const isForeign = (name: string): boolean =>
  !name.startsWith(".") && !journalName.test(name) && !manifestName.test(name)

type FoundRun = Pick<RunReplay, "runId" | "state" | "manifest">

interface Books {
  readonly items: HistoryBook
  readonly ledgers: Map<string, RunLedger>
  /** Unsettled slugs by the run that worked on them. */
  readonly pending: Map<string, Set<string>>
}

const ledgerOf = (books: Books, runId: string): RunLedger => {
  let ledger = books.ledgers.get(runId)
  if (ledger === undefined) books.ledgers.set(runId, ledger = new RunLedger(runId))
  return ledger
}

/** Reads one journal into the books. */
const readJournal = Effect.fnUntraced(function*(
  books: Books,
  file: string,
  runId: string,
  isSettled: (slug: string) => boolean
): Effect.fn.Return<JournalDamage, DiskError, Disk> {
  const own = ledgerOf(books, runId)
  const pending = new Set<string>()
  books.pending.set(runId, pending)
  let corruptLines = 0
  let firstCorruptLine = 0
  let foreignLines = 0

  const readLine = (line: Buffer): Entry | undefined => {
    const slug = slugOf(line)
    if (slug === undefined || isSettled(slug)) return readEntry(line)
    const event = decodeEvent(line)
    if (event === undefined) return undefined
    pending.add(slug)
    books.items.enter(event)
    return entryOf(event)
  }

  const report = yield* scanLines(file, {}, (line, _offset, lineNumber) => {
    const state = verifyLine(line)
    if (state === "corrupt") {
      corruptLines++
      firstCorruptLine ||= lineNumber
      return
    }
    const entry = state === "valid" ? readLine(line) : undefined
    if (entry === undefined) foreignLines++
    // A resumed run judges the answers of the dead one: that is news for the dead one's books.
    else if (entry.tag === "verdict") ledgerOf(books, runOf(entry.id)).enter(entry)
    else own.enter(entry)
  })
  return {
    file,
    corruptLines,
    firstCorruptLine,
    foreignLines,
    unterminatedBytes: report.unterminatedBytes
  }
})

/** Opened to append, since a lock needs that; on a directory that may only be read nobody can be at work either. */
const isAlive = (path: string): Effect.Effect<boolean, DiskError, Disk | FileLock> =>
  Effect.scoped(Effect.gen(function*() {
    const file = yield* (yield* Disk).open(path, "append")
    return !(yield* (yield* FileLock).tryLock(file))
  })).pipe(
    Effect.catchIf(
      ({ code }) => ["EACCES", "EPERM", "EROFS"].includes(code),
      () => Effect.succeed(false)
    )
  )

/** Whether a run is at work: it holds the lock of its journal. */
export const isRunAlive = (
  runId: string
): Effect.Effect<boolean, DiskError, DataDirectory | Disk | FileLock> =>
  Effect.flatMap(DataDirectory, (data) => isAlive(journalPath(data, runId)))

/** What a dead run has spent and left at risk, by its journal alone. */
export const readRunSpending = Effect.fnUntraced(function*(
  runId: string
): Effect.fn.Return<NanoUsd, DiskError, DataDirectory | Disk> {
  const books: Books = { items: new HistoryBook(), ledgers: new Map(), pending: new Map() }
  yield* readJournal(books, journalPath(yield* DataDirectory, runId), runId, () => true)
  const { failedAtRiskNanoUsd, spentNanoUsd, unansweredNanoUsd } = ledgerOf(books, runId).totals
  return spentNanoUsd + failedAtRiskNanoUsd + unansweredNanoUsd
})

/** Opening the log of a dead run as its only writer recovers it; a living one holds its lock. */
const isAliveElseRepaired = (
  data: DataPaths,
  path: string
): Effect.Effect<boolean, DiskError, Disk | FileLock> =>
  Effect.scoped(
    Effect.as(
      openLog({ files: [path], guard: { _tag: "Own" }, quarantine: data.quarantine }),
      false
    )
  ).pipe(
    Effect.catchIf(({ code }) => code === "EBUSY", () => Effect.succeed(true))
  )

const totalsOf = (
  ledger: LedgerTotals,
  pending: number,
  alive: boolean,
  rejected: number | null
): RunTotals => ({
  calls: ledger.calls,
  accepted: ledger.accepted,
  rejected,
  pending,
  spentNanoUsd: ledger.spentNanoUsd,
  atRiskNanoUsd: ledger.failedAtRiskNanoUsd + (alive ? 0 : ledger.unansweredNanoUsd),
  unjudged: ledger.unjudged
})

/** Reads every journal of the data directory but the own one. A data directory without raw/ has none. */
export const replayJournals = Effect.fnUntraced(function*(
  options: ReplayOptions
): Effect.fn.Return<Replay, DiskError, DataDirectory | Disk | FileLock> {
  const data = yield* DataDirectory
  const disk = yield* Disk
  const names = yield* listIfThere(disk, data.raw)
  const books: Books = { items: new HistoryBook(), ledgers: new Map(), pending: new Map() }
  const found: Array<FoundRun> = []
  const damage: Array<JournalDamage> = []
  for (const name of names) {
    const runId = runIdOf(name)
    if (runId === undefined || runId === options.ownRunId) continue
    const manifest = Option.getOrUndefined(yield* readManifest(data, runId))
    const file = journalPath(data, runId)
    if (manifest !== undefined && isSealed(manifest)) {
      found.push({ runId, state: "sealed", manifest })
      if (options.readsSealed === true) {
        yield* readJournal(books, file, runId, options.isSettled)
      }
      continue
    }
    // Asked before it is read: a run that dies meanwhile has its calls listed as at risk next time.
    const alive =
      yield* (options.ownRunId !== undefined ? isAliveElseRepaired(data, file) : isAlive(file))
    found.push({ runId, state: alive ? "alive" : "dead", manifest })
    const read = yield* readJournal(books, file, runId, options.isSettled)
    const torn = !alive && read.unterminatedBytes > 0
    if (read.corruptLines > 0 || read.foreignLines > 0 || torn) damage.push(read)
  }
  return close(books, found, damage, names.filter(isForeign).length, options)
})

/** The books summed up, once everything is read. */
const close = (
  books: Books,
  found: ReadonlyArray<FoundRun>,
  damage: ReadonlyArray<JournalDamage>,
  foreignFiles: number,
  { isOurs = () => false }: ReplayOptions
): Replay => {
  const aliveRuns = new Set(
    found.filter(({ state }) => state === "alive").map(({ runId }) => runId)
  )
  const runs = found.map(({ manifest, runId, state }): RunReplay => {
    if (state === "sealed" && manifest?.totals) {
      return { runId, state, manifest, totals: manifest.totals, inFlight: 0, inFlightNanoUsd: 0 }
    }
    const ledger = ledgerOf(books, runId).totals
    const alive = state === "alive"
    const pending = books.pending.get(runId)?.size ?? 0
    const totals = totalsOf(ledger, pending, alive, manifest?.totals?.rejected ?? null)
    return {
      runId,
      state,
      manifest,
      totals,
      inFlight: alive ? ledger.unanswered : 0,
      inFlightNanoUsd: alive ? ledger.unansweredNanoUsd : 0
    }
  })
  return {
    history: books.items.finish((runId, slug) => aliveRuns.has(runId) && !isOurs(slug)),
    atRisk: found.flatMap(({ manifest, runId, state }) =>
      state === "sealed"
        ? manifest?.atRisk ?? []
        : ledgerOf(books, runId).atRisk(state === "alive")
    ),
    totals: {
      calls: runs.reduce((sum, run) => sum + run.totals.calls, 0),
      spentNanoUsd: runs.reduce((sum, run) => sum + run.totals.spentNanoUsd, 0),
      atRiskNanoUsd: runs.reduce((sum, run) => sum + run.totals.atRiskNanoUsd, 0)
    },
    runs,
    damage,
    foreignFiles
  }
}

/**
 * Closes the books of dead runs whose items are all settled by now: `byRunId` signs their manifests, and no later run
 * reads their journals again; calls at risk are listed in the manifest. A run without a manifest is left as it is.
 */
export const sealSettledRuns = Effect.fnUntraced(function*(
  replay: Replay,
  byRunId: string
): Effect.fn.Return<void, DiskError, DataDirectory | Disk | FileLock> {
  const data = yield* DataDirectory
  const atRisk = Map.groupBy(replay.atRisk, (call) => call.runId)
  for (const { manifest, runId, state, totals } of replay.runs) {
    if (state !== "dead" || manifest === undefined) continue
    const closed: RunManifest = {
      ...manifest,
      totals,
      ...listedAtRisk(atRisk.get(runId) ?? []),
      settledBy: byRunId
    }
    if (isSealed(closed)) yield* writeManifest(data, closed)
  }
})
