// What failures mean, and how long to wait after them.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  askedMsOf,
  backoffMs,
  classify,
  describe as say
} from "../../../src/services/generation/FailureClass.ts"
import type { LlmReason } from "../../../src/services/generation/Llm.ts"
import * as Llm from "../../../src/services/generation/Llm.ts"

const limited = (retryAfterMs: number | null) => new Llm.RateLimited({ retryAfterMs, detail: "d" })

const table: ReadonlyArray<[LlmReason, string, string]> = [
  [new Llm.Unauthorized({ status: 401, detail: "d" }), "Fatal", "OPENAI_API_KEY"],
  [new Llm.QuotaExhausted({ detail: "d" }), "Fatal", "add credit"],
  [new Llm.ModelNotFound({ detail: "d" }), "Fatal", "check the model's name"],
  [limited(1), "Passing RateLimited", "limits the rate"],
  [new Llm.TimedOut({ timeoutMs: 1500 }), "Passing Timeout", "within 1.5 s"],
  [new Llm.Overloaded({ status: 503, retryAfterMs: null, detail: "d" }), "Passing Network", "503"],
  [new Llm.Unreachable({ detail: "d" }), "Passing Network", "cannot be reached"],
  [new Llm.Disconnected({ detail: "d" }), "Passing Network", "connection broke"],
  [
    new Llm.InvalidRequest({ status: 400, detail: "d" }),
    "Hopeless Abandoned",
    "refused the request (400)"
  ]
]

describe("FailureClass", () => {
  for (const [reason, expected, words] of table) {
    it(`${reason._tag}: ${expected}`, () => {
      const failure = classify(reason)
      assert.strictEqual(
        [failure._tag, ..."cause" in failure ? [failure.cause] : []].join(" "),
        expected
      )
      assert.include(say(reason), words)
    })
  }

  it("backoff grows to a bound, and spreads", () => {
    const tries = fc.record({
      failures: fc.integer({ min: 1, max: 2000 }),
      random: fc.double({ min: 0, max: 0.999999, noNaN: true })
    })
    fc.assert(fc.property(tries, ({ failures, random }) => {
      const waited = backoffMs(failures, random)
      assert.isTrue(Number.isSafeInteger(waited))
      assert.isAtMost(waited, Math.min(30_000, 500 * 2 ** (failures - 1)))
    }))
    assert.strictEqual(backoffMs(1, 0), 0)
    assert.strictEqual(backoffMs(4, 0.5), 2000)
  })

  it("Retry-After is kept however long it is, up to what a date can hold; a negative one is none", () => {
    assert.strictEqual(askedMsOf(limited(3 * 86_400_000)), 3 * 86_400_000)
    assert.strictEqual(askedMsOf(limited(Number.POSITIVE_INFINITY)), 366 * 86_400_000)
    assert.strictEqual(askedMsOf(limited(Number.NaN)), 0)
    assert.strictEqual(askedMsOf(limited(-5)), 0)
    assert.strictEqual(
      askedMsOf(new Llm.Overloaded({ status: 503, retryAfterMs: 2000, detail: "" })),
      2000
    )
    assert.strictEqual(askedMsOf(new Llm.TimedOut({ timeoutMs: 9 })), 0)
  })
})
