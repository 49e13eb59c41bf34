// Something read of the masters while no consolidation replaces them.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { DataPaths } from "../durability/DataDirectory.ts"
import type { DiskError } from "../durability/Disk.ts"
import { Disk } from "../durability/Disk.ts"
import { FileLock } from "../durability/FileLock.ts"

/**
 * Waits for one that is at work; one that is asked for meanwhile answers `Busy`. Nothing is created: where there is no
 * lock file nobody ever consolidated, and where it may not be opened the directory is only read.
 */
export const withoutConsolidations = <A, E, R>(
  data: DataPaths,
  use: Effect.Effect<A, E, R>
): Effect.Effect<A, E | DiskError, R | Disk | FileLock> =>
  Effect.scoped(Effect.gen(function*() {
    const disk = yield* Disk
    const locks = yield* FileLock
    if (Option.isNone(yield* disk.stat(data.consolidationLock))) return yield* use
    const file = yield* Effect.catchIf(
      disk.open(data.consolidationLock, "update"),
      ({ code }) => ["EACCES", "EPERM", "EROFS"].includes(code),
      () => Effect.undefined
    )
    if (file !== undefined) yield* locks.lock(file)
    return yield* use
  }))
