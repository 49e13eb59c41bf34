// Writers and runs killed with -9 again and again: CRASH_KILLS sets how often at least, CRASH_SEED the moments.
import { assert, describe, it } from "@effect/vitest"
import { commandFile } from "../support/Cli.ts"
import { campaign } from "./campaign.ts"
import { killWriters } from "./writerKills.ts"

const killsMin = Number(process.env["CRASH_KILLS"] ?? 30)
const writerKillsMin = Number(process.env["CRASH_KILLS"] ?? (process.env["CI"] ? 500 : 60))
const seed = Number(process.env["CRASH_SEED"] ?? 1)

describe("kill -9", () => {
  it(
    "I1 I4 I5 I6: three writers, a raw reader: nothing lost, no invalid line, no duplicate, no temp file after an open",
    { timeout: Math.max(300_000, writerKillsMin * 3000) },
    async ({ signal }) => {
      const startMs = performance.now()
      const sum = await killWriters(commandFile(), writerKillsMin, seed, { signal })
      const seconds = ((performance.now() - startMs) / 1000).toFixed(0)
      console.log(`writers: ${JSON.stringify(sum)}, ${seconds} s, seed ${seed}`)
      assert.isAtLeast(sum.kills, writerKillsMin)
      assert.isAtLeast(sum.linesRead, 100)
    }
  )

  it(
    "I1 I2 I4 I5 I6 I8 I9 I10: nothing acknowledged is lost, nothing is paid twice unless it was listed as at risk",
    // It takes as long as the machine needs for so many starts: a limit is only there to end what hangs.
    { timeout: Math.max(300_000, killsMin * 10_000) },
    async ({ signal }) => {
      const report = await campaign({
        command: commandFile(),
        killsMin,
        seed,
        shards: 3,
        items: 120,
        signal
      })
      assert.isAtLeast(report.kills, killsMin)
      assert.isAtLeast(report.acknowledged, 100)
    }
  )

  it(
    "I10: every fault on, one budget for all: what was billed is booked or listed at risk, and the budget is never passed",
    { timeout: Math.max(300_000, killsMin * 10_000) },
    async ({ signal }) => {
      const report = await campaign({
        command: commandFile(),
        killsMin: Math.ceil(killsMin / 3),
        seed: seed + 1,
        shards: 3,
        items: 80,
        money: true,
        signal
      })
      assert.isAtLeast(report.kills, killsMin / 3)
      assert.isAtLeast(report.budgetStops, 1)
      assert.isAbove(report.billedNanoUsd, 0)
    }
  )
})
