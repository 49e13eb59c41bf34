// What a user gets wrong: exit code 2, one short message that says where and what to do, and nothing on stdout.
import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { sandbox } from "../support/Cli.ts"
import { billed, itemsOf, rowOf, settings } from "../support/Sandbox.ts"
import type { JobFiles, Sandbox } from "../support/Sandbox.ts"

interface Bad {
  readonly name: string
  readonly args?: ReadonlyArray<string>
  readonly env?: { readonly [name: string]: string }
  readonly job?: JobFiles
  readonly also?: (box: Sandbox) => void
  /** stderr, wholly; where it begins with a slash, a pattern that it matches. */
  readonly says: string | RegExp
  /** By default `generate`. */
  readonly command?: string
}

const row = (slug: unknown): string => `${JSON.stringify({ ...rowOf(1), slug })}\n`

const inInput: ReadonlyArray<Bad> = [
  {
    name: "a row without a slug",
    job: { items: itemsOf(2) + `{"name":"Lamp"}\n` },
    says: /^inkfast: .*items\.jsonl:3: .*"slug"/
  },
  { name: "an empty slug", job: { items: row("") }, says: /^inkfast: .*items\.jsonl:1: .*slug/ },
  {
    name: "two rows with one slug, both lines named",
    job: { items: row("a") + row("b") + row("a") },
    says: /^inkfast: .*items\.jsonl:3: .*"a".*line 1/
  },
  {
    name: "broken JSON, its line and column",
    job: { items: itemsOf(2) + `{"slug":"x",\n` },
    says: /^inkfast: .*items\.jsonl:3: .*column 13/
  },
  {
    name: "a row that is no object",
    job: { items: itemsOf(1) + `["a"]\n` },
    says: /^inkfast: .*items\.jsonl:2: the row is a list/
  },
  {
    name: "a JSON array",
    job: { items: `[\n${itemsOf(1)}]\n` },
    says: /^inkfast: .*items\.jsonl: is a JSON array; write one object a line: jq /
  },
  {
    name: "an input that is a directory",
    args: ["--in", "."],
    says: "inkfast: .: is a directory; name a file in it, such as items.jsonl"
  },
  {
    name: "an input that is not there",
    args: ["--in", "gone.jsonl"],
    says: /^inkfast: gone\.jsonl: no such file; name the input with --in/
  },
  {
    name: "an empty input",
    job: { items: "" },
    says: /^inkfast: .*items\.jsonl.*(empty|no rows|no items)/
  }
]

const inSettings: ReadonlyArray<Bad> = [
  {
    name: "an unknown flag, with a suggestion",
    args: ["--buget", "5"],
    says:
      "inkfast: Unrecognized flag: --buget in command inkfast generate; did you mean --budget?\nSee: inkfast generate --help"
  },
  {
    name: "an unknown key, with a suggestion",
    job: { settings: settings("concurency: 4\n") },
    says: /^inkfast: .*inkfast\.yaml:8: concurency: unknown key; did you mean "concurrency"\?$/
  },
  {
    name: "a flag out of range",
    args: ["--batch", "0"],
    says: /^inkfast: command line: --batch \(or --concurrency\): is 0; must be .*$/
  },
  {
    name: "a flag given under both of its names",
    args: ["--batch", "4", "--concurrency", "5"],
    says:
      "inkfast: --batch (or --concurrency): is given 2 times; give it once\nSee: inkfast generate --help"
  },
  {
    name: "a flag that is no number",
    args: ["--budget", "five"],
    says: `inkfast: --budget: is "five"; must be a number\nSee: inkfast generate --help`
  },
  {
    name: "a negative budget",
    args: ["--budget=-1"],
    says: /^inkfast: command line: --budget: is -1; must be .*$/
  },
  {
    name: "a limit of nothing",
    args: ["--limit", "0"],
    says: "inkfast: --limit: is 0; must be 1 or more"
  },
  {
    name: "a grace of less than nothing",
    args: ["--grace=-1"],
    says: "inkfast: --grace: is -1; must be 0 or more"
  },
  {
    name: "a shard that is none",
    args: ["--shard", "3/2"],
    says: /^inkfast: --shard: "3\/2" is no shard: write i\/n/
  },
  {
    name: "a variable out of range",
    env: { CONSOLIDATE_EVERY: "-1" },
    says: /^inkfast: environment: CONSOLIDATE_EVERY: is "-1"; must be .*$/
  },
  {
    name: "a switch that is neither on nor off",
    env: { EVIDENCE_ONLY: "maybe" },
    says: /^inkfast: environment: EVIDENCE_ONLY: is "maybe"/
  },
  {
    name: "a setting out of range",
    job: { settings: settings("concurrency: 0\n") },
    says: /^inkfast: .*inkfast\.yaml:8: concurrency: is 0; must be .*$/
  },
  {
    name: "a job directory that is not there",
    args: ["--job", "gone"],
    says: "inkfast: gone: no job here; write one with: inkfast init gone"
  },
  {
    name: "a model without a known price",
    args: ["--model", "nobodys-model"],
    says:
      /^inkfast: no price is known for model "nobodys-model", so no call is made; name a file of prices.*\nprices:/s
  },
  {
    name: "an unknown command, with a suggestion",
    command: "genrate",
    says:
      `inkfast: Unknown subcommand "genrate" for "inkfast"; did you mean generate?\nSee: inkfast --help`
  },
  {
    name: "a data directory that is a file",
    args: ["--data", "items.jsonl"],
    says:
      /^inkfast: cannot make the directory items\.jsonl\/raw: .*items\.jsonl is not a directory \(ENOTDIR\); .*check where it is named$/
  },
  {
    name: "a data directory below a device",
    args: ["--data", "/dev/null/data"],
    says: /^inkfast: cannot make the directory \/dev\/null\/data\/raw: .*\(ENOTDIR\); /
  },
  {
    name: "faults that are none",
    command: "fake-llm",
    args: ["--faults", `{"faults": [{"kind": "nonsense"}]}`],
    says: /^inkfast: --faults: Expected "latency" \| .*\nexpected: \{"faults": /s
  },
  {
    name: "a file of faults that is not there",
    command: "fake-llm",
    args: ["--faults", "gone.json"],
    says:
      "inkfast: cannot open gone.json: no such file or directory (ENOENT); check where it is named"
  },
  {
    name: "a ledger that is a directory",
    command: "fake-llm",
    args: ["--ledger", "."],
    says: /^inkfast: cannot open \.: .*\(EISDIR\); name a file$/
  },
  {
    name: "an address of another machine",
    command: "fake-llm",
    args: ["--host", "192.0.2.1"],
    says: /^inkfast: cannot listen on 192\.0\.2\.1:0: .* \(EADDRNOTAVAIL\); name an address of/
  },
  {
    name: "a job in the place of its data directory",
    command: "export",
    args: ["--data", "."],
    says: "inkfast: .: is a job, and no data directory; name it with --job ."
  },
  ...["audit", "status", "consolidate"].flatMap((command) => [
    {
      name: `${command} of a data directory that is not there`,
      command,
      args: ["--data", "gone"],
      says: "inkfast: gone: there is no such data directory; check --data"
    },
    {
      name: `${command} of a data directory that is a file`,
      command,
      args: ["--data", "items.jsonl"],
      says: "inkfast: items.jsonl: is no directory; check --data"
    }
  ])
]

for (const [title, list] of [["bad input", inInput], ["bad settings", inSettings]] as const) {
  describe(title, () => {
    it.for(list)("$name: exit code 2, told in short, nothing made, nothing paid", async (bad) => {
      const box = sandbox()
      box.job(bad.job)
      bad.also?.(box)
      const { code, stderr, stdout } = await box.run([
        bad.command ?? "generate",
        ...(bad.args ?? [])
      ], { env: bad.env ?? {} })
      const said = stderr.join("\n")
      if (typeof bad.says === "string") assert.strictEqual(said, bad.says)
      else assert.match(said, bad.says)
      assert.isBelow(said.split("\n").length, 4)
      assert.isBelow(said.length, 600)
      assert.strictEqual(code, 2)
      assert.deepStrictEqual(stdout, [])
      assert.isFalse(fs.existsSync(box.data))
    })
  })
}

describe("what is not bad", () => {
  it("a byte order mark, CRLF and blank lines are taken", async () => {
    const box = sandbox()
    box.job({ items: `\uFEFF${itemsOf(3).replaceAll("\n", "\r\n\r\n")}` })
    const { code, stdout } = await box.run(["probe", "--json"])
    assert.strictEqual(code, 0)
    assert.strictEqual(stdout.length, 4)
  })

  it("the example of a local model in the help of generate works as it is written", async () => {
    const box = sandbox()
    box.job({ items: itemsOf(2) })
    const server = await box.fakeLlm()
    const { stdout } = await box.run(["generate", "--help"])
    const at = stdout.findIndex((line) => line.includes("A local model"))
    const prices = /\{.*\}/.exec(stdout[at] ?? "")?.[0] ?? ""
    box.write("free.json", prices)
    const command = (stdout[at + 1] ?? "").trim().replace(/^inkfast/, `"$@"`)
    const { code, stderr } = await box.shell(command.replace(/http:\S+/, server.url), [])
    assert.strictEqual(code, 0, stderr.join("\n"))
    assert.strictEqual(billed(server).length, 2)
  })
})

describe("a port that is taken", () => {
  it("is a fault of the command line", async () => {
    const box = sandbox()
    const { url } = await box.fakeLlm()
    const { code, stderr } = await box.run(["fake-llm", "--port", new URL(url).port])
    assert.strictEqual(code, 2)
    assert.match(stderr.join("\n"), /\(EADDRINUSE\); another program has the port: give another/)
  })
})

describe("a hostile model", () => {
  const answering = async (box: Sandbox, content: string): Promise<string> => {
    const { gate } = await import("../support/Gate.ts")
    const body = JSON.stringify({
      id: "c",
      object: "chat.completion",
      created: 1,
      model: "fake-mini",
      choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
      usage: { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 }
    })
    const server = await gate(async () => ({ status: 200, type: "application/json", body }))
    server.release()
    box.job({
      items: itemsOf(1),
      settings: `${settings()}qa:\n  - { rule: banned, phrases: ["forbidden"] }\n`
    })
    return `${server.url}/v1`
  }

  it("cannot drive the terminal: control characters are shown, not sent", async () => {
    const box = sandbox()
    const escape = "\u001b]0;owned\u0007\u001b[31m\r\u202eforbidden"
    const url = await answering(
      box,
      JSON.stringify({ title: `Lamp ${escape}`, text: `${escape} ${"word ".repeat(20)}` })
    )
    const { code, stderr } = await box.run(["generate", "--base-url", url])
    assert.strictEqual(code, 5)
    // oxlint-disable-next-line no-control-regex
    assert.notMatch(stderr.join("\n"), /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
    assert.include(stderr.join("\n"), "rejected lamp-0: QaFailed")
  })

  it("cannot name another item: an answer with a slug is rejected", async () => {
    const box = sandbox()
    const url = await answering(
      box,
      JSON.stringify({ slug: "other", title: "Lamp of oak", text: "word ".repeat(20) })
    )
    const { code } = await box.run(["generate", "--base-url", url])
    assert.strictEqual(code, 5)
    assert.strictEqual(fs.readFileSync(box.at("data/master/successes.jsonl"), "utf8"), "")
    assert.include(fs.readFileSync(box.at("data/master/rejects.jsonl"), "utf8"), `"slug":"lamp-0"`)
  })
})

describe("an unknown price", () => {
  it("is found before the first call", async () => {
    const box = sandbox()
    box.job()
    const server = await box.fakeLlm()
    const { code } = await box.run([
      "generate",
      "--base-url",
      server.url,
      "--strong-model",
      "nobodys-model"
    ])
    assert.strictEqual(code, 2)
    assert.strictEqual(billed(server).length, 0)
    assert.isFalse(fs.existsSync(box.data))
  })
})
