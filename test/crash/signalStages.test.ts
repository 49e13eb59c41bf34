// The first and the second signal at every stage of a run: a call on the disk is held just there until the signal comes.
//
// Calls in flight, waits, evidence and standard input are held by servers and pipes: signals.test.ts.
import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { encodeLine } from "../../src/services/durability/LineCodec.ts"
import type { Hold } from "../support/holdDisk.ts"
import { billed, rowOf } from "../support/Sandbox.ts"
import type { FakeServer, Sandbox } from "../support/Sandbox.ts"
import { filesIn, master } from "./oracle.ts"
import { acknowledgedBy, assertSound, holding, items, jobOf } from "./signalJob.ts"

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

interface Stage {
  readonly name: string
  readonly hold: Hold
  /** More flags of the run. */
  readonly args?: ReadonlyArray<string>
  /** What is there before the run. */
  readonly before?: (box: Sandbox, server: FakeServer) => Promise<void>
  /** What a first signal exits with. */
  readonly code: number
  /** After it. */
  readonly afterwards?: (box: Sandbox, server: FakeServer) => void
}

const journal = "/raw/ai-run-[^/]*\\.jsonl$"
/** Each stands twice, so that there is something to consolidate, and more to read than is read at once. */
const old = Buffer.concat(
  Array.from(
    { length: 200 },
    (_, n) => encodeLine({ slug: `old-${n >> 1}`, text: "x".repeat(200) })
  )
)

const withOldRecords = async (box: Sandbox): Promise<void> => {
  for (const name of ["updates", "successes"]) box.write(`data/master/${name}.jsonl`, old)
}

const stages: ReadonlyArray<Stage> = [
  {
    name: "input check",
    hold: { call: "read", path: "/items\\.jsonl$" },
    // More than is read at once.
    before: async (box) => {
      const rows = Array.from({ length: items }, (_, n) => ({ ...rowOf(n), note: "x".repeat(500) }))
      box.write("items.jsonl", rows.map((row) => `${JSON.stringify(row)}\n`).join(""))
    },
    code: 130,
    afterwards: (box) => assert.isFalse(fs.existsSync(box.data))
  },
  {
    name: "start-up, the data directory being made",
    hold: { call: "fsync", path: "/data$" },
    code: 3,
    afterwards: (_, server) => assert.strictEqual(billed(server).length, 0)
  },
  {
    name: "recovery, a torn line on its way to quarantine",
    hold: { call: "fdatasync", path: "/quarantine/" },
    before: async (box, server) => {
      const { code } = await box.run(["generate", "--base-url", server.url, "--limit", "3"])
      assert.strictEqual(code, 0)
      fs.appendFileSync(`${box.data}/master/updates.jsonl`, `{"slug":"torn`)
    },
    code: 3,
    afterwards: (box, server) => {
      assert.strictEqual(billed(server).length, 3)
      assert.isTrue(filesIn(`${box.data}/quarantine`).length > 0)
    }
  },
  {
    name: "an intent on its way into the journal",
    hold: { call: "fdatasync", path: journal, after: `"event":"begun"` },
    code: 3
  },
  {
    name: "a record on its way into updates",
    hold: { call: "fdatasync", path: "/updates\\.jsonl$", after: `"event":"begun"` },
    code: 3,
    afterwards: (box) => assert.isAbove(master(box.data, "successes").length, 0)
  },
  {
    name: "a record on its way into successes",
    hold: { call: "fdatasync", path: "/successes\\.jsonl$", after: `"event":"begun"` },
    code: 3,
    afterwards: (box) => assert.isAbove(master(box.data, "successes").length, 0)
  },
  {
    name: "consolidation",
    hold: { call: "fdatasync", path: "/master/\\.updates.*\\.tmp$" },
    args: ["--consolidate-every", "1"],
    before: withOldRecords,
    code: 3
  },
  {
    name: "consolidation, its swap being decided",
    hold: { call: "fdatasync", path: "/master/\\.{1,2}swap.*\\.tmp$" },
    args: ["--consolidate-every", "1"],
    before: withOldRecords,
    code: 3
  },
  {
    name: "final audit",
    hold: { call: "read", path: "/successes\\.jsonl$", after: `"event":"audited-appended"` },
    args: ["--consolidate-every", String(items)],
    code: 3,
    afterwards: (box) => assert.strictEqual(master(box.data, "successes").length, items)
  }
]

const start = async (stage: Stage, isForEver: boolean) => {
  const box = jobOf()
  const server = await box.fakeLlm()
  await stage.before?.(box, server)
  const args = ["generate", "--base-url", server.url, "--json", ...(stage.args ?? [])]
  const running = box.start(args, { env: holding({ ...stage.hold, isForEver }) })
  await running.line("stderr", /^held$/)
  return { box, server, running }
}

describe.runIf(fs.existsSync("/proc/self/fd"))("a signal at every stage", () => {
  it.for(stages)("I1 I6 I10: the first, $name: in good order, $code", async (stage) => {
    const signal = signals[stages.indexOf(stage) % signals.length] ?? "SIGINT"
    const { box, running, server } = await start(stage, false)
    running.child.kill(signal)
    const ended = await running.ended
    assert.strictEqual(ended.code, stage.code, ended.stderr.join("\n"))
    if (stage.code === 3) {
      const said = ended.stderr.join("\n")
      assert.include(said, `${signal}: starting nothing new`)
      assert.match(ended.stderr.at(-1) ?? "", /^to go on: /)
    }
    stage.afterwards?.(box, server)
    await assertSound(box, server, ended)
  })

  it.for(stages)("I1 I6 I10: the second, $name: at once, 130", async (stage) => {
    const { box, running, server } = await start(stage, true)
    running.child.kill("SIGINT")
    await running.line("stderr", /^signalled$/)
    running.child.kill("SIGTERM")
    const ended = await running.ended
    assert.strictEqual(ended.code, 130, ended.stderr.join("\n"))
    assert.isAtMost(acknowledgedBy(ended).size, items)
    await assertSound(box, server, ended)
  })
})
