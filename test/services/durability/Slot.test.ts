// A slot is believed only when it is whole, of this boot, and of a log with as many files.
import { assert, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { Slot } from "../../../src/services/durability/Slot.ts"
import { decodeSlot, encodeSlot, slotBytes } from "../../../src/services/durability/Slot.ts"

const boot = "0123456789abcdef0123456789abcdef"
const anyFile = fc.record({ size: fc.maxSafeNat(), inode: fc.maxSafeNat() })
const anySlot: fc.Arbitrary<Slot> = fc.record({
  state: fc.constantFrom("clean", "dirty", "recovering"),
  files: fc.oneof(fc.tuple(anyFile), fc.tuple(anyFile, anyFile))
})

it("comes back as it was written", () => {
  fc.assert(fc.property(anySlot, (slot) => {
    const bytes = encodeSlot(slot, boot)
    assert.strictEqual(bytes.length, slotBytes)
    assert.deepStrictEqual(decodeSlot(bytes, boot, slot.files.length), slot)
  }))
})

it("is ignored after a reboot, for another count of files, and when there is none", () => {
  const slot: Slot = { state: "clean", files: [{ size: 1, inode: 2 }] }
  const bytes = encodeSlot(slot, boot)
  assert.isUndefined(decodeSlot(bytes, "f".repeat(32), 1))
  assert.isUndefined(decodeSlot(bytes, boot, 2))
  assert.isUndefined(decodeSlot(Buffer.alloc(slotBytes), boot, 1))
  assert.isUndefined(decodeSlot(Buffer.alloc(0), boot, 1))
  assert.isUndefined(decodeSlot(bytes.subarray(1), boot, 1))
})

it("is ignored with any byte changed", () => {
  fc.assert(
    fc.property(
      anySlot,
      fc.nat(slotBytes - 1),
      fc.integer({ min: 1, max: 255 }),
      (slot, at, change) => {
        const bytes = encodeSlot(slot, boot)
        bytes[at] = bytes[at]! ^ change
        assert.isUndefined(decodeSlot(bytes, boot, slot.files.length))
      }
    )
  )
})
