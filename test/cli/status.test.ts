// What `inkfast status` tells a person: the same figures as the run did, and records compared with the models they had.
import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { sandbox } from "../support/Cli.ts"
import { itemsOf, settings } from "../support/Sandbox.ts"

describe("status", () => {
  it("compares records with the models it is given, and says which the last run was given", async () => {
    const box = sandbox()
    box.job({ items: itemsOf(2) })
    fs.appendFileSync(
      box.at("inkfast.yaml"),
      "  fake-other: { inputUsdPerMtok: 1, outputUsdPerMtok: 2 }\n"
    )
    const server = await box.fakeLlm()
    const models = ["--model", "fake-other", "--strong-model", "none"]
    const run = await box.run(["generate", "--base-url", server.url, ...models])
    assert.strictEqual(run.code, 0, run.stderr.join("\n"))

    const plain = await box.run(["status", "--job", "."])
    assert.include(plain.stdout, "stale     2 of 2 records: 2 by model")
    const hint = plain.stdout.find((line) => line.includes("the last run had other models")) ?? ""
    const line = hint.slice(hint.indexOf(": ") + 2)
    assert.match(line, / status --job \. --model fake-other --strong-model none$/)
    const pasted = await box.shell(line, [])
    assert.include(pasted.stdout, "stale     0 of 2 records")
    assert.notInclude(pasted.stdout.join("\n"), "--renew stale")

    const alone = await box.run(["status", "--data", "data", "--model", "fake-other"])
    assert.strictEqual(alone.code, 2)
    assert.match(alone.stderr.join("\n"), /^inkfast: --model, .* are compared with a job: /)
  })

  it("I10: tells what was spent and what is at risk as the run's own summary and its rungs do", async () => {
    const box = sandbox()
    box.job({ items: itemsOf(4), settings: settings("concurrency: 1\n") })
    const server = await box.fakeLlm({ faults: [{ kind: "drop", skip: 1, count: 1 }] })
    const run = await box.run(["generate", "--base-url", server.url])
    const summary = run.stderr.find((line) => line.startsWith("this run: ")) ?? ""
    const [, calls, spent, atRisk] =
      /, (\d+) calls, (\$[\d.]+) spent, (\$[\d.]+) at risk$/.exec(summary) ?? []
    assert.isDefined(atRisk, run.stderr.join("\n"))
    const { stdout } = await box.run(["status"])
    const said = stdout.join("\n")
    assert.include(said, `spent     ${spent} for ${calls} calls in 1 run`)
    assert.include(said, `at risk   ${atRisk} at most, for 1 call without an answer`)
    assert.match(said, new RegExp(`^last run .*, \\${spent} spent, \\${atRisk} at risk$`, "m"))
    const rungs = [...said.matchAll(/^ {2}rung .* answers?, \$([\d.]+)/gm)].map(([, usd]) =>
      Number(usd)
    )
    assert.closeTo(
      rungs.reduce((sum, usd) => sum + usd, 0),
      Number(spent?.slice(1)),
      1e-5
    )
  })
})
