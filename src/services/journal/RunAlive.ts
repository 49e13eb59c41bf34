// Whether a run is at work: then it holds the lock of its journal, which the kernel frees on its death.
import * as Effect from "effect/Effect"
import { open as openLog } from "../durability/CommitLog.ts"
import { DataDirectory, journalPath } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import { FileLock } from "../durability/FileLock.ts"

/** Opened to append, since a lock needs that; on a directory that may only be read nobody can be at work either. */
export const isRunAlive = (
  runId: string
): Effect.Effect<boolean, DiskError, DataDirectory | Disk | FileLock> =>
  Effect.scoped(Effect.gen(function*() {
    const path = journalPath(yield* DataDirectory, runId)
    const file = yield* (yield* Disk).open(path, "append")
    return !(yield* (yield* FileLock).tryLock(file))
  })).pipe(
    Effect.catchIf(
      ({ code }) => ["EACCES", "EPERM", "EROFS"].includes(code),
      () => Effect.succeed(false)
    )
  )

/** The same; of a dead one a damaged end of its journal is mended: opening the log as its only writer recovers it. */
export const isAliveElseMended = (
  runId: string
): Effect.Effect<boolean, DiskError, DataDirectory | Disk | FileLock> =>
  Effect.scoped(Effect.gen(function*() {
    const data = yield* DataDirectory
    yield* openLog({
      files: [journalPath(data, runId)],
      guard: { _tag: "Own" },
      quarantine: data.quarantine
    })
    return false
  })).pipe(
    Effect.catchIf(({ code }) => code === "EBUSY", () => Effect.succeed(true))
  )
