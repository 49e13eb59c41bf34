// One line of a master file read in place: its slug as bytes, and its provenance, without making strings of the content.
import { Buffer } from "node:buffer"
import { verifyLine } from "../durability/LineCodec.ts"
import { encodeUtf8 } from "../items/Fingerprint.ts"

/**
 * `verified`: ours, its checksum holds. `foreign`: made by others, read by JSON.parse. `blank`: white space only.
 * `corrupt`: ours with a wrong checksum, no JSON object, not UTF-8, or without a slug; `problem` says which.
 */
type LineKind = "verified" | "foreign" | "blank" | "corrupt"

/** What a master line says of its origin; every field is absent from a foreign line that has no `_meta`. */
interface LineMeta {
  readonly id: string | undefined
  readonly runId: string | undefined
  readonly costUsd: number | undefined
  /** `acceptedAt` of a record, `rejectedAt` of a reject, as milliseconds since the epoch; -Infinity where there is none. */
  readonly atMs: number
  /** Of a reject that takes a record back: that record's id. */
  readonly demotes: string | undefined
}

const slugHead = Buffer.from(`{"slug":"`)
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
/** Bytes of `,"_crc":"xxxxxxxx"}`. */
const checksumLength = 19
const checksumDigits = 8
const checksumEnd = `"}`
const byteOrderMark = Buffer.from("\ufeff")
const quote = 0x22
const backslash = 0x5c
const noMeta: LineMeta = {
  id: undefined,
  runId: undefined,
  costUsd: undefined,
  atMs: -Infinity,
  demotes: undefined
}

/**
 * Reads one line after another; what it says of a line holds until the next `read`. The slug is the bytes
 * `[slugStart, slugEnd)` of `slugBytes`.
 */
export class MasterLine {
  kind: LineKind = "blank"
  problem = ""
  slugBytes: Uint8Array = slugHead
  slugStart = 0
  slugEnd = 0
  #line: Buffer = slugHead
  #object: { readonly [key: string]: unknown } | undefined
  #scratch = new Uint8Array(768)

  /** `line` without its newline; it must stay as it is while its slug and meta are asked for. */
  read(line: Buffer): LineKind {
    this.#line = withoutMark(line)
    this.#object = undefined
    this.problem = ""
    if (isBlank(this.#line)) return (this.kind = "blank")
    const state = verifyLine(this.#line)
    if (state === "corrupt") {
      return this.#corrupt("its checksum does not hold, or it is no JSON object in UTF-8")
    }
    const found = (state === "valid" && this.#slugInPlace()) || this.#slugOfObject()
    if (!found) return this.#corrupt("it has no slug")
    return (this.kind = state === "valid" ? "verified" : "foreign")
  }

  /** The line as it is kept: a byte order mark belongs to the file it came in, not to the line. */
  get bytes(): Buffer {
    return this.#line
  }

  get slug(): string {
    return Buffer.from(this.slugBytes.subarray(this.slugStart, this.slugEnd)).toString("utf8")
  }

  /** The checksum that one of ours ends in. */
  get checksum(): number | undefined {
    const end = this.#line.length - checksumEnd.length
    return this.kind === "verified"
      ? Number.parseInt(this.#line.toString("latin1", end - checksumDigits, end), 16)
      : undefined
  }

  get meta(): LineMeta {
    return metaOf(this.metaObject)
  }

  /** `meta.id`, for our own lines without parsing their provenance. */
  get id(): string | undefined {
    return (this.kind === "verified" ? this.#idInPlace() : undefined) ?? this.meta.id
  }

  /** All that stands under `_meta`, as it was written. */
  get metaObject(): unknown {
    return this.kind === "verified" ? this.#metaInPlace() : this.#object?.["_meta"]
  }

  /** The whole line, parsed. */
  get object(): { readonly [key: string]: unknown } | undefined {
    return this.#wholeObject()
  }

  /** `meta.atMs`, for our own lines without parsing their provenance. */
  get atMs(): number {
    return (this.kind === "verified" ? this.#timeInPlace() : undefined) ?? this.meta.atMs
  }

  #corrupt(problem: string): LineKind {
    this.problem = problem
    return (this.kind = "corrupt")
  }

  /** Our own lines begin with the slug; one without escapes is its own UTF-8. */
  #slugInPlace(): boolean {
    const line = this.#line
    if (!matchesAt(line, slugHead, 0)) return false
    let end = slugHead.length
    while (line[end] !== quote) {
      if (line[end] === backslash || end === line.length) return false
      end++
    }
    if (end === slugHead.length) return false
    this.slugBytes = line
    this.slugStart = slugHead.length
    this.slugEnd = end
    return true
  }

  #slugOfObject(): boolean {
    const slug = this.#wholeObject()?.["slug"]
    if (typeof slug !== "string" || slug === "") return false
    if (slug.length * 3 > this.#scratch.length) this.#scratch = new Uint8Array(slug.length * 6)
    this.slugBytes = this.#scratch
    this.slugStart = 0
    this.slugEnd = encodeUtf8(slug, this.#scratch)
    return true
  }

  #wholeObject(): { readonly [key: string]: unknown } | undefined {
    return (this.#object ??= asObject(parseOrUndefined(this.#line.toString("utf8"))))
  }

  /**
   * The time of a record or reject where it stands as we write it: in a line of ours, what follows it is in `_meta` only.
   * Undefined where the line is shaped otherwise.
   */
  #timeInPlace(): number | undefined {
    const line = this.#line
    const metaEnd = line.length - checksumLength
    const rejectedAt = metaEnd - afterRejected.length + 1 - timeLength
    if (matchesAt(line, rejectedKey, rejectedAt - rejectedKey.length)) {
      return timeAt(line, rejectedAt)
    }
    const from = Math.max(0, metaEnd - timeWithin)
    for (let at = metaEnd - timeLength - afterAccepted.length; at >= from; at--) {
      if (line[at] !== acceptedKey[0] || !matchesAt(line, acceptedKey, at)) continue
      const timeStart = at + acceptedKey.length
      return matchesAt(line, afterAccepted, timeStart + timeLength)
        ? timeAt(line, timeStart)
        : undefined
    }
    return undefined
  }

  /** Every writer of ours puts `_meta` last and its id first; undefined where the line is shaped otherwise. */
  #idInPlace(): string | undefined {
    const line = this.#line
    const at = line.lastIndexOf(idHead)
    if (at === -1 || at !== line.lastIndexOf(metaKey)) return undefined
    const start = at + idHead.length
    const end = line.indexOf(quote, start)
    const id = line.toString("latin1", start, end)
    return plainId.test(id) ? id : undefined
  }

  /**
   * In our lines `_meta` is the last key before the checksum. The bytes of the key cannot stand in a string, where the
   * quotes are escaped; were it a nested key, what follows would not be balanced and the whole line is parsed.
   */
  #metaInPlace(): unknown {
    const at = this.#line.lastIndexOf(metaKey)
    if (at === -1) return undefined
    const meta = parseOrUndefined(
      this.#line.toString("utf8", at + metaKey.length, this.#line.length - checksumLength)
    )
    return meta ?? this.#wholeObject()?.["_meta"]
  }
}

const matchesAt = (line: Buffer, pattern: Buffer, at: number): boolean => {
  for (let i = 0; i < pattern.length; i++) if (line[at + i] !== pattern[i]) return false
  return true
}

const withoutMark = (line: Buffer): Buffer =>
  matchesAt(line, byteOrderMark, 0) ? line.subarray(byteOrderMark.length) : line

/** White space as JSON has it. */
const isBlank = (line: Buffer): boolean => {
  for (let i = 0; i < line.length; i++) {
    const byte = line[i]
    if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09) return false
  }
  return true
}

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

const parseOrUndefined = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const asObject = (value: unknown): { readonly [key: string]: unknown } | undefined =>
  value !== null && typeof value === "object" && !Array.isArray(value)
    ? value as { readonly [key: string]: unknown }
    : undefined

const metaOf = (value: unknown): LineMeta => {
  const meta = asObject(value)
  if (meta === undefined) return noMeta
  const { acceptedAt, costUsd, demotes, id, rejectedAt, runId } = meta
  return {
    id: typeof id === "string" ? id : undefined,
    runId: typeof runId === "string" ? runId : undefined,
    costUsd: typeof costUsd === "number" ? costUsd : undefined,
    atMs: instantMs(acceptedAt ?? rejectedAt),
    demotes: typeof demotes === "string" ? demotes : undefined
  }
}

/** A time without a zone counts as UTC, so that the order of lines does not depend on the machine's own zone. */
const instantMs = (value: unknown): number => {
  if (typeof value !== "string") return -Infinity
  const zoned = /T.*(?:Z|[+-]\d\d:?\d\d)$/i.test(value) || !value.includes("T")
    ? value
    : `${value}Z`
  const ms = Date.parse(zoned)
  return Number.isNaN(ms) ? -Infinity : ms
}
