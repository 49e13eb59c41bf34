// The lines of a file, read in chunks: the file is never held whole, however large it is.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { DiskFile } from "./Disk.ts"
import { Disk, DiskError } from "./Disk.ts"

const chunkBytes = 256 * 1024
/** A line may be larger than a chunk, but not take all memory with it: this is no line of ours any more. */
const lineBytesMaxDefault = 256 * 1024 * 1024
const newline = 10

export interface ScanOptions {
  /** Byte offset to start from: the start of a line. Default 0. */
  readonly from?: number
  /** Byte offset to stop at; a line that goes beyond it counts as unterminated. Default: the end of the file. */
  readonly to?: number
  /** A longer line fails with code `EFBIG`. Default 256 MiB. */
  readonly lineBytesMax?: number
}

export interface ScanReport {
  /** Bytes of the newline-terminated lines that were visited: `from + bytes` is where the last of them ends. */
  readonly bytes: number
  readonly lines: number
  /** Bytes after the last newline. 0 when the visitor stopped the scan. */
  readonly unterminatedBytes: number
}

/**
 * Called for each newline-terminated line, without its newline. `line` is a view that is valid only during the call;
 * `offset` is its byte offset in the file; `lineNumber` counts from 1 at the start of the scan. Answering `false` stops.
 */
export type LineVisitor = (line: Buffer, offset: number, lineNumber: number) => void | false

const lineTooLong = (path: string, offset: number, lineBytesMax: number): DiskError =>
  new DiskError({
    operation: "read",
    path,
    code: "EFBIG",
    detail:
      `the line at byte ${offset} has no end within ${lineBytesMax} bytes: this is no file of lines`
  })

/** A window on the file that slides forward: `bytes[start..end)` was read and not yet handed on. */
interface Window {
  bytes: Buffer
  start: number
  end: number
  /** Up to here no newline was found. */
  searched: number
  /** File offset of `bytes[start]`. */
  offset: number
}

/** Moves what is left to the front of a buffer with room for more: the same one, or a larger one for a long line. */
const makeRoom = (window: Window): void => {
  if (window.bytes.byteLength - window.end >= chunkBytes) return
  const left = window.end - window.start
  const bytes = left + chunkBytes <= window.bytes.byteLength
    ? window.bytes
    : Buffer.allocUnsafeSlow(Math.max(2 * left, left + chunkBytes))
  window.bytes.copy(bytes, 0, window.start, window.end)
  window.searched -= window.start
  window.bytes = bytes
  window.start = 0
  window.end = left
}

/** Visits the lines that are whole in the window. Answers whether the visitor wants more. */
const visitWindow = (
  window: Window,
  report: { bytes: number; lines: number },
  visit: LineVisitor
): boolean => {
  const readable = window.bytes.subarray(0, window.end)
  for (;;) {
    const at = readable.indexOf(newline, window.searched)
    if (at < 0) break
    const line = readable.subarray(window.start, at)
    const offset = window.offset
    const size = at + 1 - window.start
    window.start = window.searched = at + 1
    window.offset += size
    report.bytes += size
    report.lines++
    if (visit(line, offset, report.lines) === false) return false
  }
  window.searched = window.end
  return true
}

const scanOpened = Effect.fnUntraced(function*(
  disk: Disk["Service"],
  file: DiskFile,
  options: ScanOptions,
  visit: LineVisitor
): Effect.fn.Return<ScanReport, DiskError> {
  const { from = 0, to = Number.POSITIVE_INFINITY, lineBytesMax = lineBytesMaxDefault } = options
  const window: Window = {
    bytes: Buffer.allocUnsafeSlow(2 * chunkBytes),
    start: 0,
    end: 0,
    searched: 0,
    offset: from
  }
  const report = { bytes: 0, lines: 0 }
  for (let position = from; position < to;) {
    if (window.end - window.start > lineBytesMax) {
      return yield* lineTooLong(file.path, window.offset, lineBytesMax)
    }
    makeRoom(window)
    const room = window.bytes.subarray(
      window.end,
      window.end + Math.min(to - position, window.bytes.byteLength)
    )
    const count = yield* disk.read(file, room, position)
    if (count === 0) break
    position += count
    window.end += count
    if (!visitWindow(window, report, visit)) return { ...report, unterminatedBytes: 0 }
  }
  return { ...report, unterminatedBytes: window.end - window.start }
})

/** Visits every newline-terminated line of a file. A missing file has no lines. An unterminated tail is only counted. */
export const scanLines = (
  path: string,
  options: ScanOptions,
  visit: LineVisitor
): Effect.Effect<ScanReport, DiskError, Disk> =>
  Effect.scoped(Effect.gen(function*() {
    const disk = yield* Disk
    const found = yield* disk.stat(path)
    if (Option.isNone(found)) return { bytes: 0, lines: 0, unterminatedBytes: 0 }
    return yield* scanOpened(disk, yield* disk.open(path, "read"), options, visit)
  }))

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
    const bytes = Buffer.allocUnsafeSlow(kept + Math.max(kept, chunkBytes))
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
