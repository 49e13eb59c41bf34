// The lines of a master that are kept, copied a chunk at a time: while one chunk is read the one before it is packed,
// and the one before that written.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Disk, DiskError } from "../durability/Disk.ts"
import { readAllAt } from "../durability/FileIo.ts"
import { verifyLine } from "../durability/LineCodec.ts"
import type { StagedFile } from "../durability/ReplaceFile.ts"
import type { Extents } from "./Extents.ts"

/** Up to where lines were copied: number and byte offset of the next one. */
export interface CopyCursor {
  readonly index: number
  readonly offset: number
}

/** Lines that are read at once: as many as these bytes hold, or one that is longer. */
const chunkBytes = 1024 * 1024

interface Chunk {
  readonly from: CopyCursor
  readonly to: CopyCursor
  /** The bytes between the two, once they were read. */
  readonly bytes: Buffer
}

/** The next chunk with a line that is kept; undefined where none is left. */
const nextChunk = (
  extents: Extents,
  { index, offset }: CopyCursor,
  buffer: (bytes: number) => Buffer
): Chunk | undefined => {
  let next = index
  let start = offset
  while (next < extents.count && extents.isDead(next)) start += extents.lengthOf(next++)
  if (next === extents.count) return undefined
  const from = { index: next, offset: start }
  let length = 0
  while (
    next < extents.count && (length === 0 || length + extents.lengthOf(next) <= chunkBytes)
  ) length += extents.lengthOf(next++)
  return { from, to: { index: next, offset: start + length }, bytes: buffer(length) }
}

interface Packed {
  readonly bytes: Buffer
  readonly lines: number
  /** Byte offset of a line whose checksum held when it was read first, and does not now. */
  readonly changedAt: number | undefined
}

/** Moves the lines that are kept together, in place. */
const pack = (extents: Extents, { bytes, from, to }: Chunk): Packed => {
  let lines = 0
  let end = 0
  let at = 0
  // Neighbours that are kept are moved in one go: `[runStart, at)`.
  let runStart = 0
  const moveRun = () => {
    if (end !== runStart) bytes.copyWithin(end, runStart, at)
    end += at - runStart
  }
  for (let index = from.index; index < to.index; index++) {
    const next = at + extents.lengthOf(index)
    if (extents.isDead(index)) {
      moveRun()
      runStart = next
    } else {
      lines++
      if (extents.isSealed(index) && verifyLine(bytes.subarray(at, next)) !== "valid") {
        return { bytes, lines, changedAt: from.offset + at }
      }
    }
    at = next
  }
  moveRun()
  return { bytes: bytes.subarray(0, end), lines, changedAt: undefined }
}

/** A few buffers in turn, so that each is free again when it comes next. */
const makeBuffers = () => {
  const buffers: Array<Buffer> = []
  let turn = 0
  return (bytes: number): Buffer => {
    turn = (turn + 1) % 3
    const held = buffers[turn]
    if (held !== undefined && held.length >= bytes) return held.subarray(0, bytes)
    const made = Buffer.allocUnsafeSlow(bytes)
    buffers[turn] = made
    return made
  }
}

/** Copies what is kept from a place on into every target. Answers where it ended, and how many lines. */
export const copyAlive = Effect.fnUntraced(function*(
  path: string,
  extents: Extents,
  start: CopyCursor,
  targets: ReadonlyArray<StagedFile>,
  wrote: (bytes: number) => Effect.Effect<void, DiskError>
): Effect.fn.Return<
  { readonly cursor: CopyCursor; readonly lines: number },
  DiskError,
  Disk | Scope.Scope
> {
  const disk = yield* Disk
  const buffer = makeBuffers()
  const changed = (offset: number) =>
    new DiskError({
      operation: "consolidate",
      path,
      code: "EIO",
      detail: `the disk answered two reads of the line at byte ${offset} differently`
    })
  const first = nextChunk(extents, start, buffer)
  if (first === undefined) return { cursor: start, lines: 0 }
  const file = yield* disk.open(path, "read")
  const read = Effect.fnUntraced(function*(chunk: Chunk) {
    const count = yield* readAllAt(disk, file, chunk.bytes, chunk.from.offset)
    if (count < chunk.bytes.length) return yield* changed(chunk.from.offset + count)
  })
  const write = Effect.fnUntraced(function*(packed: Packed) {
    yield* Effect.forEach(targets, (target) => target.append(packed.bytes), {
      concurrency: "unbounded",
      discard: true
    })
    yield* wrote(packed.bytes.length * targets.length)
  })
  let lines = 0
  let cursor = first.to
  let packed: Packed | undefined
  let filled: Chunk | undefined = first
  yield* read(first)
  while (packed !== undefined || filled !== undefined) {
    const next = nextChunk(extents, cursor, buffer)
    cursor = next?.to ?? cursor
    const now: Packed | undefined = packed
    const full: Chunk | undefined = filled
    const [, , done] = yield* Effect.all([
      now === undefined ? Effect.void : write(now),
      next === undefined ? Effect.void : read(next),
      Effect.sync(() => full === undefined ? undefined : pack(extents, full))
    ], { concurrency: "unbounded" })
    if (done?.changedAt !== undefined) return yield* changed(done.changedAt)
    lines += done?.lines ?? 0
    packed = done
    filled = next
  }
  return { cursor, lines }
}, Effect.scoped)
