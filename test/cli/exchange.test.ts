// `export` and `import` as a user runs them: what they refuse to replace or take in, with exit code and words.
import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { ExitCode } from "../../src/programs/ExitCode.ts"
import { sandbox } from "../support/Cli.ts"
import { recordLine } from "../support/masters.ts"

const withMasters = () => {
  const box = sandbox()
  box.job()
  const line = recordLine({ slug: "lamp-0", id: "r:1", atMs: 1 })
  for (const name of ["updates", "successes"]) box.write(`data/master/${name}.jsonl`, line)
  return { box, line }
}

describe("export --out", () => {
  it("2: refuses the data directory, the input and a directory that is not there, and changes nothing", async () => {
    const { box, line } = withMasters()
    const input = fs.readFileSync(box.at("items.jsonl"), "utf8")
    fs.symlinkSync(box.data, box.at("link"))
    const refused = {
      "data/master/successes.jsonl": "inside the data directory",
      "link/new.jsonl": "inside the data directory",
      "items.jsonl": "the job's input",
      "none/x.csv": "its directory does not exist"
    }
    for (const [out, why] of Object.entries(refused)) {
      const { code, stderr } = await box.run(["export", "--out", out])
      assert.strictEqual(code, ExitCode.usage, out)
      assert.deepStrictEqual(stderr.length, 1, stderr.join("\n"))
      assert.include(stderr[0], why)
    }
    const byData = await box.run(["export", "--data", "data", "--out", "data/x.jsonl"])
    assert.strictEqual(byData.code, ExitCode.usage)
    assert.strictEqual(fs.readFileSync(box.at("data/master/successes.jsonl"), "utf8"), line)
    assert.strictEqual(fs.readFileSync(box.at("items.jsonl"), "utf8"), input)
    assert.strictEqual((await box.run(["export", "--out", "x.jsonl"])).code, ExitCode.done)
    assert.include(fs.readFileSync(box.at("x.jsonl"), "utf8"), `"slug":"lamp-0"`)
  })

  it("2: an item without a record, a field that is a slip of the pen", async () => {
    const { box } = withMasters()
    const slug = await box.run(["export", "--slug", "lamp-1"])
    assert.strictEqual(slug.code, ExitCode.usage)
    assert.include(slug.stderr.join("\n"), "it has no record to export")
    const fields = await box.run(["export", "--fields", "slug,tilte"])
    assert.strictEqual(fields.code, ExitCode.usage)
    assert.deepStrictEqual(fields.stdout, [])
    assert.include(fields.stderr.join("\n"), `did you mean "title"?`)
  })
})

describe("import", () => {
  it("2: a run is at work, which would pay for what comes in", async () => {
    const { box } = withMasters()
    box.write("old.jsonl", `{"slug":"lamp-1","title":"From before"}\n`)
    const server = await box.fakeLlm({ faults: [{ kind: "hang" }] })
    const running = box.start(["generate", "--base-url", server.url, "--json"])
    await running.line("stdout", `"event":"begun"`)
    const refused = await box.run(["import", "old.jsonl"])
    assert.strictEqual(refused.code, ExitCode.usage)
    assert.include(refused.stderr.join("\n"), "is at work")
    running.child.kill("SIGKILL")
    await running.ended
    const { code, stdout } = await box.run(["import", "old.jsonl"])
    assert.strictEqual(code, ExitCode.done)
    assert.include(stdout.join("\n"), "1 lines: 1 records and 0 rejects imported")
  })
})
