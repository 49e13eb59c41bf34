// Which failures leave money at risk: whatever a server may have worked for, and nothing that it says it did not take up.
import { assert, describe, it } from "@effect/vitest"
import * as Llm from "../../../src/services/generation/Llm.ts"

const overloaded = (status: number) =>
  new Llm.Overloaded({ status, retryAfterMs: null, detail: "d" })

describe("mayBeBilled", () => {
  it.each([408, 500, 502, 504, 520, 522, 524, 599])(
    "I10: %i may have been billed",
    (status) => assert.isTrue(Llm.mayBeBilled(overloaded(status)))
  )

  it.each([409, 501, 503, 505, 529])(
    "%i was not taken up",
    (status) => assert.isFalse(Llm.mayBeBilled(overloaded(status)))
  )

  it("I10: nor is an answer that did not arrive free, but a call that was refused or never sent is", () => {
    const detail = "d"
    assert.isTrue(Llm.mayBeBilled(new Llm.Disconnected({ detail })))
    assert.isTrue(Llm.mayBeBilled(new Llm.TimedOut({ timeoutMs: 1 })))
    for (
      const reason of [
        new Llm.RateLimited({ retryAfterMs: null, detail }),
        new Llm.Unreachable({ detail }),
        new Llm.Unauthorized({ status: 401, detail }),
        new Llm.QuotaExhausted({ detail }),
        new Llm.ModelNotFound({ detail }),
        new Llm.InvalidRequest({ status: 400, detail })
      ]
    ) assert.isFalse(Llm.mayBeBilled(reason), reason._tag)
  })
})
