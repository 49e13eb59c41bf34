// A run that runs out of memory in the middle, by V8's heap limit and by the kernel's: it is resumed whole.
import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import { onTestFinished } from "vitest"
import { eventsOf, sandbox } from "../support/Cli.ts"
import type { Ended } from "../support/processes.ts"
import { billed, itemsOf, settings } from "../support/Sandbox.ts"
import type { FakeServer, Sandbox } from "../support/Sandbox.ts"
import { assertKept, assertPaidOnce, master, tempFilesIn } from "./oracle.ts"
import type { Call } from "./oracle.ts"

const items = 150
const eater = path.join(import.meta.dirname, "memoryEater.ts")
const mebibyte = 1024 * 1024
/** About five seconds on a machine with nothing else to do. */
const patienceMs = 240_000
/** Some 40 records of the 150. */
const beginBytes = 30_000

const acknowledgedIn = ({ stdout }: Ended): ReadonlySet<string> =>
  new Set(
    eventsOf(stdout).flatMap((event) => event.event === "accepted" ? [event["id"] as string] : [])
  )

const begin = async (): Promise<
  { readonly box: Sandbox; readonly server: FakeServer; readonly generate: ReadonlyArray<string> }
> => {
  const box = sandbox()
  box.job({ items: itemsOf(items), settings: settings("concurrency: 8\nconsolidateEvery: 20\n") })
  const server = await box.fakeLlm({ latencyMs: 20 })
  return { box, server, generate: ["generate", "--json", "--base-url", server.url] }
}

const eating = (box: Sandbox, where: "heap" | "native", options: string) => ({
  env: {
    NODE_OPTIONS: `${options} --import=${eater}`,
    INKFAST_EATER: JSON.stringify({
      file: path.join(box.data, "master", "updates.jsonl"),
      bytes: beginBytes,
      where
    })
  }
})

/** I1, I2, I6, I9, I10 once it was resumed. */
const assertResumes = async (
  box: Sandbox,
  server: FakeServer,
  generate: ReadonlyArray<string>,
  acknowledged: ReadonlySet<string>
): Promise<void> => {
  assert.isAbove(acknowledged.size, 0)
  assert.isBelow(acknowledged.size, items)
  assertKept(box.data, acknowledged)
  const resumed = await box.run(generate)
  assert.include([0, 5], resumed.code, resumed.stderr.join("\n"))
  const audit = await box.run(["audit", "--json"])
  assert.strictEqual(audit.code, 0, audit.stdout.join("\n"))
  const status = await box.run(["status", "--json"])
  const { atRisk } = JSON.parse(status.stdout[0] ?? "") as { readonly atRisk: ReadonlyArray<Call> }
  assertPaidOnce(box.data, billed(server), atRisk)
  const settled = new Set(
    [...master(box.data, "successes"), ...master(box.data, "rejects")].map(({ slug }) => slug)
  )
  assert.strictEqual(settled.size, items)
  assert.deepStrictEqual(tempFilesIn(box.data), [])
}

const cgroups = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"]

/** A group of processes that gets so much memory; undefined where this user may not make one. */
const memoryGroup = (limitBytes: number): string | undefined => {
  for (const parent of cgroups) {
    const group = path.join(parent, `inkfast-test-${process.pid}`)
    try {
      fs.mkdirSync(group)
    } catch {
      continue
    }
    onTestFinished(() => fs.rmdirSync(group))
    const limit = ["memory.limit_in_bytes", "memory.max"].map((name) => path.join(group, name))
      .find((file) => fs.existsSync(file))
    if (limit === undefined) continue
    fs.writeFileSync(limit, `${limitBytes}\n`)
    const swap = path.join(group, "memory.swap.max")
    if (fs.existsSync(swap)) fs.writeFileSync(swap, "0\n")
    return group
  }
  return undefined
}

describe("out of memory", () => {
  it(
    "I1 I9 I10: a run that V8 ends at its heap limit is resumed whole, and nothing is paid twice",
    async () => {
      const { box, generate, server } = await begin()
      const dead = await box.run(generate, eating(box, "heap", "--max-old-space-size=96"))
      assert.isTrue(dead.stderr.some((line) => line.includes("heap limit")), dead.stderr.join("\n"))
      assert.isTrue(dead.signal !== null || dead.code === 134, `${dead.code} ${dead.signal}`)
      await assertResumes(box, server, generate, acknowledgedIn(dead))
    },
    patienceMs
  )

  it(
    "I1 I9 I10: a run that the kernel kills at its group's limit is resumed whole, and nothing is paid twice",
    async ({ skip }) => {
      const group = memoryGroup(400 * mebibyte)
      if (group === undefined) {
        return skip("a memory control group needs root and a writable /sys/fs/cgroup")
      }
      const { box, generate, server } = await begin()
      const options = eating(box, "native", "")
      // The server stays outside: the group is entered by the run itself, before anything is read.
      const enter = `data:text/javascript,import fs from "node:fs"; fs.writeFileSync(${
        JSON.stringify(`${group}/cgroup.procs`)
      }, "0")`
      const env = {
        ...options.env,
        NODE_OPTIONS: `--import=${JSON.stringify(enter)} ${options.env.NODE_OPTIONS}`
      }
      const dead = await box.run(generate, { env })
      assert.strictEqual(dead.signal, "SIGKILL", dead.stderr.join("\n"))
      await assertResumes(box, server, generate, acknowledgedIn(dead))
    },
    patienceMs
  )
})
