// A retry and a requalification killed with -9 again and again: nothing acknowledged is lost, nothing is paid twice.
import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { eventsOf, sandbox } from "../support/Cli.ts"
import type { Ended, Running } from "../support/processes.ts"
import { billed, itemsOf, settings } from "../support/Sandbox.ts"
import type { Sandbox } from "../support/Sandbox.ts"
import { assertKept, assertPaidOnce, master, tempFilesIn } from "./oracle.ts"
import type { Call } from "./oracle.ts"

const items = 12
const strict = settings(
  "concurrency: 3\nretry: { timesMax: 100 }\n" +
    `qa: [{ rule: required, field: /text, phrases: ["no model writes this"] }]\n`
)
const lenient = settings("concurrency: 3\nretry: { timesMax: 100 }\n")

/** Kills the command at the n-th of its events, and answers what it acknowledged. */
const killAt = async (running: Running, event: string, nth: number): Promise<Ended> => {
  let seen = 0
  running.onStdout((line) => {
    if ((JSON.parse(line) as { readonly event: string }).event !== event || ++seen !== nth) return
    running.child.kill("SIGKILL")
  })
  return await running.ended
}

const acceptedIn = ({ stdout }: Ended): ReadonlyArray<string> =>
  eventsOf(stdout).flatMap((event) =>
    event.event === "accepted" || event.event === "promoted" ? [event["id"] as string] : []
  )

const atRiskOf = async (box: Sandbox): Promise<ReadonlyArray<Call>> => {
  const { stdout } = await box.run(["status", "--json"])
  return (JSON.parse(stdout[0] ?? "") as { readonly atRisk: ReadonlyArray<Call> }).atRisk
}

const assertWhole = async (box: Sandbox): Promise<void> => {
  await box.run(["consolidate"])
  const audit = await box.run(["audit", "--json"])
  assert.strictEqual(audit.code, 0, audit.stdout.join("\n"))
  const accepted = master(box.data, "successes").map(({ slug }) => slug)
  assert.strictEqual(new Set(accepted).size, items)
  assert.lengthOf(accepted, items)
  assert.lengthOf(master(box.data, "rejects"), 0)
  assert.deepStrictEqual(tempFilesIn(box.data), [])
}

describe("kill -9", () => {
  it("I1 I5 I8 I10: a retry, at its calls and at its ends", async () => {
    const box = sandbox()
    box.job({ items: itemsOf(items), settings: strict })
    const server = await box.fakeLlm({ latencyMs: 5 })
    const args = ["retry", "--phase", "all", "--base-url", server.url, "--json"]
    const first = await box.run(["generate", "--base-url", server.url, "--json"])
    assert.strictEqual(first.code, 5, first.stderr.join("\n"))
    assert.lengthOf(master(box.data, "rejects"), items)
    // Other words for the prompt, so that there is something to buy, and a rule that lets what comes pass.
    box.job({ items: itemsOf(items), settings: lenient })
    box.write(
      "schema.json",
      JSON.stringify({
        type: "object",
        required: ["title", "text", "summary"],
        additionalProperties: false,
        properties: {
          title: { type: "string" },
          text: { type: "string" },
          summary: { type: "string", minLength: 20 }
        }
      })
    )
    const acknowledged = new Set<string>()
    for (
      const [event, nth] of [["begun", 1], ["begun", 4], ["accepted", 1], ["accepted", 3]] as const
    ) {
      for (const id of acceptedIn(await killAt(box.start(args), event, nth))) acknowledged.add(id)
      assertKept(box.data, acknowledged)
    }
    const last = await box.run(args)
    for (const id of acceptedIn(last)) acknowledged.add(id)
    assert.strictEqual(last.code, 0, last.stderr.join("\n"))
    assertKept(box.data, acknowledged)
    assertPaidOnce(box.data, billed(server), await atRiskOf(box))
    await assertWhole(box)
  }, 60_000)

  it("I1 I5 I8: a requalification, between its items", async () => {
    const box = sandbox()
    box.job({ items: itemsOf(items), settings: strict })
    const server = await box.fakeLlm()
    await box.run(["generate", "--base-url", server.url, "--json"])
    const calls = fs.readFileSync(server.ledger, "utf8")
    box.job({ items: itemsOf(items), settings: lenient })
    const acknowledged = new Set<string>()
    for (const nth of [1, 2, 4]) {
      const cut = await killAt(box.start(["requalify", "--apply", "--json"]), "promoted", nth)
      for (const id of acceptedIn(cut)) acknowledged.add(id)
      assertKept(box.data, acknowledged)
    }
    const last = await box.run(["requalify", "--apply", "--json"])
    assert.strictEqual(last.code, 0, last.stderr.join("\n"))
    assert.strictEqual(fs.readFileSync(server.ledger, "utf8"), calls, "no model was called")
    await assertWhole(box)
    // The other way: all of it is taken back, whenever it is cut off.
    box.job({ items: itemsOf(items), settings: strict })
    for (const nth of [1, 5]) {
      await killAt(box.start(["requalify", "--apply", "--json"]), "demoted", nth)
    }
    const back = await box.run(["requalify", "--apply", "--json"])
    // Nothing may be left to be taken back.
    assert.include([0, 5], back.code, back.stderr.join("\n"))
    assert.lengthOf(master(box.data, "successes"), 0)
    assert.lengthOf(master(box.data, "updates"), 0)
    assert.strictEqual(new Set(master(box.data, "rejects").map(({ slug }) => slug)).size, items)
    const audit = await box.run(["audit", "--json"])
    assert.strictEqual(audit.code, 0, audit.stdout.join("\n"))
  }, 60_000)
})
