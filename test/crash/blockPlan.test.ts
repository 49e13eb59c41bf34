// The plan of a campaign of power cuts leaves no flush out where it has the states for it, and looks between them too.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { momentsOf, planPower } from "./blockPlan.ts"
import type { EventSummary } from "./blockServer.ts"

const event = fc.constantFrom("write", "write", "flush", "note").map((kind): EventSummary => ({
  kind,
  text: ""
}))
const history = fc.array(event, { minLength: 1, maxLength: 120 })
const seeds = fc.integer({ min: 1, max: 1e6 })

describe("a plan of power cuts", () => {
  it("has as many states as asked for, each at a boundary or after a write in doubt", () => {
    fc.assert(
      fc.property(history, seeds, fc.integer({ min: 1, max: 300 }), (events, seed, states) => {
        const plan = planPower(events, { seed, states })
        assert.lengthOf(plan, states)
        for (const { at, isBoundary, writesInDoubt } of plan) {
          const begin = events.findLastIndex(({ kind }, index) => index < at && kind === "flush")
          const writes = events.slice(begin + 1, at).filter(({ kind }) => kind === "write").length
          assert.strictEqual(writesInDoubt, writes)
          assert.strictEqual(isBoundary, (events[at]?.kind ?? "flush") === "flush")
          assert.isTrue(isBoundary || writes > 0)
        }
      })
    )
  })

  it("visits every flush and the end where there are states enough, and every moment between where there are more", () => {
    fc.assert(fc.property(history, seeds, (events, seed) => {
      const moments = momentsOf(events)
      const boundaries = moments.filter(({ isBoundary }) => isBoundary).map(({ at }) => at)
      const seen = (states: number) =>
        new Set(planPower(events, { seed, states }).map(({ at }) => at))
      assert.includeMembers([...seen(boundaries.length)], boundaries)
      assert.strictEqual(seen(moments.length).size, moments.length)
    }))
  })

  it("looks at flushes alone where nothing was written", () => {
    const events = Array.from({ length: 6 }, (): EventSummary => ({ kind: "flush", text: "" }))
    const plan = planPower(events, { seed: 1, states: 5 })
    assert.lengthOf(new Set(plan.map(({ at }) => at)), 5)
  })

  it("looks between flushes also where there are few states", () => {
    const events = Array.from({ length: 200 }, (_, n): EventSummary => ({
      kind: n % 4 === 3 ? "flush" : "write",
      text: ""
    }))
    const plan = planPower(events, { seed: 1, states: 12 })
    assert.lengthOf(plan.filter(({ isBoundary }) => isBoundary), 8)
    assert.lengthOf(new Set(plan.map(({ at }) => at)), 12)
  })
})
