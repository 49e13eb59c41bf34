// The journals of earlier runs read once: what is left to judge, what was spent, what is at risk.
//
// A run that lives holds the lock of its journal. Its open calls are its own: they are neither at risk nor to be judged
// by anyone else. A sealed run (RunManifest.isSealed) has its totals in its manifest, and is read only where it has
// something of an item that is taken up: one that was settled once, or whose settled line was lost. Memory follows the
// items for which `isSettled` is false, and the calls that are open.
//
// Damage is counted and passed over: an event that cannot be read costs at most a call listed as at risk, or an answer
// judged once more for nothing. Files in raw/ that are no journals of ours are counted and left alone.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { DataDirectory } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import { listIfThere } from "../durability/FileIo.ts"
import type { FileLock } from "../durability/FileLock.ts"
import type { NanoUsd } from "../spending/Money.ts"
import type { ItemHistory } from "./ItemHistory.ts"
import { JournalBooks } from "./JournalBooks.ts"
import type { JournalDamage } from "./JournalBooks.ts"
import { isForeignName, runIdOf } from "./JournalNames.ts"
import { writeJournalLists } from "./JournalLists.ts"
import { hasWantedSlug } from "./JournalSlugs.ts"
import type { IsWanted } from "./JournalSlugs.ts"
import { isAliveElseMended, isRunAlive } from "./RunAlive.ts"
import type { AtRisk, LedgerTotals } from "./RunLedger.ts"
import { isSealed, readManifest } from "./RunManifest.ts"
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
  /** The items that are taken up: sealed runs that know of one are read as well. Absent: none. */
  readonly isWanted?: IsWanted | undefined
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

type FoundRun = Pick<RunReplay, "runId" | "state" | "manifest">

/** Whether a sealed run has to be read. Where only its journal can tell, the run that asks sees to it that it is once. */
const isReadAgain = Effect.fnUntraced(function*(
  runId: string,
  { isWanted, ownRunId }: ReplayOptions
) {
  if (isWanted === undefined) return false
  const data = yield* DataDirectory
  const known = yield* hasWantedSlug(data, runId, isWanted)
  if (known !== undefined || ownRunId === undefined) return known ?? true
  yield* writeJournalLists(data, runId)
  return (yield* hasWantedSlug(data, runId, isWanted)) ?? true
})

/** Reads the journals of the data directory but the own one. A data directory without raw/ has none. */
export const replayJournals = Effect.fnUntraced(function*(
  options: ReplayOptions
): Effect.fn.Return<Replay, DiskError, DataDirectory | Disk | FileLock> {
  const { isSettled, ownRunId } = options
  const data = yield* DataDirectory
  const names = yield* listIfThere(yield* Disk, data.raw)
  const books = new JournalBooks()
  const found: Array<FoundRun> = []
  const damage: Array<JournalDamage> = []
  for (const name of names) {
    const runId = runIdOf(name)
    if (runId === undefined || runId === ownRunId) continue
    const manifest = Option.getOrUndefined(yield* readManifest(data, runId))
    if (manifest !== undefined && isSealed(manifest)) {
      found.push({ runId, state: "sealed", manifest })
      if (yield* isReadAgain(runId, options)) yield* books.read(runId, isSettled)
      continue
    }
    // Asked before it is read: a run that dies meanwhile has its calls listed as at risk next time.
    const alive = yield* (ownRunId !== undefined ? isAliveElseMended(runId) : isRunAlive(runId))
    found.push({ runId, state: alive ? "alive" : "dead", manifest })
    const read = yield* books.read(runId, isSettled)
    const torn = !alive && read.unterminatedBytes > 0
    if (read.corruptLines > 0 || read.foreignLines > 0 || torn) damage.push(read)
  }
  return close(books, found, damage, names.filter(isForeignName).length, options)
})

/** The books summed up, once everything is read. */
const close = (
  books: JournalBooks,
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
    const ledger = books.ledgerOf(runId).totals
    const alive = state === "alive"
    const pending = books.pendingOf(runId)
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
        : books.ledgerOf(runId).atRisk(state === "alive")
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
