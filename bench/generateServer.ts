// `fake-llm` behind a relay that sees when calls come, and `inkfast generate` against it, measured from outside.
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as net from "node:net"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import type { Work } from "./generateWork.ts"

export interface Started {
  /** From the start of the process to the first byte of its first call. */
  readonly firstCallMs: number
  readonly cpuSecondsAtFirstCall: number
  readonly peakBytesAtFirstCall: number
  readonly wholeMs: number
  readonly cpuSeconds: number
  readonly peakBytes: number
}

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))
const bin = here("../dist/bin.js")
/** Says at its end what the process took. */
const farewell = `data:text/javascript,${
  encodeURIComponent(`
import * as fs from "node:fs"
process.on("exit", () => {
  const { systemCPUTime, userCPUTime } = process.resourceUsage()
  const status = fs.readFileSync("/proc/self/status", "utf8")
  fs.writeFileSync(process.env.INKFAST_BENCH_END, JSON.stringify({ cpu: systemCPUTime + userCPUTime, status }))
})`)
}`

/** What the kernel counts of a process: user and system time, in ticks of 10 ms. */
const cpuSecondsOf = (pid: number | undefined): number => {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ")
  return (Number(fields[11]) + Number(fields[12])) / 100
}

const peakOf = (status: string): number => Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1]) * 1024

/** Serves until it is stopped. Its ledger stands in the directory. */
export const startServer = async (directory: string) => {
  const ledger = `${directory}/ledger.jsonl`
  const options = { ledger, latencyMs: 20, quality: { "fake-mini": 1 } }
  const script = here("../test/support/serveFakeLlm.ts")
  const fake = spawn(process.execPath, [script, JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "ignore"]
  })
  const [line] = await once(createInterface(fake.stdout), "line") as [string]
  const { port } = new URL((JSON.parse(line) as { readonly url: string }).url)
  let onCall = () => {}
  const relay = net.createServer((client) => {
    const server = net.connect(Number(port), "127.0.0.1")
    client.on("data", () => onCall())
    client.pipe(server)
    server.pipe(client)
    for (const each of [client, server]) each.on("error", () => each.destroy())
  })
  relay.listen(0, "127.0.0.1")
  await once(relay, "listening")

  const generate = async (work: Work, limit: number, stopAfter = Infinity): Promise<Started> => {
    const end = `${directory}/end.json`
    const startMs = performance.now()
    const flags = [
      "--import",
      farewell,
      bin,
      "generate",
      "--job",
      work.directory,
      "--json",
      "--limit"
    ]
    const child = spawn(process.execPath, [...flags, String(limit)], {
      env: { ...process.env, INKFAST_BENCH_END: end, OPENAI_API_KEY: "sk-bench" },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let firstCallMs = Number.NaN
    let cpuSecondsAtFirstCall = Number.NaN
    let atFirstCall = ""
    let accepted = 0
    let said = ""
    onCall = () => {
      if (atFirstCall !== "") return
      firstCallMs = performance.now() - startMs
      cpuSecondsAtFirstCall = cpuSecondsOf(child.pid)
      atFirstCall = fs.readFileSync(`/proc/${child.pid}/status`, "utf8")
    }
    child.stderr.on("data", (text: Buffer) => void (said = (said + text.toString()).slice(-5000)))
    createInterface(child.stdout).on("line", (event) => {
      if (event.includes("\"event\":\"accepted\"") && ++accepted === stopAfter) child.kill("SIGINT")
    })
    const [code] = await once(child, "close") as [number]
    const wholeMs = performance.now() - startMs
    if (code !== 0 && code !== 3) throw new Error(`exit code ${code}: ${said}`)
    const { cpu, status } = JSON.parse(fs.readFileSync(end, "utf8")) as {
      readonly cpu: number
      readonly status: string
    }
    return {
      firstCallMs,
      cpuSecondsAtFirstCall,
      peakBytesAtFirstCall: peakOf(atFirstCall),
      wholeMs,
      cpuSeconds: cpu / 1e6,
      peakBytes: peakOf(status)
    }
  }

  const slugsCalledFor = async (): Promise<ReadonlyArray<string>> => {
    const slugs: Array<string> = []
    for await (const entry of createInterface({ input: fs.createReadStream(ledger) })) {
      slugs.push((JSON.parse(entry) as { readonly slug: string }).slug)
    }
    return slugs
  }

  const { port: relayPort } = relay.address() as net.AddressInfo
  return {
    url: `http://127.0.0.1:${relayPort}/v1`,
    generate,
    slugsCalledFor,
    stop: () => {
      fake.kill()
      relay.close()
    }
  }
}
