// The lines of a file as a stream, for whoever cannot take them as fast as they are read.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { DiskFile } from "./Disk.ts"
import { Disk } from "./Disk.ts"
import type { DiskError } from "./Disk.ts"
import { chunkBytesDefault, lineBytesMaxDefault, lineTooLong, newline } from "./LineLimits.ts"

export interface StreamedLine {
  /** Without its newline. Valid as long as it is held, and keeps its chunk in memory so long. */
  readonly line: Buffer
  readonly offset: number
  /** Counts from 1 at the start of the stream. */
  readonly lineNumber: number
  /** False only for the bytes after the last newline of the file. */
  readonly terminated: boolean
}

/** Where a stream of lines stands between two chunks. */
interface Cursor {
  /** The beginning of a line whose end is not read yet. */
  readonly carry: Buffer
  /** File offset of the next read. */
  readonly position: number
  readonly lines: number
}

const splitChunk = (
  bytes: Buffer,
  cursor: Cursor
): { readonly lines: Array<StreamedLine>; readonly rest: Buffer } => {
  const lines: Array<StreamedLine> = []
  const first = cursor.position - cursor.carry.byteLength
  let start = 0
  for (;;) {
    const at = bytes.indexOf(newline, Math.max(start, cursor.carry.byteLength))
    if (at < 0) return { lines, rest: bytes.subarray(start) }
    lines.push({
      line: bytes.subarray(start, at),
      offset: first + start,
      lineNumber: cursor.lines + lines.length + 1,
      terminated: true
    })
    start = at + 1
  }
}

/** Reads until at least one line is whole, or the file ends. */
const readLines = Effect.fnUntraced(function*(
  disk: Disk["Service"],
  file: DiskFile,
  from: Cursor,
  lineBytesMax: number
): Effect.fn.Return<readonly [ReadonlyArray<StreamedLine>, Option.Option<Cursor>], DiskError> {
  let cursor = from
  for (;;) {
    const kept = cursor.carry.byteLength
    const lineStart = cursor.position - kept
    if (kept > lineBytesMax) return yield* lineTooLong(file.path, lineStart, lineBytesMax)
    // Twice what is kept, so that a long line is copied a few times and not once a chunk.
    const bytes = Buffer.allocUnsafeSlow(kept + Math.max(kept, chunkBytesDefault))
    cursor.carry.copy(bytes)
    const count = yield* disk.read(file, bytes.subarray(kept), cursor.position)
    if (count === 0) {
      const last = {
        line: cursor.carry,
        offset: lineStart,
        lineNumber: cursor.lines + 1,
        terminated: false
      }
      return [kept === 0 ? [] : [last], Option.none()]
    }
    const { lines, rest } = splitChunk(bytes.subarray(0, kept + count), cursor)
    cursor = { carry: rest, position: cursor.position + count, lines: cursor.lines + lines.length }
    if (lines.length > 0) return [lines, Option.some(cursor)]
  }
})

/**
 * The lines of a file with backpressure, a chunk's worth at a time, the unterminated tail last. A missing file fails
 * with `ENOENT`, a line over `lineBytesMax` (default 256 MiB) with `EFBIG`.
 */
export const streamLines = (
  path: string,
  options: { readonly lineBytesMax?: number } = {}
): Stream.Stream<StreamedLine, DiskError, Disk> =>
  Stream.unwrap(Effect.gen(function*() {
    const disk = yield* Disk
    const file = yield* disk.open(path, "read")
    const start: Cursor = { carry: Buffer.alloc(0), position: 0, lines: 0 }
    return Stream.paginate(start, (cursor) =>
      readLines(disk, file, cursor, options.lineBytesMax ?? lineBytesMaxDefault))
  }))
