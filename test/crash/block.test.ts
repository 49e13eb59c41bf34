// Power cuts and failing writes below real file systems: a sample of what `npm run crash:power` does, where root may.
import { assert, describe, it } from "@effect/vitest"
import { defects } from "./blockBoot.ts"
import { runErrors } from "./blockErrors.ts"
import { whyNoBlockDisk } from "./blockHost.ts"
import { runPower } from "./blockPower.ts"

const seed = Number(process.env["INKFAST_SEED"] ?? 1)
/** About five seconds on a machine with nothing else to do. */
const patienceMs = 240_000
const attemptsMax = 12
const why = whyNoBlockDisk("ext4")

describe("an ext4 disk", () => {
  it(
    "I1 to I7: whatever a power cut leaves is recovered, and stays through the next one",
    async ({ skip }) => {
      if (why !== undefined) return skip(why)
      const report = await runPower({ kind: "ext4", states: 12, seed })
      console.log(
        `${report.states} states of ${report.writes} writes and ${report.flushes} flushes (INKFAST_SEED=${seed})`
      )
      assert.deepStrictEqual(report.faults, [])
      assert.isAbove(report.inDoubt, 6)
    },
    patienceMs
  )

  it(
    "I1: one failed block write loses nothing that is acknowledged before or after",
    async ({ skip }) => {
      if (why !== undefined) return skip(why)
      const report = await runErrors({ kind: "ext4", trials: 4, seed })
      assert.deepStrictEqual(report.faults, [])
      assert.strictEqual(report.noticed, report.trials)
    },
    patienceMs
  )

  for (const name of ["no sync of successes", "no sync in a recovery"]) {
    it(`finds a program out that makes ${name}`, async ({ skip }) => {
      if (why !== undefined) return skip(why)
      // When the kernel writes what was not synced is its own affair: one seed may see nothing.
      for (let attempt = 0; attempt < attemptsMax; attempt++) {
        const options = { kind: "ext4", states: 12, seed: seed + attempt } as const
        const report = await runPower({ ...options, defect: defects[name] })
        if (report.faults.length > 0) return
      }
      assert.fail(`nothing was found in ${attemptsMax} campaigns`)
    }, patienceMs)
  }
})
