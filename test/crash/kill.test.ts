// Writers and runs killed with -9 again and again, at other moments with each commit. CI kills 500 writers; `npm run
// crash:kill` goes on as long as one likes.
import { assert, describe, it } from "@effect/vitest"
import { commandFile } from "../support/Cli.ts"
import { again, seed } from "../support/seed.ts"
import { campaign } from "./campaign.ts"
import type { CampaignReport } from "./campaign.ts"
import { killWriters } from "./writerKills.ts"

const writerKillsMin = process.env["CI"] ? 500 : 60
const runKillsMin = 15
const runItems = 60
const moneyKillsMin = 8

const said = (what: string, counts: object, startMs: number): void => {
  const seconds = ((performance.now() - startMs) / 1000).toFixed(0)
  console.log(
    `${what}: ${JSON.stringify(counts)}, ${seconds} s\nagain: ${again("test/crash/kill.test.ts")}`
  )
}

const killRuns = async (
  what: string,
  options: {
    readonly killsMin: number
    readonly items: number
    readonly seed: number
    readonly money?: boolean
    readonly signal: AbortSignal
  }
): Promise<CampaignReport> => {
  const startMs = performance.now()
  const report = await campaign({ ...options, command: commandFile(), shards: 3 })
  said(what, report, startMs)
  assert.isAtLeast(report.kills, options.killsMin)
  return report
}

describe("kill -9", () => {
  it(
    "I1 I4 I5 I6: three writers over shards, a raw reader: nothing lost, no invalid line, no duplicate, no temp file after an open",
    // It takes as long as the machine needs for so many starts: a limit is only there to end what hangs.
    { timeout: writerKillsMin * 6000 },
    async ({ signal }) => {
      const startMs = performance.now()
      const sum = await killWriters(commandFile(), writerKillsMin, seed, { signal })
      said("writers", sum, startMs)
      assert.isAtLeast(sum.kills, writerKillsMin)
      assert.isAtLeast(sum.linesRead, 100)
    }
  )

  it(
    "I1 I2 I4 I5 I6 I8 I9 I10: nothing acknowledged is lost, nothing is paid twice unless it was listed as at risk",
    { timeout: 600_000 },
    async ({ signal }) => {
      const report = await killRuns("runs", {
        killsMin: runKillsMin,
        items: runItems,
        seed,
        signal
      })
      // A run may be killed before it says what it has kept.
      assert.isAtLeast(report.acknowledged, report.rounds * runItems / 2)
    }
  )

  it(
    "I10: every fault on, one budget for all: what was billed is booked or listed at risk, and the budget is never passed",
    { timeout: 600_000 },
    async ({ signal }) => {
      const options = { killsMin: moneyKillsMin, items: 40, seed: seed + 1, money: true, signal }
      const report = await killRuns("every fault", options)
      assert.isAtLeast(report.budgetStops, 1)
      assert.isAbove(report.billedNanoUsd, 0)
    }
  )
})
