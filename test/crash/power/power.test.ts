// The power fails, processes die and calls fail at every moment of every workload, on the shipped code.
import { assert, describe, it } from "@effect/vitest"
import { describeFinding, runCampaign, summary } from "./campaign.ts"

const seed = 1

describe("power", () => {
  it(
    "I1-I8, I10: 100,000 states that crashes and failing calls leave are opened, and nothing promised is missing",
    async () => {
      const report = await runCampaign({ seed, perMoment: 8, sampled: true })
      console.log(summary(report, seed))
      assert.deepStrictEqual(report.findings.map(describeFinding), [])
      assert.deepStrictEqual(report.errors, [])
      assert.isAtLeast(report.counts.states, 100_000)
    },
    600_000
  )
})
