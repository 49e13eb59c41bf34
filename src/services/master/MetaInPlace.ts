// What the provenance of a line of ours says, read where it stands, without parsing it: a million lines have a million.
//
// All take a line whose checksum holds, without its newline, and answer undefined where it is shaped otherwise than our
// writers shape theirs: then the provenance is parsed. The bytes of a key cannot stand in a string, where the quotes are
// escaped.
import { Buffer } from "node:buffer"
import { matchesAt } from "../durability/matchesAt.ts"

const acceptedKey = Buffer.from(`,"acceptedAt":"`)
const rejectedKey = Buffer.from(`,"rejectedAt":"`)
/** What follows the time in our own records and rejects. */
const afterAccepted = Buffer.from(`","qa":{"rules":"`)
const afterRejected = Buffer.from(`"}`)
/** Bytes of `2026-01-02T03:04:05.678Z`. */
const timeLength = 24
/** The end of a record of ours in which its time is looked for: nothing but the QA of a few warnings follows it. */
const timeWithin = 512
const metaKey = Buffer.from(`,"_meta":`)
const idHead = Buffer.from(`,"_meta":{"id":"`)
/** An id that is its own JSON, as all of ours are. */
const plainId = /^[\w:.-]+$/
const runIdKey = Buffer.from(`","runId":"`)
const costKey = Buffer.from(`"costUsd":`)
/** Bytes of `,"_crc":"xxxxxxxx"}`. */
const checksumLength = 19
const quote = 0x22

/** The number of so many digits; NaN where one of them is none. */
const digitsAt = (line: Buffer, at: number, count: number): number => {
  let value = 0
  for (let i = 0; i < count; i++) {
    const digit = line[at + i]! - 0x30
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

/** Days that each month has in every year. */
const daysOf = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** A time as we write it, in milliseconds since the epoch; undefined for anything that only a calendar can judge. */
const timeAt = (line: Buffer, at: number): number | undefined => {
  const framed = line[at + 4] === 0x2d && line[at + 7] === 0x2d && line[at + 10] === 0x54 &&
    line[at + 13] === 0x3a && line[at + 16] === 0x3a && line[at + 19] === 0x2e &&
    line[at + 23] === 0x5a
  const month = digitsAt(line, at + 5, 2)
  const day = digitsAt(line, at + 8, 2)
  const hour = digitsAt(line, at + 11, 2)
  const minute = digitsAt(line, at + 14, 2)
  const second = digitsAt(line, at + 17, 2)
  const year = digitsAt(line, at, 4)
  const plain = year >= 100 && day >= 1 && day <= (daysOf[month] ?? 0) && hour < 24 &&
    minute < 60 && second < 60
  if (!framed || !plain) return undefined
  const ms = Date.UTC(year, month - 1, day, hour, minute, second, digitsAt(line, at + 20, 3))
  return Number.isNaN(ms) ? undefined : ms
}

/** Where the key of a record's time begins: what follows the time is in `_meta` only. */
const acceptedKeyIn = (line: Buffer): number | undefined => {
  const metaEnd = line.length - checksumLength
  const from = Math.max(0, metaEnd - timeWithin)
  for (let at = metaEnd - timeLength - afterAccepted.length; at >= from; at--) {
    if (line[at] !== acceptedKey[0] || !matchesAt(line, acceptedKey, at)) continue
    return matchesAt(line, afterAccepted, at + acceptedKey.length + timeLength) ? at : undefined
  }
  return undefined
}

/** The time of a record or reject, in milliseconds since the epoch. */
export const timeIn = (line: Buffer): number | undefined => {
  const metaEnd = line.length - checksumLength
  const rejectedAt = metaEnd - afterRejected.length + 1 - timeLength
  if (matchesAt(line, rejectedKey, rejectedAt - rejectedKey.length)) return timeAt(line, rejectedAt)
  const at = acceptedKeyIn(line)
  return at === undefined ? undefined : timeAt(line, at + acceptedKey.length)
}

/** More digits no number of JavaScript is written with. */
const numberLengthMax = 32

/** `0` to `9`, `.`, `-`, `+`, `e`. */
const isOfNumber = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || byte === 0x2e || byte === 0x2d || byte === 0x2b ||
  byte === 0x65

/** A number that ends before this byte, under this key. */
const numberBefore = (line: Buffer, key: Buffer, end: number): number | undefined => {
  const from = Math.max(0, end - numberLengthMax)
  let start = end
  while (start > from && isOfNumber(line[start - 1]!)) start--
  if (start === end || !matchesAt(line, key, start - key.length)) return undefined
  const value = Number(line.toString("latin1", start, end))
  return Number.isNaN(value) ? undefined : value
}

/** A record's cost stands before its time. */
export const costUsdIn = (line: Buffer): number | undefined => {
  const at = acceptedKeyIn(line)
  return at === undefined ? undefined : numberBefore(line, costKey, at)
}

/** Where the id begins. Every writer of ours puts `_meta` last and its id first. */
const idStartIn = (line: Buffer): number | undefined => {
  const at = line.lastIndexOf(idHead)
  return at === -1 || at !== line.lastIndexOf(metaKey) ? undefined : at + idHead.length
}

const plainText = (line: Buffer, start: number): string | undefined => {
  const text = line.toString("latin1", start, line.indexOf(quote, start))
  return plainId.test(text) ? text : undefined
}

export const idIn = (line: Buffer): string | undefined => {
  const start = idStartIn(line)
  return start === undefined ? undefined : plainText(line, start)
}

/** It stands after the id. */
export const runIdIn = (line: Buffer): string | undefined => {
  const start = idStartIn(line)
  if (start === undefined) return undefined
  const end = line.indexOf(quote, start)
  return matchesAt(line, runIdKey, end) ? plainText(line, end + runIdKey.length) : undefined
}
