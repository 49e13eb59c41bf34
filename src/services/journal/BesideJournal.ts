// What the disposable lists beside a sealed journal have in common: an end that says how far they go and what they sum up to.
//
//   footer  24 bytes: the name of the format (8), the journal's bytes that are covered, the checksums of all before the
//           footer and of the footer itself
//
// Numbers are in this machine's order of bytes: on another one the footer does not hold.
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { Disk } from "../durability/Disk.ts"
import type { DiskError, DiskFile } from "../durability/Disk.ts"
import { readAllAt } from "../durability/FileIo.ts"

const footerBytes = 24

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
  /**
   * Hands on the entries, many at a time, until the visitor answers false. Answers false where their checksum does not
   * hold: then nothing that was handed on may be believed.
   */
  readonly visit: (see: (words: Uint32Array) => void | false) => Effect.Effect<boolean, DiskError>
}

const visitEntries = (
  disk: Disk["Service"],
  file: DiskFile,
  end: number,
  chunkBytes: number,
  crcSaid: number
): JournalList["visit"] =>
  Effect.fnUntraced(function*(see) {
    let crc = 0
    for (let at = 0; at < end;) {
      const bytes = Buffer.allocUnsafeSlow(Math.min(chunkBytes, end - at))
      if ((yield* readAllAt(disk, file, bytes, at)) < bytes.length) return false
      if (see(new Uint32Array(bytes.buffer)) === false) return true
      crc = crc32(bytes, crc)
      at += bytes.length
    }
    return crc === crcSaid
  })

/** Entries that are read at once. */
const chunkEntries = 16_384

/** Undefined where there is none, or one that does not hold or covers more than the journal has. Open as long as the scope. */
export const openJournalList = Effect.fnUntraced(function*(
  journal: string,
  path: string,
  format: Buffer,
  entryBytes: number
): Effect.fn.Return<JournalList | undefined, DiskError, Disk | Scope.Scope> {
  const disk = yield* Disk
  const [ofJournal, beside] = [yield* disk.stat(journal), yield* disk.stat(path)]
  if (Option.isNone(ofJournal) || Option.isNone(beside)) return undefined
  const end = beside.value.size - footerBytes
  if (end < 0 || end % entryBytes !== 0) return undefined
  const file = yield* disk.open(path, "read")
  const last = Buffer.allocUnsafeSlow(footerBytes)
  yield* readAllAt(disk, file, last, end)
  const footer = decodeFooter(format, last)
  if (footer === undefined || footer.journalBytes > ofJournal.value.size) return undefined
  const { crc, journalBytes } = footer
  return { journalBytes, visit: visitEntries(disk, file, end, chunkEntries * entryBytes, crc) }
})
