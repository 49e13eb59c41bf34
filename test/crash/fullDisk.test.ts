// A disk that is full: the run stops spending and says so; with space again, it goes on and has lost nothing.
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { onTestFinished } from "vitest"
import { eventsOf, sandbox } from "../support/Cli.ts"
import { billed, itemsOf, settings } from "../support/Sandbox.ts"
import type { Sandbox } from "../support/Sandbox.ts"
import { assertKept, assertPaidOnce, master, tempFilesIn } from "./oracle.ts"
import type { Call } from "./oracle.ts"

const mount = (...args: ReadonlyArray<string>): boolean => spawnSync("mount", args).status === 0

/** A disk of so many KiB where the job's data goes; undefined where this user may not mount one. */
const smallDisk = (box: Sandbox, kib: number): string | undefined => {
  fs.mkdirSync(box.data)
  if (!mount("-t", "tmpfs", "-o", `size=${kib}k`, "tmpfs", box.data)) return undefined
  // Runs before the sandbox is removed: hooks of a test run last in, first out.
  onTestFinished(() => {
    spawnSync("umount", ["-l", box.data])
  })
  return box.data
}

const items = 200

describe("a full disk", () => {
  it("stops the spending and exits with 3; with space again the resume loses nothing and pays nothing twice", async ({ skip }) => {
    const box = sandbox()
    const data = smallDisk(box, 400)
    if (data === undefined) return skip("mounting a tmpfs needs root")
    box.job({ items: itemsOf(items), settings: settings("concurrency: 8\nconsolidateEvery: 20\n") })
    const server = await box.fakeLlm()
    const generate = ["generate", "--json", "--base-url", server.url]

    const full = await box.run(generate)
    const acknowledged = new Set(
      eventsOf(full.stdout).flatMap((event) =>
        event.event === "accepted" ? [event["id"] as string] : []
      )
    )
    assert.strictEqual(full.code, 3, full.stderr.join("\n"))
    assert.isTrue(
      full.stderr.some((line) => line.includes("NOTHING MORE IS SPENT")),
      full.stderr.join("\n")
    )
    assert.isTrue(
      full.stderr.some((line) => line.includes("ENOSPC") || line.includes("no space")),
      full.stderr.join("\n")
    )
    assert.match(full.stderr.at(-1) ?? "", /^to go on: .* generate --json/)
    assert.isAbove(acknowledged.size, 0)
    assertKept(data, acknowledged)
    // What was asked for when the disk was full is all that may have been spent since.
    const paid = billed(server).length
    assert.isBelow(paid, items)

    const stillFull = await box.run(generate)
    assert.strictEqual(stillFull.code, 3, stillFull.stderr.join("\n"))
    assert.isAtMost(billed(server).length - paid, 8)
    assertKept(data, acknowledged)

    assert.isTrue(mount("-o", "remount,size=64m", data))
    const resumed = await box.run(generate)
    assert.include([0, 5], resumed.code, resumed.stderr.join("\n"))
    assertKept(data, acknowledged)
    const audit = await box.run(["audit", "--json"])
    assert.strictEqual(audit.code, 0, audit.stdout.join("\n"))
    const status = await box.run(["status", "--json"])
    const { atRisk } = JSON.parse(status.stdout[0] ?? "") as {
      readonly atRisk: ReadonlyArray<Call>
    }
    assertPaidOnce(data, billed(server), atRisk)
    const settled = new Set(
      [...master(data, "successes"), ...master(data, "rejects")].map(({ slug }) => slug)
    )
    assert.strictEqual(settled.size, items)
    assert.deepStrictEqual(tempFilesIn(data), [])
  })

  it("from the start: exit code 3, what is full and what to do, in one line", async ({ skip }) => {
    const box = sandbox()
    const data = smallDisk(box, 512)
    if (data === undefined) return skip("mounting a tmpfs needs root")
    box.job({ items: itemsOf(3) })
    fs.mkdirSync(path.join(data, "master"))
    fs.mkdirSync(path.join(data, "raw"))
    // Files may still be made, and take no byte.
    assert.throws(() => fs.writeFileSync(path.join(data, "filler"), Buffer.alloc(1024 * 1024)))
    const server = await box.fakeLlm()
    const { code, stderr } = await box.run(["generate", "--base-url", server.url])
    assert.match(
      stderr.join("\n"),
      /^inkfast: cannot write \S+: no space left on device \(ENOSPC\); free some space there, then run the same command again$/
    )
    assert.strictEqual(code, 3)
    assert.strictEqual(billed(server).length, 0)
    fs.rmSync(path.join(data, "filler"))
    const resumed = await box.run(["generate", "--base-url", server.url])
    assert.strictEqual(resumed.code, 0, resumed.stderr.join("\n"))
    assert.strictEqual(master(data, "successes").length, 3)
  })

  it("is what doctor finds before a run does", async ({ skip }) => {
    const box = sandbox()
    const data = smallDisk(box, 64)
    if (data === undefined) return skip("mounting a tmpfs needs root")
    box.job({ items: itemsOf(3) })
    fs.writeFileSync(path.join(data, "filler"), Buffer.alloc(60 * 1024))
    const server = await box.fakeLlm()
    const { code, stdout } = await box.run(["doctor", "--base-url", server.url, "--json"])
    const report = JSON.parse(stdout[0] ?? "") as {
      readonly checks: ReadonlyArray<{ readonly name: string; readonly outcome: string }>
    }
    assert.notStrictEqual(
      report.checks.find(({ name }) => name === "disk")?.outcome,
      "ok",
      stdout.join("\n")
    )
    assert.strictEqual(code, 2)
  })
})
