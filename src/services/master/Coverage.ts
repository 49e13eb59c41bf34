// Which part of which file something was made from, told well enough to see later whether the file is still that one.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { digest } from "../Digest.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError, DiskFile } from "../durability/Disk.ts"
import { readAllAt } from "../durability/FileIo.ts"

/** The first `bytes` of a file, which end a line. 0 of a file that is not there. */
export const Coverage = Schema.Struct({
  inode: Schema.Finite,
  bytes: Schema.Int,
  /** Of samples of these bytes: inodes are used again, and a file can be written anew in place. */
  digest: Schema.String
})
export type Coverage = typeof Coverage.Type

const sampleBytes = 4096
/** Spread evenly, the first bytes and the last ones among them. */
const samples = 9

const sampleDigest = Effect.fnUntraced(function*(file: DiskFile, bytes: number) {
  const disk = yield* Disk
  const last = Math.max(0, bytes - sampleBytes)
  const taken = Buffer.alloc(samples * sampleBytes)
  for (let sample = 0; sample < samples; sample++) {
    const into = taken.subarray(sample * sampleBytes, (sample + 1) * sampleBytes)
    const at = Math.floor(last * sample / (samples - 1))
    yield* readAllAt(disk, file, into.subarray(0, Math.min(sampleBytes, bytes - at)), at)
    if (last === 0) break
  }
  return digest(taken)
})

/** A file held open, so that its inode is not used again; undefined where there is none. */
export const holdFile = (
  path: string
): Effect.Effect<DiskFile | undefined, DiskError, Disk | Scope.Scope> =>
  Effect.gen(function*() {
    const disk = yield* Disk
    return Option.isNone(yield* disk.stat(path)) ? undefined : yield* disk.open(path, "read")
  })

export const coverageOf = Effect.fnUntraced(function*(
  file: DiskFile | undefined,
  bytes: number
): Effect.fn.Return<Coverage, DiskError, Disk> {
  if (file === undefined || bytes === 0) return { inode: 0, bytes: 0, digest: "" }
  const { inode } = yield* (yield* Disk).statFile(file)
  return { inode, bytes, digest: yield* sampleDigest(file, bytes) }
})

/** Whether the file begins with what was covered. */
export const isCovered = Effect.fnUntraced(function*(
  file: DiskFile | undefined,
  coverage: Coverage
): Effect.fn.Return<boolean, DiskError, Disk> {
  if (coverage.bytes === 0) return true
  if (file === undefined) return false
  const { inode, size } = yield* (yield* Disk).statFile(file)
  return inode === coverage.inode && size >= coverage.bytes &&
    (yield* sampleDigest(file, coverage.bytes)) === coverage.digest
})

/** Whether the path names the file that is held; both may be none. */
export const isNamed = Effect.fnUntraced(function*(
  path: string,
  file: DiskFile | undefined
): Effect.fn.Return<boolean, DiskError, Disk> {
  const disk = yield* Disk
  const named = yield* disk.stat(path)
  if (file === undefined) return Option.isNone(named)
  return Option.isSome(named) && named.value.inode === (yield* disk.statFile(file)).inode
})
