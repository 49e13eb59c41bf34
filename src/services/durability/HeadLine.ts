// What a disposable file says of itself, as one line of JSON with its checksum: what it is, and what it was made from.
import { Buffer } from "node:buffer"
import { decodeLine, encodeLine, verifyLine } from "./LineCodec.ts"

/** What the line says; undefined where its checksum does not hold, or `isHead` does not know it. */
export const decodeHead = <Head>(
  line: Buffer,
  isHead: (value: unknown) => value is Head
): Head | undefined => {
  if (line.length === 0 || verifyLine(line) !== "valid") return undefined
  const head = decodeLine(line)
  return isHead(head) ? head : undefined
}

/** A header is a head at the beginning of a file, with zeros behind it up to so many bytes. */
export const headerBytes = 4096

/** Throws a `RangeError` where there is no room for it. */
export const encodeHeader = (head: { readonly [key: string]: unknown }): Buffer => {
  const bytes = Buffer.alloc(headerBytes)
  bytes.set(encodeLine(head))
  return bytes
}

export const decodeHeader = <Head>(
  bytes: Buffer,
  isHead: (value: unknown) => value is Head
): Head | undefined => decodeHead(bytes.subarray(0, bytes.indexOf(0x0a) + 1), isHead)
