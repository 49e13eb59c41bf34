// The directory that tells on which file system a path is, or will be.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as path from "node:path"
import { Disk, DiskError } from "../../services/durability/Disk.ts"

/**
 * The directory itself, or where it does not exist yet, the nearest one above it: the same file system. Fails where
 * something else is in the way.
 */
export const nearestDirectory = Effect.fnUntraced(function*(directory: string) {
  const disk = yield* Disk
  const wanted = path.resolve(directory)
  let at = wanted
  for (;;) {
    const found = yield* disk.stat(at)
    if (Option.exists(found, ({ kind }) => kind === "directory")) return at
    if (Option.isSome(found) && at !== wanted) {
      const detail = `${at} is not a directory`
      return yield* new DiskError({
        operation: "look at",
        path: wanted,
        code: "ENOTDIR",
        detail
      })
    }
    const parent = path.dirname(at)
    if (parent === at) return at
    at = parent
  }
})
