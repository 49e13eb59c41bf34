// The input's bytes as text, in blocks of whole lines: UTF-8 checked, the byte order mark dropped, lines bounded.
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import { isUtf8 } from "node:buffer"
import type { Disk } from "../durability/Disk.ts"
import { fileFault } from "./InputFaults.ts"
import type { InputFaults } from "./InputFaults.ts"
import { changed, unchanged } from "./InputFile.ts"
import type { InputFile } from "./InputFile.ts"
import type { InputError } from "./ItemSource.ts"

export interface TextBlock {
  /** Whole lines with their ends; the last block of a file may lack one. */
  readonly text: string
  /** The number of the first line. */
  readonly line: number
  /** The same as it stands in the file, and where it begins there. */
  readonly bytes: Buffer
  readonly position: number
  /** The line that follows; undefined where the last one has no end. */
  readonly nextLine: number | undefined
}

/** Where in the file a reading begins: the start of a line. */
export interface Place {
  readonly position: number
  /** From 1. */
  readonly line: number
}

const readBytes = 128 * 1024
/** A longer line is a fault: it bounds what one row may take in memory. */
export const lineBytesMax = 16 * 1024 * 1024
const newline = 0x0a

const countLines = (bytes: Buffer): number => {
  let count = 0
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) count++
  return count
}

/** Where the first byte stands that is no UTF-8, in bytes that hold one. */
const badByte = (bytes: Buffer): number => {
  const text = bytes.toString("utf8")
  // A replacement character that the bytes do not spell out stands for the fault.
  for (let at = text.indexOf("\ufffd"); at !== -1; at = text.indexOf("\ufffd", at + 1)) {
    const offset = Buffer.byteLength(text.slice(0, at))
    if (bytes.toString("latin1", offset, offset + 3) !== "\xef\xbf\xbd") return offset
  }
  return 0
}

const reportBadLines = (
  bytes: Buffer,
  firstLine: number,
  position: number,
  faults: InputFaults
): void => {
  let line = firstLine
  for (let start = 0; start < bytes.length; line++) {
    const found = bytes.indexOf(newline, start)
    const end = found === -1 ? bytes.length : found + 1
    const row = bytes.subarray(start, end)
    if (!isUtf8(row)) {
      const offset = badByte(row)
      const byte = row[offset]!.toString(16).padStart(2, "0")
      const at = `byte 0x${byte} at offset ${position + start + offset} of the file`
      faults.add(
        line,
        null,
        `not UTF-8: ${at}; convert the file, for example with iconv -f latin1 -t utf-8`
      )
    }
    start = end
  }
}

interface Cut {
  /** Bytes of a line whose end has not been read. */
  rest: Buffer
  /** File position of the next read, after `rest`. */
  position: number
  line: number
  /** Inside a line that is over the bound, whose bytes are dropped up to its end. */
  dropping: boolean
}

/** Takes the whole lines out of the bytes at hand, keeps the rest for the next read. */
const cutLines = (
  cut: Cut,
  bytes: Buffer,
  ended: boolean,
  faults: InputFaults
): TextBlock | undefined => {
  let start = 0
  if (cut.dropping) {
    const end = bytes.indexOf(newline)
    if (end === -1) return undefined
    start = end + 1
    cut.line++
    cut.dropping = false
  }
  const end = ended ? bytes.length : bytes.lastIndexOf(newline) + 1
  const whole = bytes.subarray(start, Math.max(start, end))
  cut.rest = bytes.subarray(Math.max(start, end))
  const line = cut.line
  cut.line += countLines(whole)
  if (cut.rest.length > lineBytesMax) {
    faults.add(
      cut.line,
      null,
      `the line is longer than ${lineBytesMax / 1024 / 1024} MiB; is the file one object a line?`
    )
    cut.rest = Buffer.alloc(0)
    cut.dropping = true
  }
  if (whole.length === 0) return undefined
  const position = cut.position - (bytes.length - start)
  if (!isUtf8(whole)) reportBadLines(whole, line, position, faults)
  return {
    text: whole.toString("utf8"),
    line,
    bytes: whole,
    position,
    nextLine: whole.at(-1) === newline ? cut.line : undefined
  }
}

/** Where the first line begins: after a byte order mark. */
export const firstPlace = ({ head }: InputFile): Place => {
  const marked = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf
  return { position: marked ? 3 : 0, line: 1 }
}

/** Each pull reads on; done at the end of the file. Fails when the file is not what it was when it was opened. */
export const pullTextBlocks = (
  disk: Disk["Service"],
  input: InputFile,
  faults: InputFaults,
  from: Place = firstPlace(input)
): Pull.Pull<TextBlock, InputError> => {
  const cut: Cut = { rest: Buffer.alloc(0), ...from, dropping: false }
  const size = input.stat.size
  const read = Effect.suspend(() => {
    // The buffer grows with the line at hand, so that a long line is copied a few times and not at every read.
    const kept = cut.rest.length
    const wanted = Math.min(Math.max(readBytes, kept), lineBytesMax + 1 - kept, size - cut.position)
    const bytes = Buffer.allocUnsafe(kept + wanted)
    cut.rest.copy(bytes)
    return Effect.map(disk.read(input.file, bytes.subarray(kept), cut.position), (count) => {
      cut.position += count
      return bytes.subarray(0, kept + count)
    })
  }).pipe(
    Effect.mapError((error) =>
      fileFault(input.name, `cannot be read: ${error.code}: ${error.detail}`)
    )
  )
  const pull: Pull.Pull<TextBlock, InputError> = Effect.suspend(() => {
    const before = cut.position
    if (before >= size) return Cause.done()
    return Effect.flatMap(read, (bytes) => {
      if (cut.position === before) return Effect.fail(changed(input))
      const block = cutLines(cut, bytes, cut.position >= size, faults)
      return block === undefined ? pull : Effect.succeed(block)
    })
  })
  return Effect.andThen(unchanged(disk, input), pull)
}
