// What one run has taken out of the money that all runs of a data directory share: 128 bytes of raw/.money.
//
// Page-cache memory shared between processes: it survives kill -9 and is never synced, since after a power cut no run
// lives and the journals tell what was spent. A slot is written by one call and never crosses a page, so that a kill
// leaves the old one or the new one.
//
// Layout, little-endian: 0 magic "INKMONY1" · 8 flags (1 closed, 2 short) · 16 run id (32 bytes, ASCII) · 48 granted
// and 56 spent, in nanodollars (float64, whole) · 124 CRC-32 of bytes 0 to 123.
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import type { NanoUsd } from "./Money.ts"

export interface MoneySlot {
  readonly runId: string
  /** Spent and reserved by the run never pass this together. */
  readonly grantedNanoUsd: NanoUsd
  /** Spent at least, what is at risk included. */
  readonly spentNanoUsd: NanoUsd
  /** Nothing will change any more: what was granted is what was spent. */
  readonly closed: boolean
  /** A call waits for money that others have been granted and may not need. */
  readonly short: boolean
}

export const moneySlotBytes = 128

const magic = Buffer.from("INKMONY1")
const flagsAt = 8
const runIdAt = 16
const runIdBytes = 32
const grantedAt = 48
const spentAt = 56
const crcAt = 124

export const encodeMoneySlot = (slot: MoneySlot): Buffer => {
  const bytes = Buffer.alloc(moneySlotBytes)
  magic.copy(bytes)
  bytes.writeUInt8((slot.closed ? 1 : 0) + (slot.short ? 2 : 0), flagsAt)
  bytes.write(slot.runId, runIdAt, runIdBytes, "latin1")
  bytes.writeDoubleLE(slot.grantedNanoUsd, grantedAt)
  bytes.writeDoubleLE(slot.spentNanoUsd, spentAt)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, crcAt)), crcAt)
  return bytes
}

/** Undefined for anything but an intact slot. */
export const decodeMoneySlot = (bytes: Buffer): MoneySlot | undefined => {
  if (bytes.length !== moneySlotBytes || !bytes.subarray(0, magic.length).equals(magic)) {
    return undefined
  }
  if (bytes.readUInt32LE(crcAt) !== crc32(bytes.subarray(0, crcAt))) return undefined
  const flags = bytes.readUInt8(flagsAt)
  return {
    runId: bytes.toString("latin1", runIdAt, runIdAt + runIdBytes).replace(/\0+$/, ""),
    grantedNanoUsd: bytes.readDoubleLE(grantedAt),
    spentNanoUsd: bytes.readDoubleLE(spentAt),
    closed: (flags & 1) !== 0,
    short: (flags & 2) !== 0
  }
}
