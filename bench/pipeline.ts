// CPU and throughput of a whole run against a bare call: Inkfast with journal, QA and two durable masters beside the
// openai SDK on its default fetch, LangChain's batch, and the AI SDK's generateText, on one fake endpoint.
//
//   node bench/pipeline.ts [directory] [rounds] [calls at a time, as 64,256,1024] [latencies in ms, as 0,500]
//
// Every measurement is a process of its own; the contenders take turns within each round, so that a machine that is busy
// for a while is so for all. Figures are medians of the rounds.
import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { Measured } from "./pipelineClient.ts"

const [base = os.tmpdir(), rounds = "3", concurrencies = "64,256,1024", latencies = "0,500"] =
  process.argv.slice(2)
const numbers = (list: string) => list.split(",").map(Number)

const own = "inkfast"
const bare = "openai SDK"
const names = [own, bare, "LangChain batch", "AI SDK generateText"]

/** So many calls one after the other in each place: the first and the last are a small part of the stretch. */
const wavesWaiting = 20
const callsAtOnce = 8192

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url))

const measure = async (
  name: string,
  port: string,
  latencyMs: number,
  concurrency: number
): Promise<Measured> => {
  const calls = latencyMs === 0 ? callsAtOnce : wavesWaiting * concurrency
  const directory = fs.mkdtempSync(path.join(base, "inkfast-bench-"))
  try {
    const args = [script("pipelineClient.ts"), name, port, latencyMs, concurrency, calls, directory]
      .map(String)
    const { stdout } = await promisify(execFile)(process.execPath, args)
    // What is logged before it, of a slow disk, say, stands on lines of its own.
    return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as Measured
  } finally {
    fs.rmSync(directory, { recursive: true, force: true })
  }
}

const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

const cpuUs = (one: Measured): number => one.userUs + one.systemUs

const report = (
  results: ReadonlyMap<string, ReadonlyArray<Measured>>,
  latencyMs: number,
  concurrency: number
) => {
  const of = (name: string, figure: (one: Measured) => number) =>
    median((results.get(name) ?? []).map(figure))
  const ratios = (results.get(own) ?? []).map((one, round) =>
    cpuUs(one) / cpuUs(results.get(bare)?.[round] ?? one)
  )
  console.log(`\n${concurrency} at a time, answers after ${latencyMs} ms`)
  console.table(Object.fromEntries(names.map((name) => {
    const perSecond = of(name, (one) => one.callsPerSecond)
    return [name, {
      "CPU us/item": Math.round(of(name, cpuUs)),
      "of it user": Math.round(of(name, (one) => one.userUs)),
      "of the SDK's": Number((of(name, cpuUs) / of(bare, cpuUs)).toFixed(2)),
      "items/s": Math.round(perSecond),
      "of ideal": latencyMs === 0
        ? ""
        : Number((perSecond * latencyMs / 1000 / concurrency).toFixed(3)),
      "peak RSS MiB": Math.round(of(name, (one) => one.peakRssMib))
    }]
  })))
  console.log(`inkfast / SDK, round by round: ${ratios.map((ratio) => ratio.toFixed(2)).join(" ")}`)
}

const server = spawn(process.execPath, [script("pipelineServer.ts")], {
  stdio: ["pipe", "pipe", "inherit"]
})
try {
  const [port] = await once(createInterface(server.stdout), "line") as [string]
  console.log(
    `${base}: ${rounds} rounds, ${os.cpus().length} cores, ${callsAtOnce} calls at 0 ms, else ${wavesWaiting} for each place`
  )
  for (const latencyMs of numbers(latencies)) {
    for (const concurrency of numbers(concurrencies)) {
      const results = new Map(names.map((name) => [name, [] as Array<Measured>]))
      // In turn, round by round, so that what else the machine does falls on all of them.
      for (const name of Array.from({ length: Number(rounds) }, () => names).flat()) {
        results.get(name)?.push(await measure(name, port, latencyMs, concurrency))
      }
      report(results, latencyMs, concurrency)
    }
  }
} finally {
  server.kill()
}
