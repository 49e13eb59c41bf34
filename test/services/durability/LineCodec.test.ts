// A line is ordinary JSON whose checksum tells every damage, whatever its content spells (I4).
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  decodeLine,
  encodeLine,
  recordIdOf,
  slugOf,
  verifyLine
} from "../../../src/services/durability/LineCodec.ts"
import { toLineObject } from "../../../src/services/master/Record.ts"
import { makeRecord } from "../../support/records.ts"

const text = (line: Uint8Array) => Buffer.from(line).toString()
const bytes = (line: string) => Buffer.from(line)

const awkward = [
  "",
  "_crc",
  `","_crc":"00000000"}`,
  `{"slug":"x","_crc":"00000000"}`,
  `"_meta":{"id":"not me"}`,
  "\ud800 alone",
  "\u0085\u2028\u2029",
  "\n\r\t\\\"",
  "émoji 👩‍👩‍👧",
  "\u0000",
  "__proto__",
  "7"
]
const anyText = fc.oneof(
  fc.constantFrom(...awkward),
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }).map((units) =>
    String.fromCharCode(...units)
  )
)
const anyField = fc.oneof(anyText, fc.constantFrom("1", "0", "toString")).filter((key) =>
  !["slug", "_crc", "_meta", "__proto__"].includes(key)
)
const anyValue = fc.oneof(
  anyText,
  fc.jsonValue(),
  fc.record({ _crc: anyText, _meta: fc.record({ id: anyText }) })
)
const anyObject = fc.record({
  slug: anyText,
  fields: fc.dictionary(anyField, anyValue, { maxKeys: 5 }),
  id: anyText
}).map(
  ({ fields, id, slug }) => ({ slug, ...fields, _meta: { id, more: fields } })
)

describe("the form of a line", () => {
  it("I4: converted to CRLF it is whole, and foreign; every damaged byte of it is seen all the same", () => {
    for (const end of ["\r\n", "\r", " \r\n", "\t"]) {
      const line = `${text(encodeLine({ slug: "a", title: "Title 7" })).trimEnd()}${end}`
      assert.strictEqual(verifyLine(bytes(line)), "foreign")
      for (let at = 0; at < line.trimEnd().length; at++) {
        const damaged = bytes(line)
        damaged[at]! ^= 1
        assert.strictEqual(verifyLine(damaged), "corrupt", `byte ${at}`)
      }
    }
  })

  it("is JSON with the slug first, the checksum last, and one newline", () => {
    const line = encodeLine({ slug: "a", title: "T" })
    assert.match(text(line), /^\{"slug":"a","title":"T","_crc":"[0-9a-f]{8}"\}\n$/)
    // The checksum as any other tool computes it: CRC-32 of the bytes before `,"_crc"`.
    assert.strictEqual(text(encodeLine({ slug: "a" })), `{"slug":"a","_crc":"ae3fd011"}\n`)
  })

  it("puts the slug before keys that JSON.stringify sorts to the front", () => {
    const line = encodeLine({ "7": "seven", slug: "a" })
    assert.isTrue(text(line).startsWith(`{"slug":"a","7":"seven","_crc":`))
    assert.strictEqual(verifyLine(line), "valid")
  })

  it("has no character that some reader takes for the end of a line", () => {
    const line = encodeLine({ slug: "\u2028a\u2029\u0085" })
    assert.notMatch(text(line).slice(0, -1), /[\n\r\u0085\u2028\u2029]/)
    assert.strictEqual(slugOf(line), "\u2028a\u2029\u0085")
  })

  it("refuses an object without a slug, and one that takes the checksum's key", () => {
    assert.throws(() => encodeLine({ title: "T" }), /needs a slug/)
    assert.throws(() => encodeLine({ slug: 7 }), /needs a slug/)
    assert.throws(() => encodeLine({ slug: "a", _crc: "x" }), /"_crc"/)
    assert.throws(() => encodeLine({ slug: "a", n: 1n }), TypeError)
  })

  it("may be long", () => {
    const object = { slug: "a".repeat(100_000), text: "é\u2028".repeat(2_000_000) }
    const line = encodeLine(object)
    assert.strictEqual(verifyLine(line), "valid")
    assert.deepStrictEqual(decodeLine(line), object)
  })
})

describe("every line", () => {
  it("comes back as it was written", () => {
    fc.assert(fc.property(anyObject, (object) => {
      const line = encodeLine(object)
      const plain: unknown = JSON.parse(JSON.stringify(object))
      assert.strictEqual(verifyLine(line), "valid")
      assert.strictEqual(verifyLine(line.subarray(0, -1)), "valid")
      assert.deepStrictEqual(decodeLine(line), plain as never)
      assert.strictEqual(recordIdOf(line), (plain as typeof object)._meta.id)
      assert.strictEqual(slugOf(line), (plain as typeof object).slug)
    }))
  })

  it("I4: is corrupt with any one byte changed, the newline included", () => {
    fc.assert(
      fc.property(
        anyObject,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (object, where, change) => {
          const line = Buffer.from(encodeLine(object))
          const at = where % line.length
          line[at] = line[at]! ^ change
          // A reader splits at newlines, and so sees two lines where the damage made one.
          for (const piece of splitAtNewlines(line)) {
            assert.strictEqual(
              verifyLine(piece),
              "corrupt"
            )
          }
        }
      )
    )
  })

  it("I4: is not valid cut short anywhere, at its end or at its front", () => {
    fc.assert(fc.property(anyObject, fc.nat(), (object, where) => {
      const line = encodeLine(object).subarray(0, -1)
      const at = where % line.length
      assert.strictEqual(verifyLine(line.subarray(0, at)), "corrupt")
      if (at > 0) assert.notStrictEqual(verifyLine(line.subarray(at)), "valid")
    }))
  })

  it("I4: is corrupt when a sector of it is zeros", () => {
    fc.assert(
      fc.property(
        anyObject,
        fc.nat(),
        fc.integer({ min: 1, max: 512 }),
        (object, where, length) => {
          const line = Buffer.from(encodeLine(object))
          const at = where % (line.length - 1)
          line.fill(0, at, Math.min(line.length - 1, at + length))
          assert.strictEqual(verifyLine(line), "corrupt")
        }
      )
    )
  })
})

describe("lines of others", () => {
  it.each([
    `{}`,
    `{"slug":"a"}`,
    `{"_crc":"00000000","slug":"a"}`,
    `{"slug":"a","_crc":"12"}`,
    `\ufeff{"a":1}`,
    `{"a":1}\r`
  ])(
    "%j is foreign",
    (line) => {
      assert.strictEqual(verifyLine(bytes(`${line}\n`)), "foreign")
    }
  )

  it.each([
    "",
    " ",
    "1",
    "null",
    "[]",
    `"text"`,
    `{"a":1`,
    `{"a":1}{"b":2}`,
    `{"a":1}\n{"b":2}`,
    `,"_crc":"00000000"}`,
    "\0\0"
  ])(
    "%j is corrupt",
    (line) => {
      assert.strictEqual(verifyLine(bytes(`${line}\n`)), "corrupt")
      assert.isUndefined(decodeLine(bytes(`${line}\n`)))
    }
  )

  it("are read whole, with their id and slug where they have them", () => {
    const line = bytes(`{"_meta":{"id":"1"},"slug":"b\\u0041"}\n`)
    assert.deepStrictEqual(decodeLine(line), { _meta: { id: "1" }, slug: "bA" })
    assert.strictEqual(recordIdOf(line), "1")
    assert.strictEqual(slugOf(line), "bA")
    assert.isUndefined(recordIdOf(bytes(`{"a":{"_meta":{"id":"1"}}}\n`)))
    assert.isUndefined(slugOf(bytes(`{"id":1}\n`)))
    assert.strictEqual(slugOf(bytes(`{"slug":"first","slug":"last"}\n`)), "last")
  })

  it("that are no UTF-8 are corrupt", () => {
    assert.strictEqual(
      verifyLine(Buffer.concat([bytes(`{"a":"`), Buffer.of(0xff), bytes(`"}\n`)])),
      "corrupt"
    )
  })
})

it("finds the id of a record whose findings quote another one's", () => {
  const record = makeRecord(1)
  const warnings = [{ rule: "r", field: "f", text: `,"_meta":{"id":"x"}`, _meta: { id: "y" } }]
  const line = encodeLine(
    toLineObject({
      ...record,
      meta: { ...record.meta, qa: { rules: "q", warnings: warnings as never } }
    })
  )
  assert.strictEqual(recordIdOf(line), "r:1")
})

const splitAtNewlines = (content: Buffer): ReadonlyArray<Buffer> => {
  const pieces: Array<Buffer> = []
  for (let start = 0; start < content.length;) {
    const at = content.indexOf(0x0a, start)
    const end = at === -1 ? content.length : at + 1
    pieces.push(content.subarray(start, end))
    start = end
  }
  return pieces
}
