// The directory that tells on which file system a path is, or will be.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as path from "node:path"
import { Disk } from "../../services/durability/Disk.ts"

/** The directory itself, or where it does not exist yet, the nearest one above it: the same file system. */
export const nearestDirectory = Effect.fnUntraced(function*(directory: string) {
  const disk = yield* Disk
  let at = path.resolve(directory)
  for (;;) {
    const found = yield* disk.stat(at)
    if (Option.isSome(found) && found.value.kind === "directory") return at
    const parent = path.dirname(at)
    if (parent === at) return at
    at = parent
  }
})
