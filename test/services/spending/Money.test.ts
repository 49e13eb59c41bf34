// Money: whole nanodollars, never understated, readable.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { formatUsd, fromUsd, toUsd } from "../../../src/services/spending/Money.ts"

/** The decimal that a number prints as, times 10^9, rounded up with a calculation of its own. */
const ceilNano = (decimal: string): bigint => {
  const [whole = "0", fraction = ""] = decimal.split(".")
  const kept = BigInt(whole + fraction.slice(0, 9).padEnd(9, "0"))
  return /[1-9]/.test(fraction.slice(9)) ? kept + 1n : kept
}

describe("Money", () => {
  it("takes dollars as they are written", () => {
    assert.strictEqual(fromUsd(0), 0)
    assert.strictEqual(fromUsd(0.3), 300_000_000)
    assert.strictEqual(fromUsd(0.1 + 0.2), 300_000_001)
    assert.strictEqual(fromUsd(1.23), 1_230_000_000)
    assert.strictEqual(fromUsd(1e-9), 1)
    assert.strictEqual(fromUsd(1e-12), 1)
    assert.strictEqual(fromUsd(1.5e-7), 150)
    assert.strictEqual(fromUsd(8_000_000), 8e15)
  })

  it("I10: never understates, and overstates by less than one nanodollar", () => {
    const decimal = fc.tuple(
      fc.integer({ min: 0, max: 8_000_000 }),
      fc.nat({ max: 999_999_999_999 })
    )
      .map(([whole, fraction]) => Number(`${whole}.${String(fraction).padStart(12, "0")}`))
      .filter((usd) => !String(usd).includes("e"))
    fc.assert(
      fc.property(decimal, (usd) => {
        assert.strictEqual(BigInt(fromUsd(usd)), ceilNano(String(usd)))
      }),
      { numRuns: 2000 }
    )
  })

  it("whole nanodollars come back as they were", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4e15 }), (nano) => {
      assert.strictEqual(fromUsd(toUsd(nano)), nano)
    }))
  })

  it.each([
    [0, "$0.00"],
    [1, "$0.000000001"],
    [412_000, "$0.000412"],
    [412_345, "$0.000412"],
    [2_500_000, "$0.0025"],
    [9_999_999, "$0.01"],
    [10_000_000, "$0.01"],
    [1_230_000_000, "$1.23"],
    [999_990_000_000, "$999.99"],
    [12_345_000_000_000, "$12,345.00"],
    [1_234_567_890_000_000, "$1,234,567.89"]
  ])("prints %d nanodollars as %s", (nano, text) => {
    assert.strictEqual(formatUsd(nano), text)
  })

  it("prints any amount within half a percent and a cent", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4e15 }), (nano) => {
        const shown = Number(formatUsd(nano).slice(1).replaceAll(",", ""))
        const usd = toUsd(nano)
        assert.isAtMost(Math.abs(shown - usd), usd < 0.01 ? usd * 0.005 + 1e-12 : 0.005 + 1e-6)
      }),
      { numRuns: 2000 }
    )
  })
})
