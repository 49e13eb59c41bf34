// The one way a whole file is replaced: written beside it, synced, renamed over it, the directory synced.
//
// The new bytes go to a temp file `.<name>.<random>.tmp` in the target's directory. Its owner holds the temp's kernel
// lock from right after its creation, so a temp whose lock is free has lost its owner to a kill, and may be swept (I6).
//
// What a crash leaves, and what is found afterwards:
// - before the rename: the old file, whole, and a temp that the next sweep removes;
// - after the rename, before the directory is synced: the old file or the new one, whole, by what the disk kept;
// - after that: the new file.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as path from "node:path"
import type { DiskFile } from "./Disk.ts"
import { Disk, DiskError } from "./Disk.ts"
import { listIfThere, writeAllAt } from "./FileIo.ts"
import { FileLock } from "./FileLock.ts"
import { readMarker } from "./SwapMarker.ts"

/** A file that is being written in place of `target`. One fiber at a time may use it. */
export interface StagedFile {
  readonly target: string
  readonly temp: string
  readonly file: DiskFile
  /** Bytes that it will have: those appended so far, but for what `rewind` went back over. */
  readonly size: () => number
  readonly append: (bytes: Uint8Array) => Effect.Effect<void, DiskError>
  /** Goes back to this size: what is appended next stands from there on. What stood beyond is there until `trim`. */
  readonly rewind: (size: number) => Effect.Effect<void>
  /** Cuts off what stands beyond the size. */
  readonly trim: Effect.Effect<void, DiskError>
  /** Makes what was appended durable in the temp, so that a later commit has less to wait for. */
  readonly sync: Effect.Effect<void, DiskError>
  /** Makes the temp's name durable. */
  readonly anchor: Effect.Effect<void, DiskError>
  /** Replaces the target, durably. Uninterruptible. After a failure the target is whole: the old file or the new. */
  readonly commit: Effect.Effect<void, DiskError>
  /** Whether the scope removes the temp at its end; a swap that has been decided owns its temps instead. */
  readonly removeAtEnd: (remove: boolean) => Effect.Effect<void>
}

const namesTried = 100

const isTempName = (name: string): boolean => /^\..+\.[0-9a-f]{12}\.tmp$/.test(name)

const tempPath = (target: string): Effect.Effect<string> =>
  Effect.map(
    Random.nextIntBetween(0, 2 ** 48 - 1),
    (n) =>
      path.join(
        path.dirname(target),
        `.${path.basename(target)}.${n.toString(16).padStart(12, "0")}.tmp`
      )
  )

/** Whether the path names the open file now, and not another one or nothing. */
const isStill = Effect.fnUntraced(function*(disk: Disk["Service"], file: DiskFile) {
  const opened = yield* disk.statFile(file)
  const named = yield* disk.stat(file.path)
  return Option.isSome(named) && named.value.inode === opened.inode
})

/**
 * One try at a temp of our own: none when the name is taken, or when a sweep came between creation and lock. What is
 * opened in a lost try stays open, empty and nameless, until the scope ends.
 */
const tryTemp = Effect.fnUntraced(
  function*(disk: Disk["Service"], locks: FileLock["Service"], temp: string) {
    const file = yield* Effect.catchIf(
      disk.open(temp, "create"),
      (error) => error.code === "EEXIST",
      () => Effect.undefined
    )
    if (file === undefined) return undefined
    const remove = Effect.ignore(disk.unlink(temp))
    const owned = yield* Effect.onError(
      Effect.gen(function*() {
        return (yield* locks.tryLock(file)) && (yield* isStill(disk, file))
      }),
      () => remove
    )
    return owned ? file : undefined
  }
)

const makeTemp = Effect.fnUntraced(
  function*(disk: Disk["Service"], locks: FileLock["Service"], target: string) {
    for (let tried = 0; tried < namesTried; tried++) {
      const file = yield* tryTemp(disk, locks, yield* tempPath(target))
      if (file !== undefined) return file
    }
    const detail =
      `${namesTried} names for a temp file beside it are taken; remove leftovers named .*.tmp there`
    return yield* new DiskError({ operation: "stage", path: target, code: "EEXIST", detail })
  }
)

/**
 * Begins to replace `target` (a path in a directory that exists; it need not exist itself). The temp is removed when
 * the scope ends without a commit: on success, failure and interruption.
 */
export const stage = (
  target: string
): Effect.Effect<StagedFile, DiskError, Scope.Scope | Disk | FileLock> =>
  Effect.gen(function*() {
    const disk = yield* Disk
    const locks = yield* FileLock
    let removed = true
    const file = yield* Effect.acquireRelease(
      makeTemp(disk, locks, target),
      // Before the handle is closed, so that the lock covers the removal.
      (opened) =>
        Effect.suspend(() => removed ? Effect.ignore(disk.unlink(opened.path)) : Effect.void)
    )
    let size = 0
    let changes = 0
    // An empty file is synced once, too.
    let syncedChanges = -1
    // Once it is done: a sync beside a write that is under way does not vouch for it.
    const noted = (change: Effect.Effect<void, DiskError>) =>
      Effect.map(change, () => void changes++)
    let anchored = false
    const removeAtEnd = (remove: boolean) => Effect.sync(() => void (removed = remove))
    const sync = Effect.suspend(() => {
      const upTo = changes
      return upTo === syncedChanges
        ? Effect.void
        : Effect.map(disk.datasync(file), () => void (syncedChanges = upTo))
    })
    return {
      target,
      temp: file.path,
      file,
      size: () => size,
      append: (bytes) =>
        Effect.suspend(() => {
          const position = size
          size += bytes.byteLength
          return noted(writeAllAt(disk, file, bytes, position))
        }),
      rewind: (to) => Effect.sync(() => void (size = to)),
      trim: Effect.suspend(() => noted(disk.truncate(file, size))),
      sync,
      anchor: Effect.suspend(() =>
        anchored
          ? Effect.void
          : Effect.map(disk.syncDirectory(path.dirname(target)), () => void (anchored = true))
      ),
      commit: Effect.uninterruptible(Effect.gen(function*() {
        yield* sync
        yield* disk.rename(file.path, target)
        yield* removeAtEnd(false)
        yield* disk.syncDirectory(path.dirname(target))
      })),
      removeAtEnd
    }
  })

/** Replaces a file by these bytes, durably and whole; until then, and after any failure before, the old one stands. */
export const replaceFile = <E = never, R = never>(
  target: string,
  content: Uint8Array | Stream.Stream<Uint8Array, E, R>
): Effect.Effect<void, DiskError | E, Disk | FileLock | R> =>
  Effect.scoped(Effect.gen(function*() {
    const staged = yield* stage(target)
    if (content instanceof Uint8Array) yield* staged.append(content)
    else yield* Stream.runForEach(content, staged.append)
    yield* staged.commit
  }))

/** Removes one leftover. Answers whether it was one: the lock of a living owner's temp cannot be taken. */
const sweepOne = (
  disk: Disk["Service"],
  locks: FileLock["Service"],
  temp: string,
  markerPath: string | undefined
) =>
  Effect.scoped(Effect.uninterruptible(Effect.gen(function*() {
    const found = yield* disk.stat(temp)
    if (Option.isNone(found) || found.value.kind !== "file") return false
    // A lock needs a file open for writing, and that creates it where its owner renamed or removed it just now: then
    // an empty file is swept, which nobody misses.
    const file = yield* disk.open(temp, "update")
    if (!(yield* locks.tryLock(file)) || !(yield* isStill(disk, file))) return false
    // Asked only now: a swap is decided by an owner that lives, and this one is dead.
    const marker = markerPath === undefined ? undefined : yield* readMarker(disk, markerPath)
    if (marker?.pairs.some((pair) => pair.temp === path.basename(temp))) return false
    yield* Effect.catchIf(disk.unlink(temp), (error) => error.code === "ENOENT", () => Effect.void)
    return true
  })))

/**
 * Removes the temps in a directory whose owners are dead and answers their names. Those that the swap of `markerPath`
 * names are kept for `finishSwap`. A directory that does not exist has none.
 */
export const sweep = (
  directory: string,
  markerPath?: string
): Effect.Effect<ReadonlyArray<string>, DiskError, Disk | FileLock> =>
  Effect.gen(function*() {
    const disk = yield* Disk
    const locks = yield* FileLock
    const names = yield* listIfThere(disk, directory)
    return yield* Effect.filter(names.filter(isTempName), (name) =>
      sweepOne(disk, locks, path.join(directory, name), markerPath))
  })
