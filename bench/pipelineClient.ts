// One contender of the pipeline benchmark in a process of its own: a warm-up, then the measured stretch, then its figures
// as one line of JSON.
//
//   node bench/pipelineClient.ts <contender> <port> <latency in ms> <calls at a time> <calls> <directory>
import { contenders } from "./pipelineContenders.ts"
import type { Marks } from "./pipelineContenders.ts"
import { jobOf, writeRows } from "./pipelineWork.ts"

/** Per call, over the stretch from the first call to the last answer; for the pipeline, to the last acknowledged record. */
export interface Measured {
  readonly callsPerSecond: number
  /** CPU time of the process and all its threads. */
  readonly userUs: number
  readonly systemUs: number
  /** Of the process from its start to its end. */
  readonly peakRssMib: number
}

/** Enough for the compiler to be done with the paths that every call takes. */
const warmUpCalls = 2000

const [name = "", port, latencyMs, concurrency, calls, directory = ""] = process.argv.slice(2)
const contender = contenders[name]
if (contender === undefined) {
  throw new Error(`no contender "${name}"; there are ${Object.keys(contenders).join(", ")}`)
}

const work = async (label: string, count: number, latency: number, marks: Marks) => {
  const input = `${directory}/${label}.jsonl`
  writeRows(input, count)
  const job = await jobOf({
    input,
    dataDirectory: `${directory}/${label}`,
    baseUrl: `http://127.0.0.1:${port}/${latency}/v1`,
    concurrency: Number(concurrency)
  })
  await contender(job, count, marks)
}

await work("warm-up", warmUpCalls, 0, { firstCall: () => {}, lastAnswer: () => {} })

let startMs = 0
let startCpu = process.cpuUsage()
let measured: Omit<Measured, "peakRssMib"> | undefined
await work("measured", Number(calls), Number(latencyMs), {
  firstCall: () => {
    startMs = performance.now()
    startCpu = process.cpuUsage()
  },
  lastAnswer: () => {
    const { system, user } = process.cpuUsage(startCpu)
    const count = Number(calls)
    measured = {
      callsPerSecond: count / (performance.now() - startMs) * 1000,
      userUs: user / count,
      systemUs: system / count
    }
  }
})
console.log(JSON.stringify({ ...measured, peakRssMib: process.resourceUsage().maxRSS / 1024 }))
// The default fetch keeps its sockets, and with them the process.
process.exit()
