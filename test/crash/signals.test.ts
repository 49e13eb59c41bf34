// INT, TERM and HUP at every stage of a run: the first ends it in good order, the second at once.
import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import { encodeLine } from "../../src/services/durability/LineCodec.ts"
import { eventsOf, sandbox } from "../support/Cli.ts"
import { gate, gateTo } from "../support/Gate.ts"
import type { Ended } from "../support/processes.ts"
import { billed, itemsOf, rowOf, settings } from "../support/Sandbox.ts"
import type { FakeServer, Sandbox } from "../support/Sandbox.ts"
import { assertKept, assertPaidOnce, master, tempFilesIn } from "./oracle.ts"
import type { Call } from "./oracle.ts"

const items = 12
const inFlight = 4
const stopping = "starting nothing new"

const jobOf = (more = "", rows = itemsOf(items)): Sandbox => {
  const box = sandbox()
  // One rung: each item is one call.
  const yaml = settings(`concurrency: ${inFlight}\nconsolidateEvery: 0\n${more}`).replace(
    /\n {2}strong:.*/,
    ""
  )
  box.job({ items: rows, settings: yaml.replaceAll("fake-mini", "fake-sure") })
  return box
}

const acknowledgedBy = ({ stdout }: Ended): ReadonlySet<string> =>
  new Set(
    eventsOf(stdout).flatMap((event) => event.event === "accepted" ? [event["id"] as string] : [])
  )

const atRiskOf = async (box: Sandbox): Promise<ReadonlyArray<Call>> => {
  const { stdout } = await box.run(["status", "--json"])
  return (JSON.parse(stdout[0] ?? "") as { readonly atRisk: ReadonlyArray<Call> }).atRisk
}

/** Nothing acknowledged is lost, no temp file is there, and a resume settles every item, each paid once. */
const assertSound = async (box: Sandbox, server: FakeServer, ended: Ended): Promise<void> => {
  assertKept(box.data, acknowledgedBy(ended))
  assert.deepStrictEqual(tempFilesIn(box.directory), [])
  const resumed = await box.run(["generate", "--base-url", server.url, "--json"])
  assert.strictEqual(resumed.code, 0, resumed.stderr.join("\n"))
  assert.strictEqual(new Set(master(box.data, "successes").map(({ slug }) => slug)).size, items)
  assertKept(box.data, acknowledgedBy(ended))
  const audit = await box.run(["audit", "--json"])
  assert.strictEqual(audit.code, 0, audit.stdout.join("\n"))
  assertPaidOnce(box.data, billed(server), await atRiskOf(box))
  assert.deepStrictEqual(tempFilesIn(box.directory), [])
}

describe("the first signal", () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`${signal} with calls in flight: they end, what passes is committed, nothing new is begun`, async () => {
      const box = jobOf()
      const server = await box.fakeLlm()
      const held = await gateTo(server.url)
      const running = box.start(["generate", "--base-url", held.url, "--json"])
      await held.held(inFlight)
      running.child.kill(signal)
      assert.include(await running.line("stderr", stopping), signal)
      held.release()
      const ended = await running.ended
      assert.strictEqual(ended.code, 3)
      assert.strictEqual(acknowledgedBy(ended).size, inFlight)
      assert.strictEqual(billed(server).length, inFlight)
      assert.match(ended.stderr.at(-1) ?? "", /^to go on: .* generate --base-url \S+ --json$/)
      await assertSound(box, server, ended)
    })
  }

  it("with calls in flight that do not end: they are cut off after the grace period and listed as at risk", async () => {
    const box = jobOf()
    const server = await box.fakeLlm()
    const held = await gateTo(server.url)
    const running = box.start(["generate", "--base-url", held.url, "--json", "--grace", "0.1"])
    await held.held(inFlight)
    running.child.kill("SIGINT")
    const ended = await running.ended
    assert.strictEqual(ended.code, 3)
    assert.isTrue(
      ended.stderr.some((line) => line.startsWith(`at risk: ${inFlight} calls`)),
      ended.stderr.join("\n")
    )
    assert.strictEqual((await atRiskOf(box)).length, inFlight)
    await assertSound(box, server, ended)
  })

  it("while everyone waits for the server's Retry-After: nobody waits for it any longer", async () => {
    const box = jobOf()
    const server = await box.fakeLlm({
      faults: [{ kind: "rateLimit", count: inFlight + 1, retryAfterMs: 3_600_000 }]
    })
    const running = box.start(["generate", "--base-url", server.url, "--json", "--grace", "3600"])
    await running.line("stdout", `"event":"retrying"`)
    running.child.kill("SIGTERM")
    const ended = await running.ended
    assert.strictEqual(ended.code, 3)
    assert.strictEqual(billed(server).length, 0)
    await fetch(server.url.replace("/v1", "/_fake/faults"), { method: "DELETE" })
    await assertSound(box, server, ended)
  })

  it("while evidence is fetched: no page is waited for, no call is made", async () => {
    const pages = await gate(async () => ({
      status: 200,
      type: "text/html",
      body: "<p>A lamp of oak and brass.</p>"
    }))
    const rows = Array.from(
      { length: items },
      (_, n) => `${JSON.stringify({ ...rowOf(n), page: `${pages.url}/${n}` })}\n`
    )
    const evidence =
      "evidence: { urlFields: [page], allowPrivateAddresses: true, fetchTimeoutMs: 120000 }\n"
    const box = jobOf(evidence, rows.join(""))
    const server = await box.fakeLlm()
    const running = box.start(["generate", "--base-url", server.url, "--json", "--grace", "3600"])
    await pages.held(1)
    running.child.kill("SIGINT")
    const ended = await running.ended
    assert.strictEqual(ended.code, 3)
    assert.strictEqual(billed(server).length, 0)
    pages.release()
    await assertSound(box, server, ended)
  })

  it("I6: while the masters are consolidated: no temp file stays", async () => {
    const box = jobOf()
    // Each slug twice: without lines to drop a consolidation has nothing to write.
    const old = Array.from(
      { length: 20_000 },
      (_, n) => encodeLine({ slug: `old-${n >> 1}`, text: "x".repeat(300) })
    )
    for (const name of ["updates", "successes"]) {
      box.write(`data/master/${name}.jsonl`, Buffer.concat(old))
    }
    const server = await box.fakeLlm({ latencyMs: 100 })
    const running = box.start([
      "generate",
      "--base-url",
      server.url,
      "--json",
      "--consolidate-every",
      "1",
      "--batch",
      "1"
    ])
    const began = new Promise<void>((resolve) => {
      const watcher = fs.watch(path.join(box.data, "master"), (_, name) => {
        // The index has a temp file, too, before anything is accepted.
        if (name === null || !/updates.*\.tmp$/.test(name)) return
        watcher.close()
        resolve()
      })
    })
    await Promise.race([began, running.ended])
    running.child.kill("SIGINT")
    const ended = await running.ended
    assert.strictEqual(ended.code, 3, ended.stderr.join("\n"))
    assertKept(box.data, acknowledgedBy(ended))
    assert.deepStrictEqual(tempFilesIn(box.directory), [])
    assert.isAbove(acknowledgedBy(ended).size, 0)
  })

  it("while the input is read: 130, and nothing is made", async () => {
    const box = jobOf()
    const running = box.start(["generate", "--in", "-", "--json"], { input: { open: true } })
    // More than a pipe holds: when it is written, somebody reads.
    await new Promise((resolve) => running.child.stdin!.write(itemsOf(2_000), resolve))
    running.child.kill("SIGINT")
    const ended = await running.ended
    assert.strictEqual(ended.code, 130)
    assert.deepStrictEqual(ended.stdout, [])
    assert.isFalse(fs.existsSync(box.data))
  })

  it("ends a probe with 130", async () => {
    const pages = await gate(async () => ({ status: 200, type: "text/html", body: "" }))
    const evidence =
      "evidence: { urlFields: [page], allowPrivateAddresses: true, fetchTimeoutMs: 120000 }\n"
    const box = jobOf(evidence, `${JSON.stringify({ ...rowOf(1), page: pages.url })}\n`)
    const running = box.start(["probe", "--json"])
    await pages.held(1)
    running.child.kill("SIGINT")
    const ended = await running.ended
    assert.strictEqual(ended.code, 130)
    assert.deepStrictEqual(ended.stdout, [])
    assert.isFalse(fs.existsSync(box.data))
  })

  it("ends fake-llm with 0", async () => {
    const box = sandbox()
    const { running } = await box.fakeLlm()
    running.child.kill("SIGTERM")
    assert.strictEqual((await running.ended).code, 0)
  })
})

describe("the second signal", () => {
  it("ends the run at once with 130: what was committed stays, what was in flight is at risk", async () => {
    const box = jobOf()
    const server = await box.fakeLlm()
    const first = await box.run(["generate", "--base-url", server.url, "--json", "--limit", "3"])
    assert.strictEqual(first.code, 0, first.stderr.join("\n"))
    const held = await gateTo(server.url)
    const running = box.start(["generate", "--base-url", held.url, "--json"])
    await held.held(inFlight)
    running.child.kill("SIGINT")
    await running.line("stderr", stopping)
    running.child.kill("SIGTERM")
    const ended = await running.ended
    assert.strictEqual(ended.code, 130)
    assertKept(box.data, acknowledgedBy(first))
    assert.strictEqual((await atRiskOf(box)).length, inFlight)
    await assertSound(box, server, ended)
  })
})
