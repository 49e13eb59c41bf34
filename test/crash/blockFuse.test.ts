// FUSE frames: requests as the kernel writes them, replies as it reads them.
import { assert, describe, it } from "@effect/vitest"
import * as Fuse from "./blockFuse.ts"

const request = (opcode: number, node: number, body: Buffer): Buffer => {
  const head = Buffer.alloc(40)
  head.writeUInt32LE(40 + body.length, 0)
  head.writeUInt32LE(opcode, 4)
  head.writeBigUInt64LE(77n, 8)
  head.writeBigUInt64LE(BigInt(node), 16)
  return Buffer.concat([head, body])
}

const writeBody = (offset: number, data: Buffer): Buffer => {
  const head = Buffer.alloc(40)
  head.writeBigUInt64LE(BigInt(offset), 8)
  head.writeUInt32LE(data.length, 16)
  return Buffer.concat([head, data])
}

describe("FUSE frames", () => {
  it("take a kernel's first request apart", () => {
    const bytes = Buffer.from(
      "680000001a00000002000000000000000000000000000000000000000000000000000000" +
        "00000000070000002d00000000000200fbffff73fd05000000000000".padEnd(128 + 8, "0"),
      "hex"
    )
    const { body, node, opcode, unique } = Fuse.decodeRequest(bytes)
    assert.deepStrictEqual([opcode, unique, node], [Fuse.opcodes.init, 2n, 0])
    assert.deepStrictEqual([body.readUInt32LE(0), body.readUInt32LE(4)], [7, 45])
  })

  it("take a write apart: any offset, empty data, data to the last byte", () => {
    for (const [offset, length] of [[0, 0], [512, 1], [5 * 2 ** 32, Fuse.writeBytesMax]] as const) {
      const data = Buffer.alloc(length, 7)
      const { body } = Fuse.decodeRequest(request(Fuse.opcodes.write, 2, writeBody(offset, data)))
      const decoded = Fuse.decodeWrite(body)
      assert.strictEqual(decoded.offset, offset)
      assert.isTrue(decoded.data.equals(data))
    }
  })

  it("refuse a frame that is cut off", () => {
    const whole = request(Fuse.opcodes.lookup, 1, Buffer.from("disk\0"))
    assert.strictEqual(Fuse.decodeName(Fuse.decodeRequest(whole).body), "disk")
    for (const length of [0, 39, whole.length - 1]) {
      assert.throws(() => Fuse.decodeRequest(whole.subarray(0, length)), /a FUSE request of/)
    }
  })

  it("put replies together: length, negative error, the request's number", () => {
    const reply = Fuse.encodeReply(77n, Fuse.errors.EIO)
    assert.deepStrictEqual([
      reply.length,
      reply.readUInt32LE(0),
      reply.readInt32LE(4),
      reply.readBigUInt64LE(8)
    ], [16, 16, -5, 77n])
    const written = Fuse.encodeReply(78n, 0, Fuse.writeReply(4096))
    assert.deepStrictEqual([
      written.readUInt32LE(0),
      written.readInt32LE(4),
      written.readUInt32LE(16)
    ], [24, 0, 4096])
  })

  it("have the sizes that the kernel insists on", () => {
    const file = { node: 2, size: 5000, isDirectory: false }
    assert.strictEqual(Fuse.initReply().length, 64)
    assert.strictEqual(Fuse.entryReply(file).length, 128)
    assert.strictEqual(Fuse.attributesReply(file).length, 104)
    assert.strictEqual(Fuse.openReply(2).length, 16)
    assert.strictEqual(Fuse.statfsReply().length, 80)
    assert.strictEqual(Number(Fuse.attributesReply(file).readBigUInt64LE(24)), 5000)
  })
})
