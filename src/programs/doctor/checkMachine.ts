// Doctor's look at the machine: Node, the disk under the data directory, and whether locks hold there.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import { DataDirectory } from "../../services/durability/DataDirectory.ts"
import { Disk } from "../../services/durability/Disk.ts"
import type { DiskError } from "../../services/durability/Disk.ts"
import { FileLock } from "../../services/durability/FileLock.ts"
import { stage } from "../../services/durability/ReplaceFile.ts"
import type { StagedFile } from "../../services/durability/ReplaceFile.ts"
import type { DoctorCheck } from "./DoctorReport.ts"
import { fail, ok, warn } from "./DoctorReport.ts"
import { nearestDirectory } from "./nearestDirectory.ts"

const nodeNeeded = [22, 19] as const
const syncs = 9
const syncBytes = 4096
/** A slower sync makes itself felt even though many records share one. */
const slowSyncMs = 50
const freeBytesWanted = 1024 ** 3
const freeBytesNeeded = 64 * 1024 ** 2

const checkNode = (version: string): DoctorCheck => {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number)
  const [needMajor, needMinor] = nodeNeeded
  return major > needMajor || (major === needMajor && minor >= needMinor)
    ? ok("node", version)
    : fail("node", version, `install Node ${needMajor}.${needMinor} or later`)
}

const timeSync = (file: StagedFile) =>
  Effect.gen(function*() {
    yield* file.append(new Uint8Array(syncBytes))
    const startedNs = yield* Clock.currentTimeNanos
    yield* file.sync
    return Number((yield* Clock.currentTimeNanos) - startedNs) / 1e6
  })

const checkSync = (file: StagedFile, directory: string) =>
  Effect.map(
    Effect.forEach(Array.from({ length: syncs }), () => timeSync(file)),
    (timesMs) => {
      const medianMs = timesMs.toSorted((a, b) => a - b)[syncs >> 1] ?? 0
      const worstMs = Math.max(...timesMs)
      const seen = `${directory}: fdatasync of 4 KiB takes ${
        medianMs.toFixed(2)
      } ms (worst of ${syncs}: ${worstMs.toFixed(2)} ms)`
      return medianMs <= slowSyncMs
        ? ok("disk", seen)
        : warn(
          "disk",
          seen,
          "a slow disk slows every commit: raise concurrency, or move the data directory with --data"
        )
    }
  )

/** The staged file's lock is held by its own handle: a second handle must not get it before it is let go. */
const checkLock = (staged: StagedFile) =>
  Effect.gen(function*() {
    const disk = yield* Disk
    const locks = yield* FileLock
    const second = yield* disk.open(staged.temp, "update")
    const whileHeld = yield* locks.tryLock(second)
    yield* locks.unlock(staged.file)
    const whenFree = whileHeld || (yield* locks.tryLock(second))
    if (!whileHeld && whenFree) {
      return ok("lock", "a second handle gets the lock only when the first lets it go")
    }
    return fail(
      "lock",
      whileHeld ? "two handles hold one lock at the same time" : "a free lock cannot be taken",
      "this file system does not keep locks (some network mounts do not): put the data directory on a local disk with --data"
    )
  })

const gib = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GiB`

const checkSpace = (directory: string) =>
  Effect.map(Effect.flatMap(Disk, (disk) => disk.freeSpace(directory)), (bytes) => {
    const seen = `${gib(bytes)} free at ${directory}`
    const advice = "free some space, or move the data directory with --data"
    if (bytes < freeBytesNeeded) return fail("space", seen, advice)
    return bytes < freeBytesWanted ? warn("space", seen, advice) : ok("space", seen)
  })

const orFail =
  (name: string, advice: string) => <R>(check: Effect.Effect<DoctorCheck, DiskError, R>) =>
    Effect.catch(check, (error) => Effect.succeed(fail(name, error.message, advice)))

/** Leaves nothing behind: its one temp file goes with its scope. `nodeVersion` as in `process.version`. */
export const checkMachine = (
  nodeVersion: string
): Effect.Effect<ReadonlyArray<DoctorCheck>, never, DataDirectory | Disk | FileLock> =>
  Effect.gen(function*() {
    const { root } = yield* DataDirectory
    const writable = orFail(
      "disk",
      "make the directory writable, or move the data directory with --data"
    )
    const onDisk = Effect.scoped(Effect.gen(function*() {
      const directory = yield* nearestDirectory(root)
      const staged = yield* stage(path.join(directory, "inkfast-doctor"))
      return [
        yield* writable(checkSync(staged, directory)),
        yield* orFail("space", "check the mount of the data directory")(checkSpace(directory)),
        yield* orFail("lock", "put the data directory on a local disk with --data")(
          checkLock(staged)
        )
      ]
    }))
    const disk = yield* Effect.catch(
      onDisk,
      (error) => Effect.map(writable(Effect.fail(error)), (check) => [check])
    )
    return [checkNode(nodeVersion), ...disk]
  })
