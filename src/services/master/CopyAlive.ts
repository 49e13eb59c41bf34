// The lines of a file that are kept, copied a chunk at a time: while one chunk is read the one before it is packed, and
// the one before that written.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Disk, DiskError } from "../durability/Disk.ts"
import { readAllAt } from "../durability/FileIo.ts"
import { verifyLine } from "../durability/LineCodec.ts"
import type { StagedFile } from "../durability/ReplaceFile.ts"

/** What is known of a file's lines, numbered from 0. */
export interface CopyLines {
  readonly count: number
  /** In bytes, newline included. */
  readonly lengthOf: (index: number) => number
  readonly isDead: (index: number) => boolean
  readonly isSealed: (index: number) => boolean
  readonly markCopied: (index: number, isCopied: boolean) => void
}

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

/** Where the next line stands that is kept, or the end. */
const pastDead = (lines: CopyLines, { index, offset }: CopyCursor): CopyCursor => {
  let next = index
  let start = offset
  while (next < lines.count && lines.isDead(next)) start += lines.lengthOf(next++)
  return { index: next, offset: start }
}

/** The next chunk with a line that is kept; undefined where none is left. */
const nextChunk = (
  lines: CopyLines,
  cursor: CopyCursor,
  buffer: (bytes: number) => Buffer
): Chunk | undefined => {
  const from = pastDead(lines, cursor)
  if (from.index === lines.count) return undefined
  let next = from.index
  let length = 0
  while (
    next < lines.count && (length === 0 || length + lines.lengthOf(next) <= chunkBytes)
  ) length += lines.lengthOf(next++)
  return { from, to: { index: next, offset: from.offset + length }, bytes: buffer(length) }
}

interface Packed {
  readonly bytes: Buffer
  readonly lines: number
  /** Byte offset of a line whose checksum held when it was read first, and does not now. */
  readonly changedAt: number | undefined
}

/** Moves the lines that are kept together, in place. */
const pack = (lines: CopyLines, { bytes, from, to }: Chunk): Packed => {
  let kept = 0
  let end = 0
  let at = 0
  // Neighbours that are kept are moved in one go: `[runStart, at)`.
  let runStart = 0
  const moveRun = () => {
    if (end !== runStart) bytes.copyWithin(end, runStart, at)
    end += at - runStart
  }
  for (let index = from.index; index < to.index; index++) {
    const next = at + lines.lengthOf(index)
    const isDead = lines.isDead(index)
    lines.markCopied(index, !isDead)
    if (isDead) {
      moveRun()
      runStart = next
    } else {
      kept++
      if (lines.isSealed(index) && verifyLine(bytes.subarray(at, next)) !== "valid") {
        return { bytes, lines: kept, changedAt: from.offset + at }
      }
    }
    at = next
  }
  moveRun()
  return { bytes: bytes.subarray(0, end), lines: kept, changedAt: undefined }
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
  source: CopyLines,
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
  const first = nextChunk(source, start, buffer)
  if (first === undefined) return { cursor: pastDead(source, start), lines: 0 }
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
    const next = nextChunk(source, cursor, buffer)
    cursor = next?.to ?? cursor
    const now: Packed | undefined = packed
    const full: Chunk | undefined = filled
    const [, , done] = yield* Effect.all([
      now === undefined ? Effect.void : write(now),
      next === undefined ? Effect.void : read(next),
      Effect.sync(() => full === undefined ? undefined : pack(source, full))
    ], { concurrency: "unbounded" })
    if (done?.changedAt !== undefined) return yield* changed(done.changedAt)
    lines += done?.lines ?? 0
    packed = done
    filled = next
  }
  return { cursor: pastDead(source, cursor), lines }
}, Effect.scoped)
