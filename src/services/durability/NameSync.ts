// The names in a directory made durable, where whoever changed them last may have died, or failed, before they were.
//
// A sync that is asked for again is not enough after one that has failed: a kernel that keeps no journal of its
// directories answers EIO once and holds the directory for clean. A name that comes and goes makes it dirty again.
import * as Effect from "effect/Effect"
import * as path from "node:path"
import { Disk } from "./Disk.ts"
import type { DiskError } from "./Disk.ts"
import type { FileLock } from "./FileLock.ts"
import { stage } from "./ReplaceFile.ts"

export const syncNamesAnew = (directory: string): Effect.Effect<void, DiskError, Disk | FileLock> =>
  Effect.gen(function*() {
    yield* Effect.scoped(stage(path.join(directory, "names")))
    yield* (yield* Disk).syncDirectory(directory)
  })
