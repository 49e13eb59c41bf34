// What the disposable lists beside a journal have in common: an end that says how far they go and what they sum up to.
//
//   footer  24 bytes: the name of the format (8), the journal's bytes that are covered, the checksum of the list and that
//           of the footer itself
//
// Numbers are in this machine's order of bytes: on another one the footer does not hold.
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import { readPart } from "../durability/FileIo.ts"

const footerBytes = 24

/** `crc` is of whatever the format says that it is. */
export const encodeFooter = (format: Buffer, journalBytes: number, crc: number): Buffer => {
  const bytes = Buffer.allocUnsafeSlow(footerBytes)
  bytes.set(format)
  new Float64Array(bytes.buffer, 8, 1)[0] = journalBytes
  const crcs = new Uint32Array(bytes.buffer, 16, 2)
  crcs[0] = crc
  crcs[1] = crc32(bytes.subarray(0, 20))
  return bytes
}

/** `bytes` begin their own buffer. */
const decodeFooter = (format: Buffer, bytes: Buffer) => {
  const [crc = 0, own] = new Uint32Array(bytes.buffer, 16, 2)
  const holds = format.equals(bytes.subarray(0, format.length)) &&
    own === crc32(bytes.subarray(0, 20))
  return holds ? { journalBytes: new Float64Array(bytes.buffer, 8, 1)[0] ?? 0, crc } : undefined
}

export interface JournalList {
  /** So much of the journal is covered. */
  readonly journalBytes: number
  /** Bytes before the footer. */
  readonly bytes: number
  readonly crc: number
  /** Bytes that begin their own buffer; undefined where the list has not so many. */
  readonly read: (at: number, length: number) => Effect.Effect<Buffer | undefined, DiskError>
}

/** Undefined where there is none, or one whose footer does not hold or that covers more than the journal has. */
export const openJournalList = Effect.fnUntraced(function*(
  journal: string,
  path: string,
  format: Buffer
): Effect.fn.Return<JournalList | undefined, DiskError, Disk | Scope.Scope> {
  const disk = yield* Disk
  const [ofJournal, beside] = [yield* disk.stat(journal), yield* disk.stat(path)]
  if (Option.isNone(ofJournal) || Option.isNone(beside)) return undefined
  const file = yield* disk.open(path, "read")
  const read: JournalList["read"] = (at, length) =>
    at < 0 || length < 0 ? Effect.undefined : readPart(disk, file, at, length)
  const bytes = beside.value.size - footerBytes
  const last = yield* read(bytes, footerBytes)
  const footer = last && decodeFooter(format, last)
  return footer === undefined || footer.journalBytes > ofJournal.value.size
    ? undefined
    : { ...footer, bytes, read }
})
