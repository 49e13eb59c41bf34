// The open files of a log: one batch made durable in each of them, in order, under the kernel's lock.
//
// What a batch finds under the lock decides what it does first. A clean slot whose sizes and inodes are those of the
// paths: it writes. Files that were replaced (consolidation) or grew (another process): it opens them anew, or goes on
// from their new ends. Anything else (a writer died or failed, a swap was left half done, a reboot): recovery.
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as path from "node:path"
import type { DiskFile } from "./Disk.ts"
import type { Disk } from "./Disk.ts"
import { DiskError } from "./Disk.ts"
import { appendAll } from "./FileIo.ts"
import { recover } from "./Recovery.ts"
import { isQuiet, recoveryWords } from "./RecoveryReport.ts"
import type { RecoveryReport } from "./RecoveryReport.ts"
import type { RecoveryContext } from "./RecoveryContext.ts"
import { onDiskOf } from "./RecoveryContext.ts"
import { sweep } from "./ReplaceFile.ts"
import type { Slot, SlotFile, SlotPlace } from "./Slot.ts"
import { readSlot, writeSlot } from "./Slot.ts"
import { finishSwap } from "./SwapFiles.ts"

/** Several processes append: the lock is held for each batch. The slot stands in the lock file. */
export interface SharedGuard {
  readonly _tag: "Shared"
  readonly lockFile: string
  /** Byte offset of this log's slot. */
  readonly slotAt: number
  readonly bootId: string
  /** The marker of a swap of these files (SwapFiles.ts). */
  readonly swap: string
}

/** One process appends: it locks the (first) file itself for as long as the log is open, so that it is seen to live. */
export interface OwnGuard {
  readonly _tag: "Own"
}

export interface LogFilesOptions {
  /** One file, or two that get the same lines in this order. */
  readonly files: ReadonlyArray<string>
  readonly guard: SharedGuard | OwnGuard
  readonly context: RecoveryContext
}

export interface LogFiles {
  /** Appends the bytes to every file, each durable before the next is written. Not to be called again after a failure. */
  readonly commit: (batch: Uint8Array) => Effect.Effect<void, DiskError>
}

interface Opened {
  readonly files: ReadonlyArray<DiskFile>
  readonly inodes: ReadonlyArray<number>
  readonly scope: Scope.Closeable
}

const slowSyncMs = 1000

const say = (
  files: ReadonlyArray<string>,
  report: RecoveryReport,
  swept: ReadonlyArray<string>,
  swapped: boolean
) => {
  if (isQuiet(report) && swept.length === 0 && !swapped) return Effect.void
  const parts = [
    ...(swapped ? ["finished a consolidation that was cut off"] : []),
    ...(swept.length > 0 ? [`removed ${swept.length} temp files of dead processes`] : []),
    ...recoveryWords(files, report)
  ]
  return Effect.logWarning(`recovery of ${files.join(" and ")}: ${parts.join("; ")}`)
}

const slotMatches = (slot: Slot | undefined, found: ReadonlyArray<SlotFile>): boolean =>
  slot?.state === "clean" &&
  slot.files.every(({ inode, size }, index) =>
    inode === found[index]?.inode && size === found[index].size
  )

const sync = (disk: Disk["Service"], file: DiskFile): Effect.Effect<void, DiskError> =>
  Effect.clockWith((clock) => {
    const startMs = clock.currentTimeMillisUnsafe()
    return Effect.flatMap(disk.datasync(file), () => {
      const tookMs = clock.currentTimeMillisUnsafe() - startMs
      return tookMs > slowSyncMs
        ? Effect.logWarning(`syncing ${file.path} took ${Math.round(tookMs)} ms`)
        : Effect.void
    })
  })

// A batch takes these steps more often than anything else is done, each time after the process has slept. Until they
// are compiled, thousands of batches later, they cost 150 µs, against 20: so they are few, and chains of `flatMap`,
// which cost half of what generators do.

/** `Effect.forEach` for the one or two files of a log, at a fraction of its steps. */
const inTurn = <A, B>(
  items: ReadonlyArray<A>,
  each: (item: A) => Effect.Effect<B, DiskError>,
  done: ReadonlyArray<B> = []
): Effect.Effect<ReadonlyArray<B>, DiskError> =>
  done.length === items.length
    ? Effect.succeed(done)
    : Effect.flatMap(
      each(items[done.length] as A),
      (result) => inTurn(items, each, [...done, result])
    )

/** Appends to one file and waits for its sync. */
const appendDurably = (
  disk: Disk["Service"],
  file: DiskFile,
  batch: Uint8Array
): Effect.Effect<void, DiskError> =>
  Effect.flatMap(appendAll(disk, file, batch), () => sync(disk, file))

const appendToAll = (disk: Disk["Service"], files: ReadonlyArray<DiskFile>, batch: Uint8Array) =>
  inTurn(files, (file) => appendDurably(disk, file, batch))

/** Opens the files for appending and recovers them unless the slot says that there is nothing to recover. */
const openFiles = (
  options: LogFilesOptions,
  place: SlotPlace | undefined
): Effect.Effect<Opened, DiskError> =>
  Effect.gen(function*() {
    const { context, files: paths, guard } = options
    const { disk } = context
    const scope = yield* Scope.make()
    return yield* Effect.gen(function*() {
      const swap = guard._tag === "Shared" ? guard.swap : undefined
      const swapped = swap !== undefined && (yield* finishSwap(swap))
      // A recovery that was killed can have left a temp in the quarantine, too.
      const directories = new Set([...paths.map((each) => path.dirname(each)), context.quarantine])
      const swept = yield* Effect.forEach(directories, (directory) => sweep(directory, swap))
      const files = yield* Effect.forEach(paths, (each) =>
        Scope.provide(disk.open(each, "append"), scope))
      if (guard._tag === "Own") {
        yield* lockForLife(context, files)
      }
      const found = yield* Effect.forEach(files, disk.statFile)
      const slot = place && (yield* readSlot(place, files.length))
      const report = slotMatches(slot, found) ? undefined : yield* recover(context, files, place)
      yield* say(paths, report ?? nothingDone, swept.flat(), swapped)
      return {
        files,
        inodes: found.map(({ inode }) =>
          inode
        ),
        scope
      }
    }).pipe(
      Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause))),
      onDiskOf(context)
    )
  })

const nothingDone: RecoveryReport = {
  damage: [],
  rewrittenLines: 0,
  copiedLines: []
}

const lockForLife = Effect.fnUntraced(
  function*(context: RecoveryContext, files: ReadonlyArray<DiskFile>) {
    for (const file of files) {
      if (yield* context.locks.tryLock(file)) continue
      const detail = "another process is writing this file; wait until it ends"
      return yield* new DiskError({ operation: "lock", path: file.path, code: "EBUSY", detail })
    }
  }
)

const checkNamed = (
  disk: Disk["Service"],
  { path: named }: DiskFile,
  inode: number | undefined,
  { detail, operation }: Pick<DiskError, "operation" | "detail">
): Effect.Effect<void, DiskError> =>
  Effect.flatMap(disk.stat(named), (found) =>
    Option.getOrUndefined(found)?.inode === inode
      ? Effect.void
      : Effect.fail(new DiskError({ operation, path: named, code: "ESTALE", detail })))

/**
 * Whoever removed the lock file lets the next process lock another one: two would then write at once. The other one's
 * first batch makes the files longer than our slot says, and so comes here.
 */
const lockFileGone = {
  operation: "lock",
  detail:
    "the lock file was removed or replaced while it was in use. It is permanent: end every process that " +
    "works on this data directory, then start again"
}

/** What is appended to a file without a name is gone with the process. */
const ownFileGone = {
  operation: "append",
  detail: "the file was removed or replaced while it was in use; put it back if it was moved"
}

const closeOpened = (opened: Opened) => Scope.close(opened.scope, Exit.void)

const openOwn = Effect.fnUntraced(function*(
  options: LogFilesOptions
): Effect.fn.Return<LogFiles, DiskError, Scope.Scope> {
  const { disk } = options.context
  const opened = yield* Effect.acquireRelease(openFiles(options, undefined), closeOpened)
  const owned = opened.files.map((file, index) => ({ file, inode: opened.inodes[index] }))
  const checkOwned = inTurn(owned, ({ file, inode }) => checkNamed(disk, file, inode, ownFileGone))
  return {
    commit: (batch) => Effect.flatMap(checkOwned, () => appendToAll(disk, opened.files, batch))
  }
})

const openShared = Effect.fnUntraced(function*(
  options: LogFilesOptions,
  guard: SharedGuard
): Effect.fn.Return<LogFiles, DiskError, Scope.Scope> {
  const { context, files: paths } = options
  const { disk, locks } = context
  const scope = yield* Effect.scope
  const lockFile = yield* disk.open(guard.lockFile, "update")
  const lockInode = (yield* disk.statFile(lockFile)).inode
  const place: SlotPlace = { disk, file: lockFile, at: guard.slotAt, bootId: guard.bootId }

  const locked = <A>(use: Effect.Effect<A, DiskError>): Effect.Effect<A, DiskError> =>
    Effect.acquireUseRelease(
      locks.lock(lockFile),
      () => use,
      () => locks.unlock(lockFile)
    )

  // What is open changes with every reopening. The holder is there before the finalizer is: an interruption can fall
  // between what is acquired and whoever asked for it.
  const held = yield* Effect.acquireRelease(
    Effect.map(locked(openFiles(options, place)), (opened) => ({ opened })),
    ({ opened }) => closeOpened(opened)
  )

  const reopen = Effect.fnUntraced(function*() {
    yield* checkNamed(disk, lockFile, lockInode, lockFileGone)
    const before = held.opened
    held.opened = yield* openFiles(options, place)
    // Nobody waits for it: the last close of a large master that was replaced takes long.
    yield* Effect.forkIn(closeOpened(before), scope, {
      startImmediately: true,
      uninterruptible: true
    })
    return yield* Effect.forEach(held.opened.files, disk.statFile)
  })

  /** Where the files end. Opens them anew, and recovers, when they are not as a clean slot says. */
  const currentEnds = Effect.flatMap(
    readSlot(place, paths.length),
    (slot) =>
      Effect.flatMap(inTurn(paths, disk.stat), (stats) => {
        const found = stats.flatMap(Option.toArray)
        const areOpen = found.length === paths.length &&
          found.every(({ inode }, index) => inode === held.opened.inodes[index])
        return areOpen && slotMatches(slot, found) ? Effect.succeed(found) : reopen()
      })
  )

  const commit = (batch: Uint8Array) =>
    Effect.flatMap(currentEnds, (ends) =>
      Effect.onError(
        Effect.flatMap(appendToAll(disk, held.opened.files, batch), () => {
          const files = ends.map(({ inode, size }) => ({ inode, size: size + batch.byteLength }))
          return writeSlot(place, { state: "clean", files })
        }),
        () => Effect.ignore(writeSlot(place, { state: "dirty", files: ends }))
      ))

  return { commit: (batch) => locked(commit(batch)) }
})

/**
 * Opens a log's files, their directories made durable, and recovers them where a crash or a failure left them unclean.
 * The files are closed, and their lock freed, with the scope.
 */
export const openLogFiles = Effect.fnUntraced(function*(
  options: LogFilesOptions
): Effect.fn.Return<LogFiles, DiskError, Scope.Scope> {
  const { context, files, guard } = options
  for (const directory of new Set(files.map((file) => path.dirname(file)))) {
    yield* context.disk.makeDirectory(directory)
  }
  return yield* (guard._tag === "Own" ? openOwn(options) : openShared(options, guard))
})
