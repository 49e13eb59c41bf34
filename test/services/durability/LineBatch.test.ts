// Lines that wait: in order, in batches within the bound, in memory that is used again.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { LineBatch } from "../../../src/services/durability/LineBatch.ts"
import { encodeText, lineText } from "../../../src/services/durability/LineCodec.ts"

const textOf = (n: number, length: number) => lineText({ slug: `s${n}`, text: "é".repeat(length) })
const bytesOf = (n: number, length: number) => Buffer.from(encodeText(textOf(n, length)))

describe("LineBatch", () => {
  it("gives the lines back in order, each batch within its bound unless one line alone is longer", () => {
    const step = fc.oneof(
      fc.record({ length: fc.nat({ max: 60 }) }),
      fc.record({ length: fc.constant(40_000) }),
      fc.constant("take" as const)
    )
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const maxBatchBytes = 400
      const batch = new LineBatch<number>({ maxBatchBytes, maxLineBytes: 1_000_000 })
      const added: Array<Buffer> = []
      const taken: Array<Buffer> = []
      const told: Array<number> = []
      const take = () => {
        const { bytes, waiters } = batch.take()
        // Copied at once: the next take gives the memory away.
        taken.push(Buffer.from(bytes))
        told.push(...waiters)
        assert.isTrue(bytes.byteLength <= maxBatchBytes || waiters.length === 1)
      }
      for (const each of steps) {
        if (each !== "take") {
          assert.strictEqual(
            batch.add(textOf(added.length, each.length), added.length),
            bytesOf(added.length, each.length).length
          )
          added.push(bytesOf(added.length, each.length))
        } else if (!batch.isEmpty) take()
      }
      assert.strictEqual(batch.count, added.length - told.length)
      while (!batch.isEmpty) take()
      assert.isTrue(Buffer.concat(taken).equals(Buffer.concat(added)))
      assert.deepStrictEqual(told, added.map((_, n) => n))
    }))
  })

  it("does not take a line over its bound, whatever waits already", () => {
    const batch = new LineBatch<number>({ maxBatchBytes: 400, maxLineBytes: 300 })
    assert.isAbove(batch.add(textOf(0, 500), 0), 300)
    assert.isTrue(batch.isEmpty)
    batch.add(textOf(1, 10), 1)
    batch.add(textOf(2, 500), 2)
    assert.strictEqual(batch.count, 1)
    const { bytes, waiters } = batch.take()
    assert.isTrue(bytesOf(1, 10).equals(bytes))
    assert.deepStrictEqual(waiters, [1])
  })

  it("takes a line that nobody waits for, and drains to those who wait", () => {
    const batch = new LineBatch<string>({ maxBatchBytes: 100, maxLineBytes: 300 })
    batch.add(textOf(1, 5), undefined)
    batch.add(textOf(2, 5), "second")
    batch.add(textOf(3, 5), "third")
    assert.strictEqual(batch.count, 3)
    assert.deepStrictEqual(batch.drain(), ["second", "third"])
    assert.isTrue(batch.isEmpty)
  })
})
