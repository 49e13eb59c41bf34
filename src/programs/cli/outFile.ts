// The file of an `--out FILE`: one that may be replaced, never in the data directory, never the job's input.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as path from "node:path"
import { Disk } from "../../services/durability/Disk.ts"
import { nearestDirectory } from "../doctor/nearestDirectory.ts"
import { UsageError } from "./failures.ts"

export const outRefused = (message: string): UsageError =>
  new UsageError({ message: `--out: ${message}` })

/** A path as the disk has it, links resolved as far as it exists. */
const resolved = Effect.fnUntraced(function*(name: string) {
  const disk = yield* Disk
  const at = path.resolve(name)
  const existing = yield* nearestDirectory(at)
  return path.resolve(yield* disk.realPath(existing), path.relative(existing, at))
})

const isInside = (directory: string, file: string): boolean =>
  file === directory || file.startsWith(directory.endsWith("/") ? directory : `${directory}/`)

export interface OutPlace {
  readonly dataDirectory: string
  /** As the job names it; undefined where no job is at hand. */
  readonly input: string | undefined
}

/** The path to write, or why it may not be written. */
export const checkOut = Effect.fnUntraced(function*(file: string, place: OutPlace) {
  const disk = yield* Disk
  const target = yield* resolved(file)
  if (isInside(yield* resolved(place.dataDirectory), target)) {
    return yield* outRefused(
      `${file} is inside the data directory, where only runs write; name a file elsewhere`
    )
  }
  const parent = yield* disk.stat(path.dirname(target))
  if (!Option.exists(parent, ({ kind }) => kind === "directory")) {
    return yield* outRefused(`${file}: its directory does not exist; create it first`)
  }
  const there = yield* disk.stat(target)
  if (Option.exists(there, ({ kind }) => kind !== "file")) {
    return yield* outRefused(`${file} is no regular file`)
  }
  if (place.input !== undefined && place.input !== "-") {
    if (target === (yield* resolved(place.input))) {
      return yield* outRefused(`${file} is the job's input, which this would replace`)
    }
  }
  return target
})
