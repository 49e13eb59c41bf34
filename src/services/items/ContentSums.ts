// The contents of a file told by a checksum of each of its megabytes: whether they are still the same, all or a sample.
//
// CRC-32 finds every change of up to 32 bits in a row, and misses another one in four thousand million times.
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import { Disk } from "../durability/Disk.ts"
import type { DiskError, DiskFile } from "../durability/Disk.ts"
import { readAllAt } from "../durability/FileIo.ts"

const partBytes = 1024 * 1024

/** A stretch of a file, from `start` (bytes) on, and the checksums of its parts in order. */
export interface Contents {
  readonly start: number
  readonly bytes: number
  readonly sums: ReadonlyArray<number>
}

/** Sums up bytes that follow each other; goes on from what was summed up before. */
export class ContentSums {
  readonly #start: number
  readonly #sums: Array<number>
  #bytes: number

  constructor({ bytes, start, sums }: Contents) {
    this.#start = start
    this.#bytes = bytes
    this.#sums = [...sums]
  }

  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const part = Math.floor(this.#bytes / partBytes)
      const piece = bytes.subarray(at, at + (part + 1) * partBytes - this.#bytes)
      this.#sums[part] = crc32(piece, this.#sums[part] ?? 0)
      this.#bytes += piece.length
      at += piece.length
    }
  }

  get contents(): Contents {
    return { start: this.#start, bytes: this.#bytes, sums: this.#sums }
  }
}

/** Parts of a sample, spread evenly, the first and the last among them. */
const sampleParts = 8

const chosenParts = (count: number, how: "all" | "sample"): ReadonlyArray<number> =>
  how === "all" || count <= sampleParts
    ? Array.from({ length: count }, (_, part) => part)
    : Array.from(
      { length: sampleParts },
      (_, each) => Math.floor((count - 1) * each / (sampleParts - 1))
    )

/** Whether the file still has the contents, by all of their bytes or by a sample. */
export const hasContents = Effect.fnUntraced(function*(
  file: DiskFile,
  { bytes, start, sums }: Contents,
  how: "all" | "sample"
): Effect.fn.Return<boolean, DiskError, Disk> {
  const disk = yield* Disk
  if (sums.length !== Math.ceil(bytes / partBytes)) return false
  const buffer = Buffer.allocUnsafeSlow(Math.min(partBytes, bytes))
  for (const part of chosenParts(sums.length, how)) {
    const into = buffer.subarray(0, Math.min(partBytes, bytes - part * partBytes))
    const count = yield* readAllAt(disk, file, into, start + part * partBytes)
    if (count < into.length || crc32(into) !== sums[part]) return false
  }
  return true
})
