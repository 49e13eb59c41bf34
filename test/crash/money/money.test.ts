// I9 and I10 over simulated schedules: 150 of them where CI is set, a few elsewhere, thousands by npm run crash:money.
// And that they find what they are there to find: every planted defect, by name, on schedules that the code as it is passes.
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { commandOf, runCampaign, runTasks, summary } from "./campaign.ts"
import type { Task, TaskReport } from "./campaign.ts"
import { moneyMutants } from "./mutants.ts"

const simulations = process.env["CI"] ? 150 : 20
const firstSeed = 1
/** One loads the code and warms up once: two take no less time where other tests run beside. */
const workers = 1

describe("money, simulated", () => {
  it(
    "I5 I9 I10: over random schedules of acts, processes, failures, costs, kills and stops no budget is passed, nothing is paid twice",
    { timeout: 600_000 },
    async () => {
      const { broken, sum } = await runCampaign({ firstSeed, simulations, workers })
      console.log(summary(sum, firstSeed))
      if (broken !== undefined) {
        assert.fail(`seed ${broken.seed}: ${broken.what}\nagain: ${commandOf(broken.seed)}`)
      }
      assert.strictEqual(sum.simulations, simulations)
      // What never happens proves nothing.
      for (
        const what of ["kills", "stops", "calls", "judgeCalls", "atRisk", "budgetStops"] as const
      ) {
        assert.isAbove(sum[what], 0, what)
      }
    }
  )
})

/** Simulations in which each may show. */
const seedsMax = 40

describe("planted defects of money", () => {
  const found = new Map<string, TaskReport["broken"]>()
  const control = new Map<string, TaskReport["broken"]>()
  beforeAll(async () => {
    function* tasks(): Generator<Task> {
      for (const mutant of moneyMutants) {
        const { focus, name } = mutant
        yield { firstSeed, count: seedsMax, focus, mutant }
        yield {
          firstSeed,
          count: (found.get(name)?.seed ?? 0) + 1 - firstSeed,
          focus,
          controlOf: name
        }
      }
    }
    await runTasks(tasks(), ({ broken, task: { controlOf, mutant } }) => {
      if (mutant !== undefined) found.set(mutant.name, broken)
      if (controlOf !== undefined) control.set(controlOf, broken)
    }, workers)
  }, 600_000)

  // Anything else that went wrong is no finding: what is broken is the promise about money.
  it.each(moneyMutants)("$name: found, and nothing is found without it", ({ name }) => {
    assert.include(found.get(name)?.what, "I10")
    assert.isUndefined(control.get(name))
  })
})
