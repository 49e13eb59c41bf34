// `audit` and `repair` in a script: what their exit codes let pass, and what not.
import { assert, describe, it } from "@effect/vitest"
import { ExitCode } from "../../src/programs/ExitCode.ts"
import { sandbox } from "../support/Cli.ts"
import { recordLine } from "../support/masters.ts"

const line = recordLine({ slug: "lamp-0", id: "r:1", atMs: 1 })

describe("audit", () => {
  it("7: with --strict also where something could not be verified", async () => {
    const box = sandbox()
    for (const name of ["updates", "successes"]) box.write(`data/master/${name}.jsonl`, line)
    const lenient = await box.run(["audit", "--data", "data"])
    assert.strictEqual(lenient.code, ExitCode.done, lenient.stderr.join("\n"))
    assert.match(lenient.stdout.at(-1) ?? "", /^no broken invariant; could not verify .*I9/)
    const strict = await box.run(["audit", "--data", "data", "--strict"])
    assert.strictEqual(strict.code, ExitCode.auditBroken)
    assert.match(strict.stdout.at(-1) ?? "", /which --strict does not let pass$/)
  })
})

describe("repair", () => {
  it("7: there is something to mend; 0 once it is mended", async () => {
    const box = sandbox()
    box.write("data/master/updates.jsonl", `${line}no JSON\n`)
    box.write("data/master/successes.jsonl", line)
    const repair = (...args: ReadonlyArray<string>) =>
      box.run(["repair", "--data", "data", "--json", ...args])
    const told = await repair()
    assert.strictEqual(told.code, ExitCode.auditBroken)
    assert.include(told.stdout[0], `"kind":"corrupt-line","where":"updates.jsonl:2"`)
    assert.strictEqual((await repair("--apply")).code, ExitCode.done)
    const again = await repair()
    assert.strictEqual(again.code, ExitCode.done)
    assert.include(again.stdout[0], `"mends":[]`)
  })
})
