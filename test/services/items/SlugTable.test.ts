// The slug table against a Map, over slugs that are easy to confuse.
import * as fc from "fast-check"
import { assert, describe, it } from "vitest"
import { fingerprintBytes } from "../../../src/services/items/Fingerprint.ts"
import { makeSlugTable } from "../../../src/services/items/SlugTable.ts"

const hex = (text: string): string => {
  const bytes = new TextEncoder().encode(text)
  const words = new Uint32Array(4)
  fingerprintBytes(bytes, 0, bytes.length, words, 0)
  return [...words].map((w) => w.toString(16).padStart(8, "0")).join("")
}

describe("SlugTable", () => {
  it("is MurmurHash3 x86_128, as other implementations have it", () => {
    assert.strictEqual(hex(""), "00000000000000000000000000000000")
    assert.strictEqual(
      hex("I will not buy this record, it is scratched."),
      "a0a9683b25ac5e40d9af2895890dddf5"
    )
  })

  it("answers like a Map, through strings and through bytes", () => {
    const slug = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.constantFrom(
        "",
        "a",
        "A",
        "a\u0000",
        "e\u0301",
        "\u00e9",
        "\ud800",
        "\udfff",
        "\ufffd",
        "\u{1f600}",
        "__proto__"
      )
    )
    const step = fc.record({
      how: fc.constantFrom("get", "add", "set", "getBytes", "addBytes", "setBytes"),
      slug,
      value: fc.oneof(fc.nat(20), fc.nat(0xffffffff))
    })
    fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const table = makeSlugTable()
      const model = new Map<string, number>()
      for (const { how, slug, value } of steps) {
        // Bytes cannot carry a lone surrogate: there the string form is meant.
        const text = slug.isWellFormed() ? how : how.replace("Bytes", "")
        const bytes = new TextEncoder().encode(`\u00df${slug}\u00df`)
        const before = model.get(slug)
        if (text === "get") assert.strictEqual(table.get(slug), before)
        if (text === "getBytes") {
          assert.strictEqual(table.getBytes(bytes, 2, bytes.length - 2), before)
        }
        if (text === "add") assert.strictEqual(table.add(slug, value), before)
        if (text === "addBytes") {
          assert.strictEqual(table.addBytes(bytes, 2, bytes.length - 2, value), before)
        }
        if (text === "set") table.set(slug, value)
        if (text === "setBytes") table.setBytes(bytes, 2, bytes.length - 2, value)
        if (text.startsWith("add") && before === undefined) model.set(slug, value)
        if (text.startsWith("set")) model.set(slug, value)
        assert.strictEqual(table.size, model.size)
      }
      for (const [key, value] of model) assert.strictEqual(table.get(key), value)
    }))
  })

  it("keeps every value while it grows over its expected size", () => {
    for (const expected of [0, 1, 12, 13, 1000]) {
      const table = makeSlugTable(expected)
      for (let i = 0; i < 20_000; i++) assert.isUndefined(table.add(`product-${i}`, 0xffffffff - i))
      for (let i = 0; i < 20_000; i++) assert.strictEqual(table.get(`product-${i}`), 0xffffffff - i)
      assert.isUndefined(table.get("product-20000"))
    }
  })

  it("takes slugs of any length", () => {
    const table = makeSlugTable()
    const long = "\u{1f600}".repeat(5000)
    table.set(long, 1)
    table.set(`${long}x`, 2)
    assert.strictEqual(table.get(long), 1)
    assert.strictEqual(table.get(`${long}x`), 2)
  })
})
