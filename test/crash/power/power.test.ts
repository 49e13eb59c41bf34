// The power fails, processes die and calls fail at every moment of every workload, on the shipped code; and the campaign
// that finds nothing there finds every defect that is planted, in the very units in which the shipped code is well.
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { again, seed } from "../../support/seed.ts"
import { describeFinding, runCampaign, summary } from "./campaign.ts"
import type { Mutant } from "./mutants.ts"
import { mutants } from "./mutants.ts"
import { sourceWith } from "./plant.ts"
import type { Task } from "./pool.ts"
import { runTasks } from "./pool.ts"
import type { Unit } from "./units.ts"
import { unitName, unitsOf } from "./units.ts"

const perMoment = 8
/** Workloads small enough that a sample leaves none of their calls out. */
const small = ["one writer", "rejects", "journal"]
/** Of units in which the shipped code was well. */
const well = new Set<string>()

describe("power", () => {
  it(
    "I1-I8, I10: 100,000 states that crashes and failing calls leave are opened, and nothing promised is missing",
    async () => {
      const report = await runCampaign({ states: 100_000, seed, perMoment, sampled: true })
      console.log(`${summary(report, seed)}\nagain: ${again("test/crash/power/power.test.ts")}`)
      assert.deepStrictEqual(report.findings.map(describeFinding), [])
      assert.deepStrictEqual(report.errors, [])
      for (const unit of report.units) well.add(unitName(unit))
      const whole = report.units.filter(({ kind, parts }) => kind === "failOnce" && parts === 1)
      for (const name of small) assert.include(whole.map(({ workload }) => workload), name)
      assert.isAtLeast(report.counts.states, 100_000)
    },
    1_200_000
  )
})

/** Samples that are looked at for each defect, one after the other: a kind of failure shows in some only. */
const samplesMax = 8

const directory = fs.mkdtempSync(path.join(os.tmpdir(), "inkfast-mutants-"))
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }))

const unitFor = ({ kind, workload }: Mutant, sample: number): Unit =>
  unitsOf(seed + sample, perMoment, true).find((unit) =>
    unit.kind === kind && unit.workload === workload
  )!

interface Caught {
  readonly broken: string
  readonly unit: Unit
}

/** What was found of each defect, and what went wrong while looking. */
const search = async () => {
  const caught = new Map<string, Caught>()
  const errors: Array<string> = []
  const sources = new Map(mutants.map((mutant) => [mutant.name, sourceWith(mutant, directory)]))
  function* tasks(): Generator<Task> {
    for (let sample = 0; sample < samplesMax; sample++) {
      for (const mutant of mutants) {
        const { name } = mutant
        if (caught.has(name)) continue
        yield { mutant: { name, source: sources.get(name)! }, unit: unitFor(mutant, sample) }
      }
    }
  }
  await runTasks(tasks(), ({ error, findings: [finding], task: { mutant, unit } }) => {
    const { finds, name } = mutants.find((each) => each.name === mutant?.name)!
    if (error !== undefined) errors.push(`${name}: ${error}`)
    if (finding === undefined || caught.has(name) || !finds.test(finding.broken)) return
    caught.set(name, { broken: finding.broken, unit })
  })
  return { caught, errors }
}

/** What the shipped code shows in these units, and what went wrong while looking. */
const examined = async (units: ReadonlyArray<Unit>): Promise<ReadonlyArray<string>> => {
  const found: Array<string> = []
  await runTasks(units.map((unit) => ({ unit })).values(), ({ error, findings, unit }) => {
    if (error !== undefined) found.push(`${unitName(unit)}: ${error}`)
    found.push(...findings.map(({ broken }) => `${unitName(unit)}: ${broken}`))
  })
  return found
}

describe("planted defects", () => {
  let found: Awaited<ReturnType<typeof search>>
  beforeAll(async () => {
    found = await search()
    const lines = mutants.map(({ name }) => `${name}: ${found.caught.get(name)?.broken}`)
    console.log(
      `${found.caught.size} of ${mutants.length} found, seed ${seed}\n${lines.join("\n")}`
    )
  }, 1_200_000)

  it("each runs", () => assert.deepStrictEqual(found.errors, []))

  it.each(mutants)("$name: found by what it breaks", ({ finds, name }) => {
    assert.match(found.caught.get(name)?.broken ?? "", finds)
  })

  it(
    "without them, the same units show nothing",
    async () => {
      const units = [...found.caught.values()].map(({ unit }) => unit)
      const others = new Map(units.map((unit) => [unitName(unit), unit]))
      for (const name of well) others.delete(name)
      assert.deepStrictEqual(await examined([...others.values()]), [])
    },
    1_200_000
  )
})
