// Whoever reads the output goes away in the middle (`| head -1`): nothing crashes and nothing is lost.
import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { sandbox } from "../support/Cli.ts"
import { gateTo } from "../support/Gate.ts"
import { billed, itemsOf, settings } from "../support/Sandbox.ts"
import { master } from "../crash/oracle.ts"

const items = 12
const job = { items: itemsOf(items), settings: settings("concurrency: 2\nconsolidateEvery: 0\n") }

describe("a closed standard output", () => {
  it("stops the run gently: nothing new is paid for, a resume completes", async () => {
    const box = sandbox()
    box.job(job)
    const server = await box.fakeLlm()
    const held = await gateTo(server.url)
    const running = box.start(["generate", "--base-url", held.url, "--json"])
    await held.held(2)
    running.child.stdout!.destroy()
    held.release()
    const { code, stderr } = await running.ended
    assert.strictEqual(code, 3, stderr.join("\n"))
    assert.isTrue(
      stderr.some((line) =>
        line.startsWith("standard output cannot be written (EPIPE): starting nothing new")
      ),
      stderr.join("\n")
    )
    assert.isBelow(billed(server).length, items)
    const kept = master(box.data, "successes").length
    assert.isAbove(kept, 0)
    const resumed = await box.run(["generate", "--base-url", server.url])
    assert.strictEqual(resumed.code, 0, resumed.stderr.join("\n"))
    assert.strictEqual(master(box.data, "successes").length, items)
  })

  it("on a full disk is the same", async ({ skip }) => {
    if (!fs.existsSync("/dev/full")) return skip("no /dev/full here")
    const box = sandbox()
    box.job(job)
    const server = await box.fakeLlm()
    const command = `"$@" > /dev/full`
    const { code, stderr } = await box.shell(command, [
      "generate",
      "--base-url",
      server.url,
      "--json"
    ])
    assert.strictEqual(code, 3, stderr.join("\n"))
    assert.isTrue(stderr.some((line) => line.includes("(ENOSPC)")), stderr.join("\n"))
  })

  it("on a full disk is said by what only prints, too, and is no success", async ({ skip }) => {
    if (!fs.existsSync("/dev/full")) return skip("no /dev/full here")
    const box = sandbox()
    box.job(job)
    for (const words of [["status", "--json"], ["export"]]) {
      const { code, stderr } = await box.shell(`"$@" > /dev/full`, words)
      assert.strictEqual(code, 3, words.join(" "))
      assert.deepStrictEqual(stderr, [
        "inkfast: standard output cannot be written: no space left on device (ENOSPC), and what was " +
        "printed is not whole; free some space there, then run the same command again"
      ])
    }
  })

  it("ends what only prints, without a word", async () => {
    const box = sandbox()
    box.job({ items: itemsOf(500) })
    const { code, stderr, stdout } = await box.shell(`"$@" | head -1`, ["probe", "--json"])
    assert.strictEqual(code, 0)
    assert.strictEqual(stdout.length, 1)
    assert.deepStrictEqual(stderr, [])
  })
})

describe("a closed standard error", () => {
  it("is no reason to stop", async () => {
    const box = sandbox()
    box.job(job)
    const server = await box.fakeLlm()
    const held = await gateTo(server.url)
    const running = box.start(["generate", "--base-url", held.url, "--json"])
    await held.held(2)
    running.child.stderr!.destroy()
    held.release()
    assert.strictEqual((await running.ended).code, 0)
    assert.strictEqual(master(box.data, "successes").length, items)
  })
})
