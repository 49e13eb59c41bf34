// A job to be stopped by signals, and what must hold afterwards, whenever they came.
import { assert } from "@effect/vitest"
import { fileURLToPath } from "node:url"
import { eventsOf, sandbox } from "../support/Cli.ts"
import type { Hold } from "../support/holdDisk.ts"
import type { Ended } from "../support/processes.ts"
import { billed, itemsOf, settings } from "../support/Sandbox.ts"
import type { FakeServer, Sandbox } from "../support/Sandbox.ts"
import { assertKept, assertPaidOnce, master, tempFilesIn } from "./oracle.ts"
import type { Call } from "./oracle.ts"

export const items = 12
export const inFlight = 4

export const jobOf = (more = "", rows = itemsOf(items)): Sandbox => {
  const box = sandbox()
  // One rung: each item is one call.
  const yaml = settings(`concurrency: ${inFlight}\nconsolidateEvery: 0\n${more}`).replace(
    /\n {2}strong:.*/,
    ""
  )
  box.job({ items: rows, settings: yaml.replaceAll("fake-mini", "fake-sure") })
  return box
}

export const acknowledgedBy = ({ stdout }: Ended): ReadonlySet<string> =>
  new Set(
    eventsOf(stdout).flatMap((event) => event.event === "accepted" ? [event["id"] as string] : [])
  )

const preload = fileURLToPath(new URL("../support/holdDisk.ts", import.meta.url))

/** The environment of a command of which one call on the disk is held. */
export const holding = (hold: Hold): { readonly [name: string]: string } => ({
  NODE_OPTIONS: `--import ${preload}`,
  INKFAST_HOLD: JSON.stringify(hold)
})

/** The calls at risk that a run finds of those before it. */
const atRiskBefore = ({ stdout }: Ended): ReadonlyArray<Call> =>
  eventsOf(stdout).flatMap(({ atRisk, event }) =>
    event === "started" ? atRisk as ReadonlyArray<Call> : []
  )

/** Nothing acknowledged is lost, no temp file is there, and a resume settles every item, each paid once. */
export const assertSound = async (
  box: Sandbox,
  server: FakeServer,
  ended: Ended
): Promise<void> => {
  assertKept(box.data, acknowledgedBy(ended))
  // A forced end has no time to tidy up: the next open does.
  if (ended.code !== 130) assert.deepStrictEqual(tempFilesIn(box.directory), [])
  const resumed = await box.run(["generate", "--base-url", server.url, "--json"])
  assert.strictEqual(resumed.code, 0, resumed.stderr.join("\n"))
  const settled = new Set(master(box.data, "successes").map(({ slug }) => slug))
  for (let n = 0; n < items; n++) assert.isTrue(settled.has(`lamp-${n}`), `lamp-${n} is pending`)
  assertKept(box.data, acknowledgedBy(ended))
  const audit = await box.run(["audit", "--json"])
  assert.strictEqual(audit.code, 0, audit.stdout.join("\n"))
  assertPaidOnce(box.data, billed(server), atRiskBefore(resumed))
  assert.deepStrictEqual(tempFilesIn(box.directory), [])
}
