// The rate-limit headers, as servers write them and as nobody should.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { durationMs, readServerLimits } from "../../../src/services/generation/ServerLimits.ts"

const read = (headers: { readonly [name: string]: string }) =>
  readServerLimits((name) => headers[name] ?? null)

describe("ServerLimits", () => {
  for (
    const [text, ms] of [
      ["6m0s", 360_000],
      ["1.5s", 1500],
      ["20ms", 20],
      ["1h2m3s", 3_723_000],
      ["2m59.56s", 179_560],
      ["1d", 86_400_000],
      ["500µs", 0.5],
      ["12", 12_000],
      [" 7.66s ", 7660],
      ["0s", 0],
      ["-1", null],
      ["", null],
      ["soon", null],
      ["6m0", null],
      ["m", null],
      ["1s-1s", null],
      ["2026-01-01T00:00:00Z", null],
      ["1e9", null],
      ["9".repeat(1000), null]
    ] as const
  ) {
    it(`${JSON.stringify(text.slice(0, 30))} is ${ms} ms`, () =>
      assert.strictEqual(durationMs(text), ms))
  }

  it("each number stands for itself: what is absent or makes no sense is null", () => {
    assert.deepStrictEqual(
      read({
        "x-ratelimit-limit-requests": "10000",
        "x-ratelimit-remaining-requests": "-1",
        "x-ratelimit-reset-requests": "6ms",
        "x-ratelimit-limit-tokens": "0",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "-1"
      }),
      {
        requests: { limit: 10_000, remaining: null, resetMs: 6 },
        tokens: { limit: null, remaining: 0, resetMs: null }
      }
    )
    assert.isUndefined(read({}))
    assert.isUndefined(read({ "x-ratelimit-limit-requests": "many" }))
  })

  it("whatever stands there, what is read is a number from 0, or nothing", () => {
    fc.assert(fc.property(fc.string(), fc.string(), fc.string(), (limit, remaining, reset) => {
      const said = read({
        "x-ratelimit-limit-requests": limit,
        "x-ratelimit-remaining-requests": remaining,
        "x-ratelimit-reset-requests": reset
      })
      for (const value of Object.values(said?.requests ?? {})) {
        assert.isTrue(value === null || (Number.isFinite(value) && value >= 0))
      }
    }))
  })
})
