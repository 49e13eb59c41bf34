// What samples say: exact figures where they are known, and intervals that hold as often as they promise.
import { assert, describe, it } from "@effect/vitest"
import { meanError, quantile, standardError, summarise } from "../../src/services/Statistics.ts"

describe("Statistics", () => {
  it("sums up a sample", () => {
    assert.deepStrictEqual(summarise([]), { count: 0, mean: 0, deviation: 0 })
    assert.deepStrictEqual(summarise([3, 1, 2]), { count: 3, mean: 2, deviation: 1 })
  })

  it("the whole has no error, one value says nothing of more", () => {
    assert.strictEqual(meanError(summarise([1, 5, 9]), 3), 0)
    assert.strictEqual(meanError(summarise([1]), 2), Number.POSITIVE_INFINITY)
    assert.strictEqual(meanError(summarise([]), 0), 0)
    // Student's t for 9 degrees of freedom is 2.262.
    const ten = summarise([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    assert.closeTo(meanError(ten, 1e9), 2.262 * ten.deviation / Math.sqrt(10), 0.01)
  })

  it("the interval of a mean holds in about 95 of 100 samples", () => {
    let seed = 7
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
    const whole = Array.from({ length: 500 }, () => random() ** 2 * 100)
    const mean = summarise(whole).mean
    let held = 0
    for (let n = 0; n < 1000; n++) {
      const drawn = summarise(whole.toSorted(() => random() - 0.5).slice(0, 20))
      if (Math.abs(drawn.mean - mean) <= meanError(drawn, whole.length)) held++
    }
    assert.isAbove(held, 900)
    assert.isBelow(held, 985)
  })

  it("a quantile is the value that so many do not pass", () => {
    const hundred = Array.from({ length: 100 }, (_, n) => 100 - n)
    assert.strictEqual(quantile(hundred, 0.95), 95)
    assert.strictEqual(quantile(hundred, 0), 1)
    assert.strictEqual(quantile(hundred, 1), 100)
    assert.strictEqual(quantile([], 0.5), 0)
  })

  it("the standard error is none for the whole, and half of the value where there is but one", () => {
    assert.strictEqual(standardError(summarise([1, 5, 9]), 3), 0)
    assert.strictEqual(standardError(summarise([]), 5), 0)
    assert.closeTo(standardError(summarise([8]), 1e9), 4, 1e-6)
    assert.closeTo(standardError(summarise([1, 3]), 1e9), 1, 1e-6)
  })
})
