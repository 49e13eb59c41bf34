// The corpus on disk: a log of profiles beside the masters, without which nothing is lost but the time to make it again.
//
// Blocks of: mark, length, CRC-32 (4 bytes each, little-endian), then the content. The first names the rules that the
// profiles were made for; a piece is its slug, its record's id and its hashes; one that is gone has left the masters; a
// checkpoint says how far those are covered. What follows a damaged block is cut off.
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import type { Checkpoint } from "./Checkpoint.ts"
import type { TextHash } from "./Profile.ts"

const mark = 0x314b4e49
const headBytes = 12
const blockBytesMax = 64 * 1024 * 1024

export interface StoredPiece {
  readonly slug: string
  /** Hash of the record's id. */
  readonly id: number
  readonly shingles: Uint32Array
  readonly sentences: ReadonlyArray<TextHash>
  readonly openers: ReadonlyArray<TextHash>
}

export type Block =
  | { readonly _tag: "Rules"; readonly hash: string }
  | { readonly _tag: "Piece"; readonly piece: StoredPiece }
  | { readonly _tag: "Gone"; readonly slug: string; readonly id: number }
  | { readonly _tag: "Checkpoint"; readonly checkpoint: Checkpoint }

const framed = (content: Buffer): Buffer => {
  const head = Buffer.allocUnsafe(headBytes)
  head.writeUInt32LE(mark, 0)
  head.writeUInt32LE(content.byteLength, 4)
  head.writeUInt32LE(crc32(content), 8)
  return Buffer.concat([head, content])
}

export const encodeBlock = (block: Block): Buffer => {
  switch (block._tag) {
    case "Rules":
      return framed(Buffer.from(`R${block.hash}`))
    case "Gone": {
      const content = Buffer.from(`G    ${block.slug}`)
      content.writeUInt32LE(block.id, 1)
      return framed(content)
    }
    case "Checkpoint": {
      const { covered, inode, tail } = block.checkpoint
      const content = Buffer.allocUnsafe(21)
      content.write("C")
      content.writeDoubleLE(inode, 1)
      content.writeDoubleLE(covered, 9)
      content.writeUInt32LE(tail, 17)
      return framed(content)
    }
    case "Piece":
      return framed(encodePiece(block.piece))
  }
}

const encodePiece = ({ id, openers, sentences, shingles, slug }: StoredPiece): Buffer => {
  const name = Buffer.from(slug)
  const texts = [...sentences, ...openers]
  const content = Buffer.allocUnsafe(
    1 + 4 + 2 + name.byteLength + 3 * 4 + shingles.length * 4 + texts.length * 8
  )
  content.write("P")
  let at = content.writeUInt32LE(id, 1)
  at = content.writeUInt16LE(name.byteLength, at)
  at += name.copy(content, at)
  at = content.writeUInt32LE(shingles.length, at)
  at = content.writeUInt32LE(sentences.length, at)
  at = content.writeUInt32LE(openers.length, at)
  for (const hash of shingles) at = content.writeUInt32LE(hash, at)
  for (const { high, low } of texts) {
    at = content.writeUInt32LE(high >>> 0, at)
    at = content.writeUInt32LE(low >>> 0, at)
  }
  return content
}

const wordsAt = (content: Buffer, at: number, count: number): Uint32Array => {
  const words = new Uint32Array(count)
  for (let i = 0; i < count; i++) words[i] = content.readUInt32LE(at + i * 4)
  return words
}

const textsAt = (content: Buffer, at: number, count: number): ReadonlyArray<TextHash> =>
  Array.from({ length: count }, (_, i) => ({
    high: content.readUInt32LE(at + i * 8),
    low: content.readUInt32LE(at + i * 8 + 4)
  }))

const decodePiece = (content: Buffer): StoredPiece => {
  const id = content.readUInt32LE(1)
  const counts = 7 + content.readUInt16LE(5)
  const slug = content.toString("utf8", 7, counts)
  const shingles = wordsAt(content, counts + 12, content.readUInt32LE(counts))
  const sentencesAt = counts + 12 + shingles.length * 4
  const sentences = textsAt(content, sentencesAt, content.readUInt32LE(counts + 4))
  const openersAt = sentencesAt + sentences.length * 8
  const openers = textsAt(content, openersAt, content.readUInt32LE(counts + 8))
  return { slug, id, shingles, sentences, openers }
}

const decodeContent = (content: Buffer): Block | undefined => {
  try {
    switch (content.toString("latin1", 0, 1)) {
      case "R":
        return { _tag: "Rules", hash: content.toString("utf8", 1) }
      case "P":
        return { _tag: "Piece", piece: decodePiece(content) }
      case "G":
        return { _tag: "Gone", id: content.readUInt32LE(1), slug: content.toString("utf8", 5) }
      case "C":
        return {
          _tag: "Checkpoint",
          checkpoint: {
            inode: content.readDoubleLE(1),
            covered: content.readDoubleLE(9),
            tail: content.readUInt32LE(17)
          }
        }
      default:
        return undefined
    }
  } catch {
    return undefined
  }
}

export type Decoded =
  | { readonly _tag: "Block"; readonly block: Block; readonly bytes: number }
  /** So many bytes are needed to tell. */
  | { readonly _tag: "More"; readonly bytes: number }
  | { readonly _tag: "Damaged" }

/** The block at the beginning of the bytes. */
export const decodeBlock = (bytes: Buffer): Decoded => {
  if (bytes.byteLength < headBytes) return { _tag: "More", bytes: headBytes }
  const length = bytes.readUInt32LE(4)
  if (bytes.readUInt32LE(0) !== mark || length > blockBytesMax) return { _tag: "Damaged" }
  if (bytes.byteLength < headBytes + length) return { _tag: "More", bytes: headBytes + length }
  const content = bytes.subarray(headBytes, headBytes + length)
  const block = crc32(content) === bytes.readUInt32LE(8) ? decodeContent(content) : undefined
  return block === undefined
    ? { _tag: "Damaged" }
    : { _tag: "Block", block, bytes: headBytes + length }
}
