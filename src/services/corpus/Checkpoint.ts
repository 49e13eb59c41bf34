// How far the masters are in the corpus, told well enough to see later whether they go on from there.
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import { Disk } from "../durability/Disk.ts"
import type { DiskError, FileStat } from "../durability/Disk.ts"
import { readAllAt } from "../durability/FileIo.ts"

export interface Checkpoint {
  readonly inode: number
  /** Bytes of `successes.jsonl`. */
  readonly covered: number
  /** CRC-32 of the last bytes before that. */
  readonly tail: number
}

const tailBytes = 256

const tailOf = Effect.fnUntraced(function*(
  path: string,
  to: number
): Effect.fn.Return<number, DiskError, Disk> {
  const disk = yield* Disk
  return yield* Effect.scoped(Effect.gen(function*() {
    const file = yield* disk.open(path, "read")
    const bytes = Buffer.alloc(Math.min(tailBytes, to))
    const count = yield* readAllAt(disk, file, bytes, to - bytes.byteLength)
    return crc32(bytes.subarray(0, count))
  }))
})

export const checkpointAt = (
  path: string,
  inode: number,
  covered: number
): Effect.Effect<Checkpoint, DiskError, Disk> =>
  Effect.map(tailOf(path, covered), (tail) => ({ inode, covered, tail }))

/** Whether the file at the path, of which `stat` tells, is the one that was covered, and begins as it did. */
export const goesOn = Effect.fnUntraced(function*(
  path: string,
  point: Checkpoint,
  { inode, size }: Pick<FileStat, "inode" | "size">
): Effect.fn.Return<boolean, DiskError, Disk> {
  return point.inode === inode && point.covered <= size &&
    (yield* tailOf(path, point.covered)) === point.tail
})
