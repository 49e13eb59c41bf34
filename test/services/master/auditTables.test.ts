// What an audit keeps its counts in, against a Map: nothing is lost or confused, whatever the numbers and ids are.
import * as fc from "fast-check"
import { assert, describe, it } from "vitest"
import { TransientMap } from "../../../src/services/journal/TransientMap.ts"
import { IdNumbers } from "../../../src/services/master/IdNumbers.ts"
import { PagedNumbers } from "../../../src/services/master/PagedNumbers.ts"

describe("PagedNumbers", () => {
  it("answers like a Map, for numbers near one another and far apart", () => {
    const index = fc.oneof(fc.nat(5), fc.integer({ min: 4090, max: 4100 }))
    const value = fc.oneof(
      fc.nat(3),
      fc.constantFrom(-Infinity, Infinity, 0xffff_fffd, 0xffff_fffe, 0xffff_ffff, -1, 0.5, 2 ** 52),
      fc.integer({ min: 1_767_000_000_000, max: 1_767_000_100_000 }),
      fc.double({ noNaN: true })
    )
    fc.assert(fc.property(fc.array(fc.tuple(index, value), { maxLength: 20 }), (steps) => {
      const numbers = new PagedNumbers()
      const model = new Map<number, number>()
      for (const [at, each] of steps) {
        numbers.set(at, each)
        model.set(at, each)
      }
      for (const at of [0, 1, 2, 3, 4, 5, 6, 4090, 4095, 4096, 4097, 4100, 9000]) {
        const expected = model.get(at) ?? Number.NaN
        // A zero below nothing is a zero.
        assert.deepStrictEqual(numbers.get(at) + 0, expected + 0)
      }
    }))
  })
})

describe("IdNumbers", () => {
  it("gives every id one number of its own, below the end", () => {
    const run = fc.constantFrom("a", "b", "a:1", "", "import-x", "unknown")
    const count = fc.oneof(
      fc.nat(200).map(String),
      fc.constantFrom("01", "1e3", "-1", "1.5", "", " 1", "999999999", "4294967297", "١")
    )
    const id = fc.oneof(fc.tuple(run, count).map((parts) => parts.join(":")), fc.string())
    fc.assert(fc.property(fc.array(id, { maxLength: 60 }), (ids) => {
      const numbers = new IdNumbers(["a", "b", "a:1", ""])
      const byId = new Map(ids.map((each) => [each, numbers.number(each)]))
      for (const each of ids) assert.strictEqual(numbers.number(each), byId.get(each))
      assert.strictEqual(new Set(byId.values()).size, byId.size)
      for (const number of byId.values()) assert.isBelow(number, numbers.end)
    }))
  })
})

describe("TransientMap", () => {
  it("answers like a Map, also when most of what came has gone", () => {
    const map = new TransientMap<number, { readonly n: number }>()
    const model = new Map<number, { readonly n: number }>()
    for (let n = 0; n < 10_000; n++) {
      map.set(n % 4000, { n })
      model.set(n % 4000, { n })
      if (n % 100 === 0) continue
      const gone = n % 7 === 0 ? n + 1 : n % 4000
      assert.deepStrictEqual(map.take(gone), model.get(gone))
      model.delete(gone)
      assert.strictEqual(map.size, model.size)
    }
    assert.deepStrictEqual(new Map(map.entries()), model)
    assert.isUndefined(map.get(-1))
  })
})
