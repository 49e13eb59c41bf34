// A job with a judge as a user runs it: the command and the model server as processes of their own, over HTTP.
import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { ExitCode } from "../../src/programs/ExitCode.ts"
import { eventsOf, sandbox } from "../support/Cli.ts"
import { billed, itemsOf, settings } from "../support/Sandbox.ts"
import type { Sandbox } from "../support/Sandbox.ts"

const judge = `  fake-judge: { inputUsdPerMtok: 1, outputUsdPerMtok: 2 }
qa: [{ rule: length, field: /title, minChars: 5 }]
judge:
  model: { name: fake-judge, maxOutputTokens: 200 }
  runUsd: 0.5
`

const judgedJob = (box: Sandbox, more = ""): void => {
  box.job({ items: itemsOf(4), settings: settings(`${judge}${more}`) })
  box.write("judge.md", "--- user\nslug: {{ slug }}\n{{ evidence }}\nGood?\n{{ piece }}\n")
}

const env = { OPENAI_API_KEY: "test" }

describe("a job with a judge", () => {
  it("I10: rejects what it disapproves of, pays for each call once, and tells its spending apart", async () => {
    const box = sandbox()
    judgedJob(box)
    const { report } = JSON.parse((await box.run(["estimate", "--json"])).stdout.join("\n"))
    assert.deepInclude(report.judge, { model: "fake-judge", share: 1, budgetNanoUsd: 5e8 })
    assert.isAbove(report.judge.expected.nanoUsd, 0)
    const server = await box.fakeLlm({ faults: [{ kind: "disapprove", match: "slug: lamp-2" }] })
    const run = ["generate", "--base-url", server.url]
    const first = await box.run([...run, "--json"], { env })
    assert.strictEqual(first.code, ExitCode.rejects, first.stderr.join("\n"))
    const events = eventsOf(first.stdout)
    const rejected = events.filter(({ event }) => event === "rejected")
    assert.deepStrictEqual(rejected.map(({ slug }) => slug), ["lamp-2"])
    assert.include(JSON.stringify(rejected), `"rule":"judge"`)
    assert.strictEqual(
      events.filter(({ event, passed }) => event === "judged" && passed === true).length,
      3
    )
    const calls = billed(server).filter(({ model }) => model === "fake-judge")
    assert.strictEqual(new Set(billed(server).map(({ body }) => body)).size, billed(server).length)
    const told = new RegExp(
      `judge fake-judge: 3 passed, \\d rejected, 0 not judged; ` +
        `${calls.length} answers, \\$0\\.0\\d+ of \\$0\\.50? a run`
    )
    assert.match(first.stderr.join("\n"), told)
    const status = (await box.run(["status"])).stdout.join("\n")
    assert.match(status, told)
    assert.strictEqual((await box.run(["audit", "--deep"])).code, ExitCode.done)
    // All is settled: nothing is asked again.
    await box.run(run, { env })
    assert.strictEqual(
      billed(server).filter(({ model }) => model === "fake-judge").length,
      calls.length
    )
  })

  it("is refused where the judge would be the only gate, before anything is asked", async () => {
    const box = sandbox()
    judgedJob(box)
    const yaml = fs.readFileSync(box.at("inkfast.yaml"), "utf8")
    box.write("inkfast.yaml", yaml.replace(/^qa: .*\n/m, ""))
    for (const verb of ["validate", "generate"]) {
      const { code, stderr } = await box.run([verb], { env })
      assert.strictEqual(code, ExitCode.usage)
      assert.include(stderr.join("\n"), "judge: is the only gate")
    }
  })

  it("validate finds a column that its prompt names and no row has", async () => {
    const box = sandbox()
    judgedJob(box)
    box.write("judge.md", "--- user\n{{ item.nmae }} {{ piece }}\n")
    const { code, stderr, stdout } = await box.run(["validate"], { env })
    assert.strictEqual(code, ExitCode.usage)
    assert.include([...stdout, ...stderr].join("\n"), `did you mean "item.name"?`)
  })
})
