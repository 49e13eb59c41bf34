// What a call costs, and the most that it can: exact, and never understated.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { costOf, worstCostOf } from "../../../src/services/spending/Cost.ts"
import type { Price } from "../../../src/services/spending/Price.ts"

const usage = (inputTokens: number, outputTokens: number, cachedInputTokens = 0) => ({
  inputTokens,
  cachedInputTokens,
  outputTokens,
  reasoningTokens: 0
})

describe("costOf", () => {
  const mini: Price = { inputUsdPerMtok: 0.15, outputUsdPerMtok: 0.6, cachedInputUsdPerMtok: 0.075 }

  it("is exact to the nanodollar", () => {
    assert.strictEqual(costOf(mini, usage(0, 0)), 0)
    assert.strictEqual(costOf(mini, usage(1000, 500)), 450_000)
    assert.strictEqual(costOf(mini, usage(1000, 500, 400)), 420_000)
    assert.strictEqual(costOf({ ...mini, inputUsdPerMtok: 0.1234567 }, usage(1, 0)), 124)
  })

  it("a server that counts more cached tokens than input does not make a call cheaper than cached", () => {
    assert.strictEqual(costOf(mini, usage(1000, 0, 5000)), 75_000)
  })

  it("prices each kind of token by its own rate, a missing one by that of its whole", () => {
    const all: Price = {
      inputUsdPerMtok: 1,
      cachedInputUsdPerMtok: 0.1,
      cacheWriteUsdPerMtok: 1.25,
      outputUsdPerMtok: 4,
      reasoningUsdPerMtok: 6
    }
    const spent = {
      inputTokens: 1000,
      cachedInputTokens: 300,
      cacheWriteTokens: 200,
      outputTokens: 100,
      reasoningTokens: 40
    }
    assert.strictEqual(
      costOf(all, spent),
      500_000 + 30_000 + 250_000 + 240_000 + 240_000
    )
    assert.strictEqual(costOf({ inputUsdPerMtok: 1, outputUsdPerMtok: 4 }, spent), 1_400_000)
  })

  it("multiplies by the service tier that was served; one without a factor is unknown, not free", () => {
    const tiered: Price = { ...mini, serviceTiers: { flex: 0.5, priority: 2 } }
    assert.strictEqual(costOf(tiered, usage(1000, 500), "flex"), 225_000)
    assert.strictEqual(costOf(tiered, usage(1000, 500), "priority"), 900_000)
    assert.strictEqual(costOf(tiered, usage(1000, 500), "default"), 450_000)
    assert.isNaN(costOf(mini, usage(1000, 500), "priority"))
    // Flex that is asked for may be served as ordinary, and is reserved so.
    assert.strictEqual(worstCostOf(tiered, 1000, 500, "flex"), 450_000)
    assert.strictEqual(worstCostOf(tiered, 1000, 500, "priority"), 900_000)
  })

  const microUsd = fc.nat({ max: 500_000_000 })
  const tokens = fc.nat({ max: 2_000_000 })

  it("I10: equals the exact sum, rounded up", () => {
    fc.assert(
      fc.property(
        microUsd,
        microUsd,
        tokens,
        tokens,
        (input, output, inputTokens, outputTokens) => {
          const exactThousandths = BigInt(input) * BigInt(inputTokens) +
            BigInt(output) * BigInt(outputTokens)
          const price = { inputUsdPerMtok: input / 1e6, outputUsdPerMtok: output / 1e6 }
          assert.strictEqual(
            BigInt(costOf(price, usage(inputTokens, outputTokens))),
            (exactThousandths + 999n) / 1000n
          )
        }
      ),
      // Just above a whole number of nanodollars, by less than a double can tell at that size.
      { numRuns: 1000, examples: [[427_029_376, 252_044_411, 1_999_980, 1_951_702]] }
    )
  })

  it("a count that makes no sense costs an unknown sum, not nothing", () => {
    assert.isNaN(costOf(mini, usage(-5, 1_000_000)))
    assert.isNaN(costOf(mini, usage(Number.NaN, 5)))
    assert.isNaN(costOf(mini, usage(5, Number.POSITIVE_INFINITY)))
  })

  it("I10: no usage within the bounds costs more than the worst case, tiers and dear caches included", () => {
    const rates = fc.record({
      input: microUsd,
      output: microUsd,
      cached: microUsd,
      write: microUsd,
      reasoning: microUsd
    })
    fc.assert(
      fc.property(
        rates,
        rates,
        tokens,
        tokens,
        tokens,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (
          base,
          above,
          threshold,
          inputMax,
          outputMax,
          share
        ) => {
          const toRates = (r: typeof base) => ({
            inputUsdPerMtok: r.input / 1e6,
            outputUsdPerMtok: r.output / 1e6,
            cachedInputUsdPerMtok: r.cached / 1e6,
            cacheWriteUsdPerMtok: r.write / 1e6,
            reasoningUsdPerMtok: r.reasoning / 1e6
          })
          const price = {
            ...toRates(base),
            tiers: [{ aboveInputTokens: threshold, ...toRates(above) }]
          }
          const input = Math.floor(inputMax * share)
          const output = Math.floor(outputMax * share)
          const cost = costOf(price, {
            ...usage(input, output, Math.floor(input * share)),
            cacheWriteTokens: Math.floor(input * (1 - share)),
            reasoningTokens: Math.floor(output * share)
          })
          assert.isAtMost(cost, worstCostOf(price, inputMax, outputMax))
        }
      ),
      { numRuns: 1000 }
    )
  })
})
