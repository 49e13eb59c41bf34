// The kernel's FUSE protocol as far as a file system of plain files needs it: requests taken apart, replies put together.
//
// Little-endian, as on every machine that this runs on. Layouts are those of <linux/fuse.h>, version 7.31.
import { Buffer } from "node:buffer"

export const opcodes = {
  lookup: 1,
  forget: 2,
  getattr: 3,
  setattr: 4,
  open: 14,
  read: 15,
  write: 16,
  statfs: 17,
  release: 18,
  fsync: 20,
  flush: 25,
  init: 26,
  interrupt: 36,
  batchForget: 42
} as const

export const errors = { EIO: 5, ENOENT: 2, ENOSYS: 38 } as const

export const rootNode = 1
const headerBytes = 40
const protocol = { major: 7, minor: 31 }
/** Bytes of one write at most; the kernel wants a page more to put its header in. */
export const writeBytesMax = 128 * 1024
export const requestBytesMax = writeBytesMax + 4096

export interface FuseRequest {
  readonly opcode: number
  readonly unique: bigint
  readonly node: number
  /** What follows the header. */
  readonly body: Buffer
}

export const decodeRequest = (bytes: Buffer): FuseRequest => {
  const length = bytes.length < headerBytes ? 0 : bytes.readUInt32LE(0)
  if (length === 0 || length !== bytes.length) {
    throw new Error(`a FUSE request of ${bytes.length} bytes says that it has ${length}`)
  }
  return {
    opcode: bytes.readUInt32LE(4),
    unique: bytes.readBigUInt64LE(8),
    node: Number(bytes.readBigUInt64LE(16)),
    body: bytes.subarray(headerBytes)
  }
}

/** `error` is a positive errno; 0 for success. */
export const encodeReply = (
  unique: bigint,
  error: number,
  body: Uint8Array = new Uint8Array()
): Buffer => {
  const reply = Buffer.alloc(16 + body.byteLength)
  reply.writeUInt32LE(reply.length, 0)
  reply.writeInt32LE(error === 0 ? 0 : -error, 4)
  reply.writeBigUInt64LE(unique, 8)
  reply.set(body, 16)
  return reply
}

/** Bytes of the file and where they are. */
export interface Extent {
  readonly offset: number
  readonly length: number
}

export const decodeRead = (body: Buffer): Extent => ({
  offset: Number(body.readBigUInt64LE(8)),
  length: body.readUInt32LE(16)
})

export const decodeWrite = (body: Buffer): { readonly offset: number; readonly data: Buffer } => {
  const length = body.readUInt32LE(16)
  return { offset: Number(body.readBigUInt64LE(8)), data: body.subarray(40, 40 + length) }
}

/** A name, ended by a zero byte. */
export const decodeName = (body: Buffer): string => body.toString("utf8", 0, body.indexOf(0))

/** No flag is asked for: no write-back cache, no read-ahead of its own. */
export const initReply = (): Buffer => {
  const body = Buffer.alloc(64)
  body.writeUInt32LE(protocol.major, 0)
  body.writeUInt32LE(protocol.minor, 4)
  body.writeUInt16LE(16, 16)
  body.writeUInt16LE(12, 18)
  body.writeUInt32LE(writeBytesMax, 20)
  body.writeUInt32LE(1, 24)
  return body
}

export interface Attributes {
  readonly node: number
  readonly size: number
  readonly isDirectory: boolean
}

const attributesBytes = 88

const attributes = ({ isDirectory, node, size }: Attributes): Buffer => {
  const body = Buffer.alloc(attributesBytes)
  body.writeBigUInt64LE(BigInt(node), 0)
  body.writeBigUInt64LE(BigInt(size), 8)
  body.writeBigUInt64LE(BigInt(Math.ceil(size / 512)), 16)
  body.writeUInt32LE(isDirectory ? 0o40755 : 0o100600, 60)
  body.writeUInt32LE(isDirectory ? 2 : 1, 64)
  body.writeUInt32LE(4096, 80)
  return body
}

/** Nothing may be kept by the kernel: files come and go, and every read and write is to be seen. */
export const attributesReply = (of: Attributes): Buffer =>
  Buffer.concat([Buffer.alloc(16), attributes(of)])
export const entryReply = (of: Attributes): Buffer => {
  const head = Buffer.alloc(40)
  head.writeBigUInt64LE(BigInt(of.node), 0)
  return Buffer.concat([head, attributes(of)])
}

const directIo = 1

/** The node number serves as the handle. Reads and writes pass the page cache by. */
export const openReply = (node: number): Buffer => {
  const body = Buffer.alloc(16)
  body.writeBigUInt64LE(BigInt(node), 0)
  body.writeUInt32LE(directIo, 8)
  return body
}

export const writeReply = (length: number): Buffer => {
  const body = Buffer.alloc(8)
  body.writeUInt32LE(length, 0)
  return body
}

export const statfsReply = (): Buffer => {
  const body = Buffer.alloc(80)
  body.writeUInt32LE(4096, 40)
  body.writeUInt32LE(255, 44)
  body.writeUInt32LE(4096, 48)
  return body
}
