// The exit code of every kind of end, and who says what: data on stdout, words on stderr, flag over environment over job.
import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { ExitCode } from "../../src/programs/ExitCode.ts"
import type { Fault } from "../../src/programs/fake-llm/Faults.ts"
import { eventsOf, sandbox } from "../support/Cli.ts"
import { recordLine } from "../support/masters.ts"
import { billed, itemsOf, rowOf, settings } from "../support/Sandbox.ts"

interface End {
  readonly name: string
  readonly code: number
  readonly faults?: ReadonlyArray<Fault>
  readonly args?: ReadonlyArray<string>
  /** Of the last words. */
  readonly says: RegExp
  readonly resumes: boolean
}

const thin = `${JSON.stringify({ slug: "thin", name: "Lamp" })}\n`

const ends: ReadonlyArray<End> = [
  {
    name: "everything accepted",
    code: ExitCode.done,
    args: ["--limit", "3"],
    says: /3 accepted/,
    resumes: false
  },
  {
    name: "a key that is refused",
    code: ExitCode.authOrQuota,
    faults: [{ kind: "unauthorized" }],
    says: /check OPENAI_API_KEY/,
    resumes: true
  },
  {
    name: "a quota that is used up",
    code: ExitCode.authOrQuota,
    faults: [{ kind: "insufficientQuota" }],
    says: /quota is used up.*add credit/,
    resumes: true
  },
  {
    name: "a model that is not there",
    code: ExitCode.authOrQuota,
    faults: [{ kind: "modelNotFound" }],
    says: /does not know the model/,
    resumes: true
  },
  {
    name: "some rejected",
    code: ExitCode.rejects,
    says: /1 rejected \(1 ThinEvidence\)/,
    resumes: false
  },
  {
    name: "the budget reached",
    code: ExitCode.budget,
    args: ["--budget", "0.002"],
    says: /the budget is reached/,
    resumes: true
  }
]

describe("exit codes of generate", () => {
  it.for(ends)("$code: $name", async ({ args, code, faults, resumes, says }) => {
    const box = sandbox()
    box.job({ items: itemsOf(4) + thin })
    const server = await box.fakeLlm({ faults: faults ?? [] })
    const ended = await box.run(["generate", "--base-url", server.url, "--json", ...(args ?? [])])
    assert.strictEqual(ended.code, code, ended.stderr.join("\n"))
    assert.match(ended.stderr.join("\n"), says)
    assert.strictEqual(
      /^to go on: .* generate --base-url/.test(ended.stderr.at(-1) ?? ""),
      resumes
    )
    assert.strictEqual(eventsOf(ended.stdout).at(-1)?.event, "finished")
  })

  it("3: the endpoint answers nobody, and no item is blamed for it", async () => {
    const box = sandbox()
    box.job({ settings: settings("transientAttemptsMax: 1\nconcurrency: 1\n") })
    const { code, stderr } = await box.run(["generate", "--base-url", "http://127.0.0.1:9/v1"])
    assert.strictEqual(code, ExitCode.paused)
    assert.include(stderr.join("\n"), "0 accepted + 0 rejected + 5 pending")
  })

  it("2: another run is at work on the items", async () => {
    const box = sandbox()
    box.job({ items: itemsOf(1) })
    const server = await box.fakeLlm({ faults: [{ kind: "hang" }] })
    const first = box.start(["generate", "--base-url", server.url, "--json"])
    await first.line("stdout", `"event":"begun"`)
    const second = await box.run(["generate", "--base-url", server.url])
    assert.strictEqual(second.code, ExitCode.usage)
    assert.match(
      second.stderr.join("\n"),
      /^inkfast: a run of shard 1\/1 is at work on .*--shard 1\/2/
    )
    assert.isAtMost(billed(server).length, 1)
  })
})

describe("exit codes of the others", () => {
  it("7: an audit finds a record that one of the masters has not", async () => {
    const box = sandbox()
    box.job()
    const server = await box.fakeLlm()
    await box.run(["generate", "--base-url", server.url])
    const file = `${box.data}/master/successes.jsonl`
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").split("\n").slice(1).join("\n"))
    const { code, stdout } = await box.run(["audit"])
    assert.strictEqual(code, ExitCode.auditBroken)
    assert.isTrue(stdout.some((line) => line.startsWith("broken     I1")), stdout.join("\n"))
    assert.include(stdout.at(-1), "BROKEN")
  })

  it("a run's own files hold in every check; 7: --strict, and something could not be verified", async () => {
    const box = sandbox()
    box.job({ items: itemsOf(3) + thin })
    const server = await box.fakeLlm()
    await box.run(["generate", "--base-url", server.url])
    const strict = await box.run(["audit", "--strict"])
    assert.strictEqual(strict.code, ExitCode.done, strict.stdout.join("\n"))
    assert.strictEqual(strict.stdout.at(-1), "no broken invariant")
    const alone = ["audit", "--data", "data"]
    assert.strictEqual((await box.run(alone)).code, ExitCode.done)
    const { code, stdout } = await box.run([...alone, "--strict"])
    assert.strictEqual(code, ExitCode.auditBroken)
    assert.include(stdout.at(-1), "could not verify I9, which --strict does not let pass")
    const rejects = `${box.data}/master/rejects.jsonl`
    fs.renameSync(rejects, box.at("rejects.jsonl"))
    const lost = await box.run(["audit"])
    assert.strictEqual(lost.code, ExitCode.auditBroken)
    assert.include(lost.stdout.join("\n"), "thin: ended rejected")
  })

  it("7: a repair that only tells finds something to mend; 0 once it is mended", async () => {
    const box = sandbox()
    box.job()
    const line = recordLine({ slug: "lamp-0", id: "r:1", atMs: 1 })
    box.write("data/master/updates.jsonl", `${line}broken\n`)
    box.write("data/master/successes.jsonl", line)
    const told = await box.run(["repair"])
    assert.strictEqual(told.code, ExitCode.auditBroken)
    assert.include(told.stdout[0], "updates.jsonl:2")
    for (const words of ["1 mended; written down in", "nothing to mend"]) {
      const { code, stdout } = await box.run(["repair", "--apply"])
      assert.strictEqual(code, ExitCode.done)
      assert.include(stdout.join("\n"), words)
    }
    assert.strictEqual((await box.run(["repair"])).code, ExitCode.done)
  })

  it("2: doctor without an endpoint", async () => {
    const box = sandbox()
    box.job()
    const { code, stdout } = await box.run(["doctor", "--base-url", "http://127.0.0.1:9/v1"])
    assert.strictEqual(code, ExitCode.usage)
    assert.strictEqual(stdout.at(-1), "not ready: see above")
  })
})

describe("precedence", () => {
  it("a flag beats the environment beats the job beats the default", async () => {
    const box = sandbox()
    box.job({ items: itemsOf(3) })
    const server = await box.fakeLlm()
    const env = { MODEL: "fake-env", OPENAI_BASE_URL: server.url, STRONG_MODEL: "none" }
    fs.appendFileSync(
      box.at("inkfast.yaml"),
      "  fake-env: { inputUsdPerMtok: 1, outputUsdPerMtok: 2 }\n  fake-flag: { inputUsdPerMtok: 1, outputUsdPerMtok: 2 }\n"
    )
    const modelsOf = async (
      args: ReadonlyArray<string>,
      env: { readonly [name: string]: string }
    ): Promise<unknown> => {
      const { code, stderr } = await box.run(["generate", "--limit", "1", ...args], { env })
      assert.strictEqual(code, 0, stderr.join("\n"))
      return billed(server).at(-1)?.model
    }
    assert.strictEqual(await modelsOf(["--model", "fake-flag"], env), "fake-flag")
    assert.strictEqual(await modelsOf([], env), "fake-env")
    assert.strictEqual(
      await modelsOf([], { OPENAI_BASE_URL: server.url, STRONG_MODEL: "none" }),
      "fake-mini"
    )
  })
})

const commands = [
  "init",
  "generate",
  "retry",
  "requalify",
  "probe",
  "validate",
  "estimate",
  "consolidate",
  "audit",
  "repair",
  "status",
  "export",
  "import",
  "explain",
  "doctor",
  "fake-llm"
]

describe("output", () => {
  it.for(["", ...commands])("help of `inkfast %s` is on stdout, with examples", async (command) => {
    const box = sandbox()
    const { code, stderr, stdout } = await box.run([...(command === "" ? [] : [command]), "--help"])
    assert.strictEqual(code, 0)
    assert.deepStrictEqual(stderr, [])
    if (command === "") {
      for (const each of commands) assert.match(stdout.join("\n"), new RegExp(`^  ${each} `, "m"))
    } else assert.match(stdout.join("\n"), new RegExp(`^EXAMPLES[\\s\\S]*inkfast ${command}`, "m"))
  })

  it("without --json nothing of a run is on stdout, and no escape code on a stderr that is no terminal", async () => {
    const box = sandbox()
    box.job()
    const server = await box.fakeLlm()
    const { stderr, stdout } = await box.run(["generate", "--base-url", server.url])
    assert.deepStrictEqual(stdout, [])
    assert.notInclude(stderr.join("\n"), "\u001b")
    assert.match(stderr[0] ?? "", /^run \S+: 5 items, 0 accepted and 0 rejected before, 5 to do$/)
    assert.match(stderr.join("\n"), /^input 5 = 5 accepted \+ 0 rejected \+ 0 pending$/m)
  })

  it("accepts rows on standard input, and names it in its faults as -", async () => {
    const box = sandbox()
    box.job()
    const fine = await box.run(["probe", "--in", "-", "--json"], { input: itemsOf(2) })
    assert.strictEqual(fine.code, 0)
    assert.strictEqual(fine.stdout.length, 3)
    const bad = await box.run(["probe", "--in", "-"], {
      input: `${JSON.stringify(rowOf(1))}\n`.repeat(2)
    })
    assert.strictEqual(bad.code, 2)
    assert.match(bad.stderr.join("\n"), /^inkfast: -:2: /)
  })
})
