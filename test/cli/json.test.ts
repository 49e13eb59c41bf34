// `--json` of every command: one JSON value a line on stdout and nothing else, whether it succeeds or fails.
import { assert, describe, it } from "@effect/vitest"
import { eventsOf, sandbox } from "../support/Cli.ts"
import { itemsOf } from "../support/Sandbox.ts"
import type { Sandbox } from "../support/Sandbox.ts"

const thin = `${JSON.stringify({ slug: "thin", name: "Lamp" })}\n`

/** Every command with the words that it needs. `fake-llm` serves until it is told to stop, so it is not among them. */
const commandsOf = (endpoint: ReadonlyArray<string>) =>
  [
    [["init", "fresh"], 0],
    [["init", "fresh"], 2],
    [["validate"], 0],
    [["probe", ...endpoint], 0],
    [["estimate", ...endpoint], 0],
    [["estimate", "--sample", "1", ...endpoint], 0],
    [["generate", ...endpoint, "--consolidate-every", "1"], 5],
    [["retry", "--phase", "all", "--dry-run"], 0],
    [["retry", "--phase", "C", ...endpoint], 5],
    [["requalify"], 0],
    [["consolidate"], 0],
    [["audit"], 0],
    [["repair"], 0],
    [["status"], 0],
    [["status", "--slug", "lamp-1"], 0],
    [["explain", "lamp-1"], 0],
    [["export", "--out", "all.jsonl"], 0],
    [["import", "all.jsonl", "--data", "elsewhere"], 0],
    [["qa", "check", "all.jsonl"], 0],
    [["qa", "report"], 0],
    [["doctor", ...endpoint], 0]
  ] as const

const named = [
  ["init"],
  ["validate"],
  ["probe"],
  ["estimate"],
  ["generate"],
  ["retry"],
  ["requalify"],
  ["consolidate"],
  ["audit"],
  ["repair"],
  ["status"],
  ["explain", "lamp-1"],
  ["export"],
  ["import", "all.jsonl"],
  ["qa", "check", "all.jsonl"],
  ["qa", "report"],
  ["doctor"],
  ["fake-llm"]
] as const

const run = async (box: Sandbox, args: ReadonlyArray<string>, expected: number): Promise<void> => {
  const { code, stderr, stdout } = await box.run([...args, "--json"])
  assert.strictEqual(code, expected, [args.join(" "), ...stdout, ...stderr].join("\n"))
  assert.isAbove(stdout.length, 0, args.join(" "))
  for (const line of stdout) assert.isObject(JSON.parse(line), args.join(" "))
}

describe("--json", () => {
  it("of every command is one JSON value a line and nothing else", async () => {
    const box = sandbox()
    box.job({ items: itemsOf(3) + thin })
    const server = await box.fakeLlm()
    for (const [args, expected] of commandsOf(["--base-url", server.url])) {
      await run(box, args, expected)
    }
  })

  it.for(named)("gives a wrong flag of `inkfast %s` as an error event, and exit code 2", async (
    args
  ) => {
    const box = sandbox()
    const { code, stderr, stdout } = await box.run([...args, "--json", "--nonsense"])
    assert.strictEqual(code, 2)
    const events = eventsOf(stdout)
    assert.strictEqual(events.length, 1)
    assert.deepInclude(events[0], { event: "error", error: "UsageError" })
    assert.include(String(events[0]?.["message"]), "--nonsense")
    assert.strictEqual(stderr[0], `inkfast: ${String(events[0]?.["message"])}`)
  })

  it("of a command that is none is an error event, too", async () => {
    const { code, stdout } = await sandbox().run(["genrate", "--json"])
    assert.strictEqual(code, 2)
    assert.deepStrictEqual(eventsOf(stdout), [{
      event: "error",
      error: "UsageError",
      message: `Unknown subcommand "genrate" for "inkfast"; did you mean generate?`
    }])
  })

  it("gives a failure as one JSON value on stdout, and in words on stderr", async () => {
    const box = sandbox()
    const row = `${JSON.stringify({ slug: "a", name: "Lamp" })}\n`
    box.job({ items: row + row })
    const { code, stderr, stdout } = await box.run(["generate", "--json"])
    assert.strictEqual(code, 2)
    assert.strictEqual(stdout.length, 1)
    const [failure] = eventsOf(stdout)
    assert.deepInclude(failure, { event: "error", error: "InputError" })
    assert.strictEqual(`inkfast: ${String(failure?.["message"])}`, stderr.join("\n"))
  })
})
