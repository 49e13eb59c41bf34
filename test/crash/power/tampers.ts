// Planted defects that stand between the code and its disk: they drop a call, or answer it in another way.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { DiskFile } from "../../../src/services/durability/Disk.ts"
import { Disk } from "../../../src/services/durability/Disk.ts"
import { FileLock } from "../../../src/services/durability/FileLock.ts"
import type { Tamper } from "./stage.ts"

type DiskCalls = Disk["Service"]

const withDisk = (change: (disk: DiskCalls) => Partial<DiskCalls>): Tamper => (services) => {
  const disk = Context.get(services, Disk)
  return Context.add(services, Disk, Disk.of({ ...disk, ...change(disk) }))
}

export const withoutSyncOf = (target: string): Tamper =>
  withDisk((disk) => ({
    datasync: (file) => file.path === target ? Effect.void : disk.datasync(file)
  }))

/** Drops the directory syncs that come after a rename, or those that come after none. */
export const withoutDirectorySync = (afterRename: boolean): Tamper =>
  withDisk((disk) => {
    let renamed = false
    return {
      rename: (from, to) =>
        Effect.tap(disk.rename(from, to), () => Effect.sync(() => void (renamed = true))),
      syncDirectory: (directory) =>
        Effect.suspend(() => {
          const drop = renamed === afterRename
          renamed = false
          return drop ? Effect.void : disk.syncDirectory(directory)
        })
    }
  })

export const retryingSync: Tamper = withDisk((disk) => ({
  datasync: (file) => Effect.catch(disk.datasync(file), () => disk.datasync(file))
}))

/** What a program does that takes a failed sync for a failed write, and writes the same bytes to the same place. */
export const rewritingInPlace: Tamper = withDisk((disk) => {
  const last = new Map<DiskFile, Uint8Array>()
  const rewrite = (file: DiskFile) =>
    Effect.scoped(Effect.gen(function*() {
      const bytes = last.get(file) ?? new Uint8Array(0)
      const { size } = yield* disk.statFile(file)
      const again = yield* disk.open(file.path, "update")
      yield* disk.writeAt(again, bytes, size - bytes.byteLength)
      yield* disk.datasync(again)
    }))
  return {
    append: (file, bytes) =>
      Effect.tap(
        disk.append(file, bytes),
        () => Effect.sync(() => last.set(file, Uint8Array.from(bytes)))
      ),
    datasync: (file) => Effect.catch(disk.datasync(file), () => rewrite(file))
  }
})

export const withoutLocks: Tamper = (services) =>
  Context.add(
    services,
    FileLock,
    FileLock.of({
      lock: () => Effect.void,
      tryLock: () => Effect.succeed(true),
      unlock: () => Effect.void
    })
  )
