// The lines of a file, read in chunks: the file is never held whole, however large it is.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { DiskFile } from "./Disk.ts"
import { Disk } from "./Disk.ts"
import type { DiskError } from "./Disk.ts"
import { chunkBytesDefault, lineBytesMaxDefault, lineTooLong, newline } from "./LineLimits.ts"

const chunkBytesMin = 4 * 1024

export interface ScanOptions {
  /** Byte offset to start from: the start of a line. Default 0. */
  readonly from?: number
  /** Byte offset to stop at; a line that goes beyond it counts as unterminated. Default: the end of the file. */
  readonly to?: number
  /** A longer line fails with code `EFBIG`. Default 256 MiB. */
  readonly lineBytesMax?: number
  /** Bytes of a read. Default 256 KiB; more costs memory, and pays for files that are read whole beside other work. */
  readonly chunkBytes?: number
  /** Called with each chunk and its byte offset after it was read, before any of the lines that end in it are visited. */
  readonly onRead?: (chunk: Buffer, position: number) => Effect.Effect<void, DiskError>
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

/** A part of the file in memory: `bytes[start..end)` was read and not yet handed on. */
interface Window {
  readonly bytes: Buffer
  start: number
  readonly end: number
  /** Up to here no newline was found. */
  searched: number
  /** File offset of `bytes[start]`. */
  offset: number
}

/** Where the next chunk is read to, with room before it for the beginning of a line that goes on in it. */
interface Spare {
  readonly bytes: Buffer
  readonly room: number
}

const makeSpare = (chunk: number, room = chunk): Spare => ({
  bytes: Buffer.allocUnsafeSlow(room + chunk),
  room
})

/** What is left of the window and the chunk that follows it, in one piece. */
const join = (window: Window, spare: Spare, count: number): Window => {
  const left = window.end - window.start
  let { bytes, room } = spare
  if (left > room) {
    room = 2 * left
    bytes = makeSpare(spare.bytes.byteLength - spare.room, room).bytes
    spare.bytes.copy(bytes, room, spare.room, spare.room + count)
  }
  window.bytes.copy(bytes, room - left, window.start, window.end)
  return { bytes, start: room - left, end: room + count, searched: room, offset: window.offset }
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

/** While the lines of one chunk are visited the next one is read: two buffers take turns. */
const scanOpened = Effect.fnUntraced(function*(
  disk: Disk["Service"],
  file: DiskFile,
  options: ScanOptions,
  visit: LineVisitor
): Effect.fn.Return<ScanReport, DiskError> {
  const { from = 0, lineBytesMax = lineBytesMaxDefault, onRead, to = Infinity } = options
  const chunk = Math.max(0, Math.min(options.chunkBytes ?? chunkBytesDefault, to - from))
  const report = { bytes: 0, lines: 0 }
  const read = (spare: Spare, position: number) => {
    const into = spare.bytes.subarray(spare.room, spare.room + Math.min(chunk, to - position))
    const reading = disk.read(file, into, position)
    return onRead === undefined ? reading : Effect.tap(
      reading,
      (count) => count === 0 ? Effect.void : onRead(into.subarray(0, count), position)
    )
  }
  let spare = makeSpare(chunk)
  let window: Window = {
    bytes: makeSpare(chunk).bytes,
    start: 0,
    end: 0,
    searched: 0,
    offset: from
  }
  let position = from
  let count = position < to ? yield* read(spare, position) : 0
  while (count > 0) {
    position += count
    const joined = join(window, spare, count)
    // The window's buffer is free now; one that had to grow for a long line stays as large.
    spare = { bytes: window.bytes, room: window.bytes.byteLength - chunk }
    window = joined
    const [next, wantsMore] = yield* Effect.all([
      position < to ? read(spare, position) : Effect.succeed(0),
      Effect.sync(() => visitWindow(joined, report, visit))
    ], { concurrency: 2 })
    if (!wantsMore) return { ...report, unterminatedBytes: 0 }
    if (next > 0 && joined.end - joined.start > lineBytesMax) {
      return yield* lineTooLong(file.path, joined.offset, lineBytesMax)
    }
    count = next
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
    // Of a small file no large chunk is asked for; one that grows meanwhile is read on in small ones.
    const left = found.value.size - (options.from ?? 0)
    const chunkBytes = Math.min(
      options.chunkBytes ?? chunkBytesDefault,
      Math.max(chunkBytesMin, left + 1)
    )
    const file = yield* disk.open(path, "read")
    return yield* scanOpened(disk, file, { ...options, chunkBytes }, visit)
  }))
