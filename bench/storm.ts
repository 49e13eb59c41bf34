// A storm of refusals: a run with far more calls in flight than its server admits a second, against the goals that it
// settles within 10 % of the admitted rate, and that after ten seconds fewer than 2 % of its calls are refused.
//
//   node bench/storm.ts [directory] [seconds] [admitted a second] [calls at a time]
//
// Twice: on a server that tells of its limit in headers and Retry-After, and on one that only refuses. The server is a
// process of its own and counts what it refused.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stdio from "effect/Stdio"
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as os from "node:os"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import * as Live from "../src/layers/Live.ts"
import * as NodeHost from "../src/layers/NodeHost.ts"
import { runJob } from "../src/runJob.ts"
import { openItems } from "../src/services/items/OpenItems.ts"
import { jobOf, writeRows } from "./pipelineWork.ts"

const [base = os.tmpdir(), seconds = "25", perSecond = "200", concurrency = "1024"] = process.argv
  .slice(2)
const admitted = Number(perSecond)
const settlesAfterMs = 10_000

interface Calls {
  readonly received: number
  readonly billed: number
}

const serve = async (tellsRate: boolean) => {
  const script = fileURLToPath(new URL("../test/support/serveFakeLlm.ts", import.meta.url))
  const options = {
    requestsPerSecond: admitted,
    tellsRate,
    latencyMs: 500,
    quality: { "fake-mini": 1 }
  }
  const server = spawn(process.execPath, [script, JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "ignore"]
  })
  const [line] = await once(createInterface(server.stdout), "line") as [string]
  return { server, url: (JSON.parse(line) as { readonly url: string }).url }
}

const callsAt = async (url: string): Promise<Calls> =>
  await (await fetch(new URL("/_fake/calls", url))).json() as Calls

/** What the server admitted and refused between ten seconds and the end, and how many items a second ended. */
const storm = async (tellsRate: boolean) => {
  const directory = fs.mkdtempSync(`${base}/inkfast-storm-`)
  const { server, url } = await serve(tellsRate)
  try {
    const input = `${directory}/rows.jsonl`
    writeRows(input, admitted * (Number(seconds) + 10))
    const dataDirectory = `${directory}/data`
    const job = await jobOf({
      input,
      dataDirectory,
      baseUrl: url,
      concurrency: Number(concurrency)
    })
    let settled: Calls | undefined
    let ended: Calls | undefined
    const stopRequested = Effect.promise(async () => {
      await new Promise((resolve) => setTimeout(resolve, settlesAfterMs))
      settled = await callsAt(url)
      await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000 - settlesAfterMs))
      ended = await callsAt(url)
      return { _tag: "Signal", signal: "the end of the bench" } as const
    })
    const run = Effect.gen(function*() {
      return yield* runJob({ job, source: yield* openItems(job.input), stopRequested })
    })
    const model = Live.model(job, Redacted.make("sk-bench"))
    const layer = Layer.mergeAll(model, NodeHost.layer, Live.platform, Stdio.layerTest({}))
    await Effect.runPromise(Effect.scoped(Effect.provide(run, layer)))
    if (settled === undefined || ended === undefined) throw new Error("the input was too short")
    const received = ended.received - settled.received
    const billed = ended.billed - settled.billed
    const stretch = Number(seconds) - settlesAfterMs / 1000
    return {
      "admitted/s": Math.round(billed / stretch),
      "of the limit": Number((billed / stretch / admitted).toFixed(3)),
      "refused %": Number((100 * (received - billed) / received).toFixed(2)),
      "refused % before": Number((100 * (1 - settled.billed / settled.received)).toFixed(1))
    }
  } finally {
    server.kill()
    fs.rmSync(directory, { recursive: true, force: true })
  }
}

console.log(
  `${admitted} admitted a second, answers after 500 ms, ${concurrency} at a time, ${seconds} s; figures after ${
    settlesAfterMs / 1000
  } s`
)
console.table({
  "with headers": await storm(true),
  "refusals alone": await storm(false)
})
