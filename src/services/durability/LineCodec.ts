// A line of our files as bytes: ordinary JSON, slug first, ending in the CRC-32 of everything before the checksum.
//
// Form: `{"slug":"…",…,"_crc":"xxxxxxxx"}\n`. All functions here are pure and take a line with or without its newline:
// whether a line of a file is terminated is for its reader to see.
// Gotchas: a slug or content that spells `_crc` confuses nothing, since the checksum is found by its place (the last 19
// bytes), never by searching. U+2028, U+2029 and U+0085 are written as escapes: some readers take them for ends of
// lines. A file of others whose objects end in eight hex digits under `_crc` reads as corrupt, not as foreign.
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import { matchesAt } from "./matchesAt.ts"

/** `foreign`: a JSON object on a line of its own, complete, but without a checksum of ours. */
export type LineState = "valid" | "corrupt" | "foreign"

const headText = `{"slug":"`
const head = Buffer.from(headText)
const metaKey = Buffer.from(`,"_meta":`)
const tailStart = Buffer.from(`,"_crc":"`)
const tailEnd = Buffer.from(`"}`)
const hexDigits = 8
const tail = Buffer.from(`,"_crc":"xxxxxxxx"}\n`)
/** Bytes of `,"_crc":"xxxxxxxx"}`. */
const tailLength = tail.length - 1
const newline = 0x0a
const quote = 0x22
const backslash = 0x5c

/** The line's bytes without its newline. */
const contentOf = (line: Uint8Array): Buffer => {
  const length = line.at(-1) === newline ? line.byteLength - 1 : line.byteLength
  return Buffer.from(line.buffer, line.byteOffset, length)
}

// Digit by digit: through strings it would cost as much as the checksum itself, and every line passes here twice.
const digits = Buffer.from("0123456789abcdef")

const writeHex = (into: Uint8Array, value: number, at: number): void => {
  for (let i = hexDigits - 1, rest = value; i >= 0; i--, rest >>>= 4) {
    into[at + i] = digits[rest & 15] as number
  }
}

const isHexOf = (bytes: Uint8Array, value: number, at: number): boolean => {
  for (let i = hexDigits - 1, rest = value; i >= 0; i--, rest >>>= 4) {
    if (bytes[at + i] !== digits[rest & 15]) return false
  }
  return true
}

/** The object's JSON with the slug in front, though JSON.stringify puts a key like `7` before it. */
const jsonSlugFirst = (object: { readonly [key: string]: unknown }): string => {
  const json = JSON.stringify(object)
  if (json.startsWith(headText)) return json
  const { slug, ...rest } = object
  if (typeof slug !== "string") throw new TypeError("a line needs a slug, and it must be a string")
  const others = JSON.stringify(rest)
  return `{"slug":${JSON.stringify(slug)}${others === "{}" ? "}" : `,${others.slice(1)}`}`
}

/** Single searches, since each is one pass of machine code over a text that almost never has them. */
const escapeLineBreakers = (json: string): string =>
  json.includes("\u0085") || json.includes("\u2028") || json.includes("\u2029")
    ? json.replaceAll("\u0085", "\\u0085").replaceAll("\u2028", "\\u2028").replaceAll(
      "\u2029",
      "\\u2029"
    )
    : json

/**
 * A line's JSON before its checksum is added: slug first, no line breaks, nothing at its top that is called `_crc`. Only
 * `lineText` makes one, so that what is no line of ours cannot get near a log.
 */
export type LineText = string & { readonly [isLineText]: true }
declare const isLineText: unique symbol

/**
 * Throws a TypeError where the object cannot be a line: no slug, a key `_crc` at its top, or a value that JSON does not
 * have.
 */
export const lineText = (object: { readonly [key: string]: unknown }): LineText => {
  if (Object.hasOwn(object, "_crc")) {
    throw new TypeError(`a line cannot have a field "_crc": the checksum is there`)
  }
  return escapeLineBreakers(jsonSlugFirst(object)) as LineText
}

/** Measuring a long text costs as much as encoding it, and room for a short one costs nothing. */
const measuredFrom = 20_000

/** As many bytes as the whole line needs, checksum and newline included, or somewhat more. */
export const roomFor = (text: LineText): number =>
  (text.length < measuredFrom ? text.length * 3 : Buffer.byteLength(text)) + tail.length

/** Writes the whole line, newline included, where `into` has room for it; answers its bytes. */
export const writeLine = (text: LineText, into: Buffer, at: number): number => {
  // The checksum stands where the closing brace was.
  const bodyLength = into.write(text, at) - 1
  const end = at + bodyLength
  const crc = crc32(into.subarray(at, end))
  into.set(tail, end)
  writeHex(into, crc, end + tailStart.length)
  return bodyLength + tail.length
}

/** The whole line, newline included. */
export const encodeText = (text: LineText): Uint8Array => {
  const line = Buffer.allocUnsafeSlow(roomFor(text))
  return line.subarray(0, writeLine(text, line, 0))
}

/** The whole line, newline included. Throws as `lineText` does. */
export const encodeLine = (object: { readonly [key: string]: unknown }): Uint8Array =>
  encodeText(lineText(object))

const parseObject = (bytes: Uint8Array): { readonly [key: string]: unknown } | undefined => {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as { readonly [key: string]: unknown }
      : undefined
  } catch {
    return undefined
  }
}

const intact = 1
const framed = 2

/** What the `length` bytes have of a line of ours: its checksum holds (`intact`), it is `framed`. Bits: each line is asked. */
const ownMarks = (line: Uint8Array, length: number): number => {
  const bodyLength = length - tailLength
  if (bodyLength < head.length || !matchesAt(line, head, 0)) {
    return bodyLength >= 0 && matchesAt(line, tailStart, bodyLength) ? framed : 0
  }
  const digitsAt = bodyLength + tailStart.length
  const isIntact = isHexOf(line, crc32(line.subarray(0, bodyLength)), digitsAt)
  const isFramed = matchesAt(line, tailStart, bodyLength) &&
    matchesAt(line, tailEnd, digitsAt + hexDigits)
  return (isIntact ? intact : 0) | (isFramed ? framed : 0)
}

/** Without the white space at its end, which other programs leave where they convert line ends. */
const trimmedLength = (line: Uint8Array, length: number): number => {
  let end = length
  while (end > 0 && (line[end - 1] === 0x0d || line[end - 1] === 0x20 || line[end - 1] === 0x09)) {
    end--
  }
  return end
}

/**
 * What a line is. One with a newline inside is corrupt. One of ours that another program ended otherwise (CRLF) is
 * foreign where its checksum holds, and corrupt where it does not.
 */
export const verifyLine = (line: Uint8Array): LineState => {
  const length = line[line.byteLength - 1] === newline ? line.byteLength - 1 : line.byteLength
  const marks = ownMarks(line, length)
  if (marks === (intact | framed)) return "valid"
  // A line of ours with damage on one side of its digits is not somebody else's.
  if (marks !== 0) return "corrupt"
  const trimmed = trimmedLength(line, length)
  if (trimmed < length) {
    const within = ownMarks(line, trimmed)
    if (within === intact || within === framed) return "corrupt"
  }
  const content = line.subarray(0, length)
  return content.includes(newline) || parseObject(content) === undefined ? "corrupt" : "foreign"
}

/** The object of a valid or foreign line, without `_crc`; undefined for a corrupt one. */
export const decodeLine = (line: Uint8Array): { readonly [key: string]: unknown } | undefined => {
  const state = verifyLine(line)
  if (state === "corrupt") return undefined
  const object = parseObject(line)
  if (object === undefined || state === "foreign") return object
  const { _crc: _, ...rest } = object
  return rest
}

const idOf = (meta: unknown): string | undefined => {
  if (typeof meta !== "object" || meta === null) return undefined
  const { id } = meta as { readonly id?: unknown }
  return typeof id === "string" ? id : undefined
}

/**
 * The record id (`_meta.id`) of a valid or foreign line; undefined where it has none. Our own lines are not parsed as a
 * whole: their `_meta` comes last, so what stands between its key and the checksum is one JSON value, or it is another
 * key deeper inside.
 */
export const recordIdOf = (line: Uint8Array): string | undefined => {
  const bytes = contentOf(line)
  const bodyLength = bytes.length - tailLength
  if (bodyLength > 0 && matchesAt(bytes, tailStart, bodyLength)) {
    const at = bytes.lastIndexOf(metaKey, bodyLength)
    if (at !== -1) {
      const meta = parseObject(bytes.subarray(at + metaKey.length, bodyLength))
      if (meta !== undefined) return idOf(meta)
    }
  }
  return idOf(parseObject(bytes)?._meta)
}

/** The slug of a valid or foreign line; undefined where it has none. Reads only the front of a line of ours. */
export const slugOf = (line: Uint8Array): string | undefined => {
  const bytes = contentOf(line)
  const start = head.length
  if (matchesAt(bytes, head, 0)) {
    const end = bytes.indexOf(quote, start)
    const escaped = bytes.subarray(start, end).indexOf(backslash) !== -1
    // Only a foreign line can name its slug twice, and then the last one counts.
    if (end !== -1 && !escaped && matchesAt(bytes, tailStart, bytes.length - tailLength)) {
      return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString()
    }
  }
  const slug = parseObject(bytes)?.slug
  return typeof slug === "string" ? slug : undefined
}
