// 128 bytes in the lock file that say how far a log's files are known to be durable.
//
// The slot is page-cache shared memory between processes: it survives kill -9, is never synced, and is ignored after a
// reboot, since its boot id then differs. `.appender.lock` holds one slot for each log under its lock: updates and
// successes at byte 0, rejects at byte 128. One lock guards both, because some systems lock whole files only, and a
// swap of all three has to stop every writer at once.
//
// Layout, little-endian: 0 magic "INKSLOT1" · 8 state · 9 file count · 16 boot id (16 bytes) · 32 size and inode of
// each file (two float64 of 8 bytes) · 124 CRC-32 of bytes 0 to 123.
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import type { Disk, DiskError, DiskFile } from "./Disk.ts"
import { readAllAt, writeAllAt } from "./FileIo.ts"

/**
 * - `clean`: the files end at these sizes, durable, and hold the same records.
 * - `dirty`: a write or sync failed. Up to these sizes the files are durable and hold the same records; a sync that
 *   failed once may have dropped what stands after them, though it still reads.
 * - `recovering`: as dirty, but whether the files hold the same records is not known.
 */
export type SlotState = "clean" | "dirty" | "recovering"

export interface SlotFile {
  /** Bytes known to be durable. */
  readonly size: number
  readonly inode: number
}

export interface Slot {
  readonly state: SlotState
  readonly files: ReadonlyArray<SlotFile>
}

export const slotBytes = 128

const magic = Buffer.from("INKSLOT1")
const states: ReadonlyArray<SlotState> = ["clean", "dirty", "recovering"]
const stateAt = 8
const countAt = 9
const bootAt = 16
const bootLength = 16
const filesAt = 32
const fileLength = 16
const crcAt = 124

export const encodeSlot = (slot: Slot, bootId: string): Buffer => {
  const bytes = Buffer.alloc(slotBytes)
  magic.copy(bytes)
  bytes.writeUInt8(states.indexOf(slot.state) + 1, stateAt)
  bytes.writeUInt8(slot.files.length, countAt)
  bytes.write(bootId, bootAt, bootLength, "hex")
  slot.files.forEach(({ inode, size }, index) => {
    bytes.writeDoubleLE(size, filesAt + index * fileLength)
    bytes.writeDoubleLE(inode, filesAt + index * fileLength + 8)
  })
  bytes.writeUInt32LE(crc32(bytes.subarray(0, crcAt)), crcAt)
  return bytes
}

/** Undefined for anything but an intact slot of this boot for a log of so many files. */
export const decodeSlot = (bytes: Buffer, bootId: string, fileCount: number): Slot | undefined => {
  if (bytes.length !== slotBytes || !bytes.subarray(0, magic.length).equals(magic)) return undefined
  if (bytes.readUInt32LE(crcAt) !== crc32(bytes.subarray(0, crcAt))) return undefined
  if (bytes.toString("hex", bootAt, bootAt + bootLength) !== bootId) return undefined
  const state = states[bytes.readUInt8(stateAt) - 1]
  if (state === undefined || bytes.readUInt8(countAt) !== fileCount) return undefined
  const files = Array.from({ length: fileCount }, (_, index) => ({
    size: bytes.readDoubleLE(filesAt + index * fileLength),
    inode: bytes.readDoubleLE(filesAt + index * fileLength + 8)
  }))
  return { state, files }
}

/** Where a log's slot stands. All access happens under the lock of `file`. */
export interface SlotPlace {
  readonly disk: Disk["Service"]
  /** The lock file, open for update. */
  readonly file: DiskFile
  /** Byte offset of the slot in it. */
  readonly at: number
  readonly bootId: string
  /** What was written here last: found again, as nearly every batch finds it, it is not decoded again. */
  written?: { readonly bytes: Buffer; readonly slot: Slot }
}

export const readSlot = (
  place: SlotPlace,
  fileCount: number
): Effect.Effect<Slot | undefined, DiskError> =>
  Effect.suspend(() => {
    const bytes = Buffer.allocUnsafe(slotBytes)
    return Effect.map(readAllAt(place.disk, place.file, bytes, place.at), (count) =>
      count === slotBytes && place.written?.bytes.equals(bytes)
        ? place.written.slot
        : decodeSlot(bytes.subarray(0, count), place.bootId, fileCount))
  })

export const writeSlot = (place: SlotPlace, slot: Slot): Effect.Effect<void, DiskError> =>
  Effect.suspend(() => {
    const bytes = encodeSlot(slot, place.bootId)
    place.written = { bytes, slot }
    return writeAllAt(place.disk, place.file, bytes, place.at)
  })
