// The campaign finds what it is there to find: every planted defect, by name.
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import type { Mutant } from "./mutants.ts"
import { mutants } from "./mutants.ts"
import { sourceWith } from "./plant.ts"
import type { Task, TaskReport } from "./pool.ts"
import { runTasks } from "./pool.ts"

const directory = fs.mkdtempSync(path.join(os.tmpdir(), "inkfast-mutants-"))
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }))

/** Orders of the fibers that are tried for each. */
const schedules = 3

const taskOf = (mutant: Mutant, source: string, schedule: number): Task => ({
  mutant: { name: mutant.name, source },
  unit: {
    workload: mutant.workload,
    kind: mutant.kind,
    schedule,
    part: 0,
    parts: 1,
    seed: 1,
    perMoment: mutant.kind === "sweep" ? 8 : 24
  }
})

/** What was found of each defect, and what went wrong while looking. */
const search = async () => {
  const caught = new Map<string, string>()
  const errors: Array<string> = []
  const sources = new Map(mutants.map((mutant) => [mutant.name, sourceWith(mutant, directory)]))
  function* tasks(): Generator<Task> {
    for (let schedule = 0; schedule < schedules; schedule++) {
      for (const mutant of mutants) {
        if (!caught.has(mutant.name)) {
          yield taskOf(mutant, sources.get(mutant.name) ?? "", schedule)
        }
      }
    }
  }
  await runTasks(tasks(), ({ error, findings, task }: TaskReport) => {
    const name = task.mutant?.name ?? ""
    if (error !== undefined) errors.push(`${name}: ${error}`)
    const [finding] = findings
    if (finding !== undefined && !caught.has(name)) caught.set(name, finding.broken)
  })
  return { caught, errors }
}

describe("planted defects", () => {
  let found: Awaited<ReturnType<typeof search>>
  beforeAll(async () => {
    found = await search()
    const lines = mutants.map(({ name }) => `${name}: ${found.caught.get(name)?.slice(0, 120)}`)
    console.log(`${found.caught.size} of ${mutants.length} found\n${lines.join("\n")}`)
  }, 600_000)

  it("each runs", () => assert.deepStrictEqual(found.errors, []))

  it.each(mutants)("$name: found", ({ name }) => assert.isDefined(found.caught.get(name)))

  it("one that no longer fits the source fails loudly", () => {
    const stale: Mutant = {
      name: "stale",
      workload: "one writer",
      kind: "crash",
      change: { file: "services/durability/Recovery.ts", from: "nobody wrote this", to: "" }
    }
    assert.throws(() => sourceWith(stale, directory), /"stale" cannot be planted.*0 times/)
  })
})
