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

  it("backoff is never less than asked for, grows to a bound, and spreads", () => {
    const tries = fc.record({
      failures: fc.integer({ min: 1, max: 2000 }),
      random: fc.double({ min: 0, max: 0.999999, noNaN: true }),
      asked: fc.option(fc.integer({ min: 0, max: 3_600_000 }))
    })
    fc.assert(fc.property(tries, ({ asked, failures, random }) => {
      const waited = backoffMs(limited(asked), failures, random)
      assert.isTrue(Number.isSafeInteger(waited))
      assert.isAtLeast(waited, asked ?? 0)
      assert.isAtMost(waited, (asked ?? 0) + Math.min(30_000, 500 * 2 ** (failures - 1)))
    }))
    assert.strictEqual(backoffMs(limited(null), 1, 0), 0)
    assert.strictEqual(backoffMs(limited(null), 4, 0.5), 2000)
  })

  it("an absurd Retry-After is tried after an hour, a negative one at once", () => {
    assert.strictEqual(askedMsOf(limited(1e13)), 3_600_000)
    assert.strictEqual(askedMsOf(limited(-5)), 0)
    assert.strictEqual(
      askedMsOf(new Llm.Overloaded({ status: 503, retryAfterMs: 2000, detail: "" })),
      2000
    )
    assert.strictEqual(askedMsOf(new Llm.TimedOut({ timeoutMs: 9 })), 0)
  })
})
