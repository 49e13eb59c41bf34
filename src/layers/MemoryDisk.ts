// `Disk` and `FileLock` in memory, for tests and for embedders who want no files.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Disk, DiskError } from "../services/durability/Disk.ts"
import type { DiskFile } from "../services/durability/Disk.ts"
import { FileLock } from "../services/durability/FileLock.ts"
import { MemoryFailure } from "./MemoryFaults.ts"
import type { MemoryStore } from "./MemoryStore.ts"
import * as Store from "./MemoryStore.ts"

const failure = (operation: string, path: string, cause: unknown): DiskError => {
  // Anything else is a fault of the store itself and must not pass for one of the disk.
  if (!(cause instanceof MemoryFailure)) throw cause
  return new DiskError({ operation, path, code: cause.code, detail: cause.message })
}

/** Runs a call with the time of the Clock service, as an uninterruptible step. */
const call = <A>(
  operation: string,
  path: string,
  run: (nowMs: number) => A
): Effect.Effect<A, DiskError> =>
  Effect.clockWith((clock) => {
    try {
      return Effect.succeed(run(clock.currentTimeMillisUnsafe()))
    } catch (cause) {
      return Effect.fail(failure(operation, path, cause))
    }
  })

const makeDisk = (store: MemoryStore) =>
  Disk.of({
    open: (path, mode) =>
      Effect.acquireRelease(
        call("open", path, (nowMs) => {
          store.enter("open", path)
          return store.open(path, mode, nowMs)
        }),
        (file) => Effect.sync(() => store.close(file))
      ),
    append: (file, bytes) =>
      call("append", file.path, (nowMs) => {
        const atMost = store.enter("append", file.path, { file, bytes: bytes.byteLength })
        return store.write(file, bytes, null, atMost, nowMs)
      }),
    writeAt: (file, bytes, position) =>
      call("writeAt", file.path, (nowMs) => {
        const atMost = store.enter("writeAt", file.path, {
          file,
          bytes: bytes.byteLength,
          position
        })
        return store.write(file, bytes, position, atMost, nowMs)
      }),
    read: (file, into, position) =>
      call("read", file.path, () => {
        const atMost = store.enter("read", file.path, { file, bytes: into.byteLength, position })
        return store.read(file, into, position, atMost)
      }),
    truncate: (file, size) =>
      call("truncate", file.path, (nowMs) => {
        store.enter("truncate", file.path, { file, position: size })
        store.truncate(file, size, nowMs)
      }),
    // Lets other fibers run meanwhile, as a real sync does: what they append gathers for the next commit.
    datasync: (file) =>
      Effect.uninterruptible(Effect.andThen(
        Effect.yieldNow,
        call("datasync", file.path, () => {
          store.enter("datasync", file.path, { file })
          store.datasync(file)
        })
      )),
    rename: (from, to) =>
      call("rename", to, (nowMs) => {
        store.enter("rename", to)
        store.rename(from, to, nowMs)
      }),
    unlink: (path) =>
      call("unlink", path, (nowMs) => {
        store.enter("unlink", path)
        store.unlink(path, nowMs)
      }),
    list: (directory) =>
      call("list", directory, () => {
        store.enter("list", directory)
        return store.list(directory)
      }),
    makeDirectory: (path) =>
      call("makeDirectory", path, (nowMs) => {
        store.enter("makeDirectory", path)
        store.makeDirectory(path, nowMs)
      }),
    syncDirectory: (path) =>
      call("syncDirectory", path, () => {
        store.enter("syncDirectory", path)
        store.syncDirectory(path)
      }),
    stat: (path) =>
      call("stat", path, () => {
        store.enter("stat", path)
        return Option.fromUndefinedOr(store.stat(path))
      }),
    realPath: (path) =>
      call("realPath", path, () => {
        store.enter("realPath", path)
        return store.realPath(path)
      }),
    statFile: (file) =>
      call("statFile", file.path, () => {
        store.enter("statFile", file.path, { file })
        return store.statFile(file)
      }),
    freeSpace: (path) =>
      call("freeSpace", path, () => {
        store.enter("freeSpace", path)
        return store.freeSpace(path)
      })
  })

/** A lock granted to a waiter that is interrupted in the same moment is given back. */
const waitForLock = (store: MemoryStore, file: DiskFile): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    store.enqueue(file, () => resume(Effect.void))
    return Effect.sync(() => {
      store.abandon(file)
      store.unlock(file)
    })
  })

const makeFileLock = (store: MemoryStore) => {
  const tryLock = (file: DiskFile) =>
    call("tryLock", file.path, () => {
      store.enter("tryLock", file.path, { file })
      return store.tryLock(file)
    })
  return FileLock.of({
    lock: (file) =>
      Effect.flatMap(tryLock(file), (taken) => taken ? Effect.void : waitForLock(store, file)),
    tryLock,
    unlock: (file) => Effect.sync(() => store.unlock(file))
  })
}

/** One process on the store: what it opened is closed, and unlocked, by its scopes. */
export const layer = (store: MemoryStore): Layer.Layer<Disk | FileLock> =>
  Layer.succeedContext(
    Context.make(Disk, makeDisk(store)).pipe(Context.add(FileLock, makeFileLock(store)))
  )

/** A disk of its own, empty, for each build. */
export const layerEmpty: Layer.Layer<Disk | FileLock> = Layer.unwrap(
  Effect.sync(() => layer(Store.make()))
)
