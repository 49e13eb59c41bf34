// Power cuts and failing writes below real file systems: a sample of what `npm run crash:power` does, another one with
// each commit, where root may and the tools are there.
import { assert, describe, it } from "@effect/vitest"
import { again, seed } from "../support/seed.ts"
import { defects } from "./blockBoot.ts"
import { runErrors } from "./blockErrors.ts"
import { whyNoBlockDisk } from "./blockHost.ts"
import { runPower } from "./blockPower.ts"

/** Some twenty seconds on a machine with nothing else to do. */
const patienceMs = 600_000
const attemptsMax = 12
const samples = [
  { kind: "ext4", states: 12, trials: 4 },
  { kind: "xfs", states: 4, trials: 2 }
] as const

for (const { kind, states, trials } of samples) {
  const why = whyNoBlockDisk(kind)

  describe(`an ${kind} disk`, () => {
    it(
      "I1 to I7: whatever a power cut leaves is recovered, and stays through the next one",
      async ({ skip }) => {
        if (why !== undefined) return skip(why)
        const report = await runPower({ kind, states, seed })
        console.log(
          `${report.states} states (${report.boundaries} of ${report.boundariesInAll} flush boundaries, ${report.between} between) ` +
            `of ${report.writes} writes\nagain: ${again("test/crash/block.test.ts")}`
        )
        assert.deepStrictEqual(report.faults, [])
        assert.isAtLeast(report.inDoubt, states / 2)
        assert.isAtLeast(report.between, 1)
      },
      patienceMs
    )

    it(
      "I1: one failed block write loses nothing that is acknowledged before or after",
      async ({ skip }) => {
        if (why !== undefined) return skip(why)
        const report = await runErrors({ kind, trials, seed })
        console.log(
          `${report.failed} writes failed, ${report.noticed} noticed\nagain: ${
            again("test/crash/block.test.ts")
          }`
        )
        assert.deepStrictEqual(report.faults, [])
        assert.strictEqual(report.noticed, report.failed)
        assert.isAtLeast(report.failed, 1)
      },
      patienceMs
    )
  })
}

describe("the campaign of power cuts", () => {
  const why = whyNoBlockDisk("ext4")

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
