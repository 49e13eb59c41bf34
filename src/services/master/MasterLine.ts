// One line of a master file read in place: its slug as bytes, and its provenance, without making strings of the content.
import { Buffer } from "node:buffer"
import { verifyLine } from "../durability/LineCodec.ts"
import { matchesAt } from "../durability/matchesAt.ts"
import { encodeUtf8 } from "../items/Fingerprint.ts"
import { costUsdIn, idIn, runIdIn, timeIn } from "./MetaInPlace.ts"

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
const metaKey = Buffer.from(`,"_meta":`)
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
    return (this.kind === "verified" ? idIn(this.#line) : undefined) ?? this.meta.id
  }

  /** `meta.runId`, likewise. */
  get runId(): string | undefined {
    return (this.kind === "verified" ? runIdIn(this.#line) : undefined) ?? this.meta.runId
  }

  /** `meta.costUsd`, likewise. */
  get costUsd(): number | undefined {
    return (this.kind === "verified" ? costUsdIn(this.#line) : undefined) ?? this.meta.costUsd
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
    return (this.kind === "verified" ? timeIn(this.#line) : undefined) ?? this.meta.atMs
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
