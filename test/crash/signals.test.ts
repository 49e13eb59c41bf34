// INT, TERM and HUP at every stage of a run: the first ends it in good order, the second at once.
import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { sandbox } from "../support/Cli.ts"
import { gate, gateTo } from "../support/Gate.ts"
import type { Ended, Running } from "../support/processes.ts"
import { billed, itemsOf, rowOf } from "../support/Sandbox.ts"
import type { Sandbox } from "../support/Sandbox.ts"
import { assertKept } from "./oracle.ts"
import type { Call } from "./oracle.ts"
import { acknowledgedBy, assertSound, holding, inFlight, items, jobOf } from "./signalJob.ts"

const stopping = "starting nothing new"

const atRiskOf = async (box: Sandbox): Promise<ReadonlyArray<Call>> => {
  const { stdout } = await box.run(["status", "--json"])
  return (JSON.parse(stdout[0] ?? "") as { readonly atRisk: ReadonlyArray<Call> }).atRisk
}

/** A job whose items each want a page, which is kept back. */
const jobOfPages = async () => {
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
  return { box: jobOf(evidence, rows.join("")), pages }
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
    const { box, pages } = await jobOfPages()
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

/** What a signal asks for is done but for one thing: the run's books are being closed. */
const closing = holding({
  call: "fdatasync",
  path: "/raw/\\..*\\.meta\\.json\\..*\\.tmp$",
  after: `"event":"stopping"`,
  isForEver: true
})

/** The second signal comes while the first one is being answered, which `heard` tells. */
const forced = async (running: Running, heard: Promise<unknown>): Promise<Ended> => {
  running.child.kill("SIGINT")
  await heard
  running.child.kill("SIGTERM")
  const ended = await running.ended
  assert.strictEqual(ended.code, 130, ended.stderr.join("\n"))
  return ended
}

describe("the second signal", () => {
  it("with calls in flight: what was committed stays, what was in flight is at risk", async () => {
    const box = jobOf()
    const server = await box.fakeLlm()
    const first = await box.run(["generate", "--base-url", server.url, "--json", "--limit", "3"])
    assert.strictEqual(first.code, 0, first.stderr.join("\n"))
    const held = await gateTo(server.url)
    const running = box.start(["generate", "--base-url", held.url, "--json"])
    await held.held(inFlight)
    const ended = await forced(running, running.line("stderr", stopping))
    assertKept(box.data, acknowledgedBy(first))
    assert.strictEqual((await atRiskOf(box)).length, inFlight)
    await assertSound(box, server, ended)
  })

  it("after one that came while everyone waited for the server's Retry-After", async () => {
    const box = jobOf()
    const server = await box.fakeLlm({
      faults: [{ kind: "rateLimit", count: inFlight + 1, retryAfterMs: 3_600_000 }]
    })
    const running = box.start(["generate", "--base-url", server.url, "--json"], { env: closing })
    await running.line("stdout", `"event":"retrying"`)
    const ended = await forced(running, running.line("stderr", /^held$/))
    assert.strictEqual(billed(server).length, 0)
    await fetch(server.url.replace("/v1", "/_fake/faults"), { method: "DELETE" })
    await assertSound(box, server, ended)
  })

  it("after one that came while evidence was fetched", async () => {
    const { box, pages } = await jobOfPages()
    const server = await box.fakeLlm()
    const running = box.start(["generate", "--base-url", server.url, "--json"], { env: closing })
    await pages.held(1)
    const ended = await forced(running, running.line("stderr", /^held$/))
    assert.strictEqual(billed(server).length, 0)
    pages.release()
    await assertSound(box, server, ended)
  })
})
