// Each planted defect fits the source as it is: told by name and at once, and not only by a campaign of minutes.
import { assert, describe, it } from "@effect/vitest"
import type { Mutant } from "./mutants.ts"
import { mutants } from "./mutants.ts"
import { changedFiles } from "./plant.ts"

describe("planted defects", () => {
  it("no two have one name", () =>
    assert.strictEqual(new Set(mutants.map(({ name }) => name)).size, mutants.length))

  it.each(mutants)("$name: can be planted", (mutant) => {
    assert.isTrue(changedFiles(mutant).size > 0 || mutant.tamper !== undefined)
  })

  it("one that no longer fits the source fails loudly", () => {
    const stale: Mutant = {
      name: "stale",
      workload: "one writer",
      kind: "crash",
      finds: /./,
      change: { file: "services/durability/Recovery.ts", from: "nobody wrote this", to: "" }
    }
    assert.throws(() => changedFiles(stale), /"stale" cannot be planted.*0 times/)
  })
})
