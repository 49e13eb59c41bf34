// The masters at rest: the appenders' lock held, both of its slots clean, the files as long as the slots say.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { BootId } from "../durability/BootId.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import { FileLock } from "../durability/FileLock.ts"
import { recover } from "../durability/Recovery.ts"
import { isQuiet, recoveryWords } from "../durability/RecoveryReport.ts"
import type { RecoveryReport } from "../durability/RecoveryReport.ts"
import type { RecoveryContext } from "../durability/RecoveryContext.ts"
import { onDiskOf } from "../durability/RecoveryContext.ts"
import type { SlotPlace, SlotState } from "../durability/Slot.ts"
import { readSlot, slotBytes, writeSlot } from "../durability/Slot.ts"
import { finishSwap } from "../durability/SwapFiles.ts"
import type { MasterName, PerMaster } from "./Survivors.ts"

/** What a recovery made of one log, and of which masters. */
export interface MasterRecovery {
  readonly names: ReadonlyArray<MasterName>
  readonly report: RecoveryReport
}

export interface MasterLock {
  readonly context: RecoveryContext
  /** The recoveries so far that found something to do. */
  readonly recoveries: ReadonlyArray<MasterRecovery>
  /**
   * Runs with the sizes in bytes of the masters at rest, while no process appends. Where a writer died or failed
   * before, recovery comes first.
   */
  readonly atRest: <A, E, R>(
    use: (sizes: PerMaster) => Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | DiskError, R>
  /**
   * Writes both slots from what the paths name now, inside `atRest`. `dirty` makes whoever takes the lock next look
   * for a swap that was left half done.
   */
  readonly mark: (state: Extract<SlotState, "clean" | "dirty">) => Effect.Effect<void, DiskError>
}

/** The two logs under the lock, each with the byte offset of its slot. */
const logs: ReadonlyArray<{ readonly names: ReadonlyArray<MasterName>; readonly slotAt: number }> =
  [
    { names: ["updates", "successes"], slotAt: 0 },
    { names: ["rejects"], slotAt: slotBytes }
  ]

type Log = (typeof logs)[number]

const mebibyte = 1024 * 1024

/** Opens the lock file. The directory of the masters must exist. */
export const openMasterLock = Effect.fnUntraced(function*(
  data: DataPaths
): Effect.fn.Return<MasterLock, DiskError, Scope.Scope | Disk | FileLock | BootId> {
  const disk = yield* Disk
  const locks = yield* FileLock
  const bootId = yield* BootId
  const file = yield* disk.open(data.appenderLock, "update")
  // The bounds of CommitLog's defaults: a recovery looks as far back as a writer's batch is long.
  const context: RecoveryContext = {
    disk,
    locks,
    quarantine: data.quarantine,
    maxBatchBytes: mebibyte,
    maxLineBytes: 64 * mebibyte
  }
  const recoveries: Array<MasterRecovery> = []
  const place = (log: Log): SlotPlace => ({ disk, file, at: log.slotAt, bootId })

  const found = (log: Log) =>
    Effect.forEach(log.names, (name) =>
      Effect.map(
        disk.stat(data[name]),
        Option.match({
          onNone: () => ({ size: 0, inode: -1 }),
          onSome: ({ inode, size }) => ({ size, inode })
        })
      ))

  const isClean = Effect.fnUntraced(function*(log: Log) {
    const slot = yield* readSlot(place(log), log.names.length)
    const files = yield* found(log)
    return slot?.state === "clean" &&
      slot.files.every(({ inode, size }, index) =>
        inode === files[index]?.inode && size === files[index].size
      )
  })

  const settle = Effect.gen(function*() {
    yield* onDiskOf(context)(finishSwap(data.swap))
    for (const log of logs) {
      if (yield* isClean(log)) continue
      const recoverLog = Effect.gen(function*() {
        const files = yield* Effect.forEach(log.names, (name) => disk.open(data[name], "append"))
        const report = yield* recover(context, files, place(log))
        if (isQuiet(report)) return
        recoveries.push({ names: log.names, report })
        const paths = log.names.map((name) => data[name])
        yield* Effect.logWarning(
          `recovery of ${paths.join(" and ")}: ${recoveryWords(paths, report).join("; ")}`
        )
      })
      yield* Effect.scoped(recoverLog)
    }
    const [masters, rejects] = yield* Effect.forEach(logs, found)
    return {
      updates: masters?.[0]?.size ?? 0,
      successes: masters?.[1]?.size ?? 0,
      rejects: rejects?.[0]?.size ?? 0
    }
  })

  return {
    context,
    recoveries,
    atRest: (use) =>
      Effect.acquireUseRelease(
        locks.lock(file),
        () => Effect.flatMap(settle, use),
        () => locks.unlock(file)
      ),
    mark: (state) =>
      Effect.forEach(
        logs,
        (log) => Effect.flatMap(found(log), (files) => writeSlot(place(log), { state, files })),
        { discard: true }
      )
  }
})
