// Each planted defect fits the source as it is: told by name and at once, and not only by a campaign of minutes.
import { assert, describe, it } from "@effect/vitest"
import { moneyMutants } from "../money/mutants.ts"
import { mutants } from "./mutants.ts"
import { changedFiles } from "./plant.ts"

/** Those between the code and its disk change no file. */
const inTheCode = [...mutants.filter(({ tamper }) => tamper === undefined), ...moneyMutants]

describe("planted defects", () => {
  it("no two have one name", () => {
    const names = [...mutants, ...moneyMutants].map(({ name }) => name)
    assert.strictEqual(new Set(names).size, names.length)
  })

  it.each(inTheCode)("$name: can be planted", (mutant) => {
    assert.isAtLeast(changedFiles(mutant).size, 1)
  })

  it("one that no longer fits the source fails loudly", () => {
    const stale = {
      name: "stale",
      change: { file: "services/durability/Recovery.ts", from: "nobody wrote this", to: "" }
    }
    assert.throws(() => changedFiles(stale), /"stale" cannot be planted.*0 times/)
  })
})
