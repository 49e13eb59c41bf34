// Draws by lot: the same every time, and of the means and spreads that they promise.
import { assert, describe, it } from "@effect/vitest"
import { Lots } from "../../src/services/Lots.ts"
import { summarise } from "../../src/services/Statistics.ts"

const drawn = (draw: (lots: Lots) => number, count = 20_000) => {
  const lots = new Lots(3)
  return summarise(Array.from({ length: count }, () => draw(lots)))
}

const assertLike = (draw: (lots: Lots) => number, mean: number, deviation: number): void => {
  const seen = drawn(draw)
  assert.closeTo(seen.mean, mean, 0.03 * Math.max(deviation, Math.abs(mean)))
  assert.closeTo(seen.deviation, deviation, 0.06 * deviation)
}

describe("Lots", () => {
  it("the same seed gives the same, another one others", () => {
    const some = (seed: number) => {
      const lots = new Lots(seed)
      return Array.from({ length: 5 }, () => lots.uniform())
    }
    assert.deepStrictEqual(some(1), some(1))
    assert.notDeepEqual(some(1), some(2))
  })

  it("uniform and normal", () => {
    assertLike((lots) => lots.uniform(), 0.5, Math.sqrt(1 / 12))
    assertLike((lots) => lots.normal(), 0, 1)
  })

  it.each([0.05, 0.5, 1, 3, 40])(
    "gamma of shape %d",
    (shape) => assertLike((lots) => lots.gamma(shape), shape, Math.sqrt(shape))
  )

  it.each([[0.5, 0.5], [2, 0.5], [2, 2], [38, 4.5]] as const)(
    "beta of %d and %d",
    (a, b) =>
      assertLike((lots) => lots.beta(a, b), a / (a + b), Math.sqrt(a * b / (a + b + 1)) / (a + b))
  )

  it.each([[10, 0.2], [64, 0.5], [65, 0.5], [5000, 0.01]] as const)(
    "binomial of %d and %d",
    (n, p) => assertLike((lots) => lots.binomial(n, p), n * p, Math.sqrt(n * p * (1 - p)))
  )

  it("a binomial is never below none, nor above all", () => {
    const lots = new Lots(5)
    for (const share of [0, 0.001, 0.999, 1]) {
      for (let n = 0; n < 500; n++) {
        const hits = lots.binomial(100, share)
        assert.isTrue(Number.isInteger(hits) && hits >= 0 && hits <= 100)
      }
    }
    assert.strictEqual(lots.binomial(0, 0.5), 0)
  })
})
