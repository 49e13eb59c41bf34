// Whatever JSON is read comes out with the digits it had; everything else is as JSON.parse has it.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { exactObject } from "../../src/services/ExactJson.ts"

const again = (text: string): string => JSON.stringify(exactObject(text))

const digits = fc.array(fc.constantFrom(..."0123456789"), { minLength: 1, maxLength: 25 }).map(
  (each) => each.join("").replace(/^0+(?=.)/, "")
)
const number = fc.record({
  sign: fc.constantFrom("", "-"),
  whole: digits,
  fraction: fc.option(digits),
  exponent: fc.option(fc.constantFrom("e5", "E-7", "e+400"))
}).map(({ exponent, fraction, sign, whole }) =>
  `${sign}${whole}${fraction === null ? "" : `.${fraction}`}${exponent ?? ""}`
)

describe("exactObject", () => {
  it("keeps numbers that JavaScript would write otherwise", () => {
    for (
      const text of [
        `{"id":12345678901234567890,"v":1.10}`,
        `{"a":[-0,0.0,1E3,1e400,{"deep":1.0}],"plain":[0,-1,0.001]}`,
        `{"text":"at 1.10, or: 2.50","n":3.00}`
      ]
    ) assert.strictEqual(again(text), text)
  })

  it("any number, in any place, and the rest as it is", () => {
    fc.assert(fc.property(fc.array(number, { minLength: 1 }), fc.string(), (numbers, words) => {
      const list = `[${numbers.join(",")}]`
      const text = `{"first":${numbers[0]},"words":${JSON.stringify(words)},"list":${list}}`
      assert.strictEqual(again(text), text)
      assert.strictEqual(exactObject(text)?.["words"], words)
    }))
  })

  it("plain numbers are numbers, and what is no object is none", () => {
    assert.deepStrictEqual(exactObject(` { "a" : 12 } `), { a: 12 })
    for (const text of ["", "[]", "null", "1.10", `{"a":1.1.0}`, `{"a":01}`]) {
      assert.isUndefined(exactObject(text))
    }
  })
})
