// The main job on this machine, without a key: a catalogue page for every npm package installed here, written by a fake
// model over real HTTP, each page in the master files the moment it passes. Run it again and it goes on where it was.
//
//   npm run demo [-- --fresh] [-- FLAG…]     flags other than --fresh go to inkfast generate (say --limit 20)
import type { ChildProcess } from "node:child_process"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { createInterface } from "node:readline"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { makeItems } from "../examples/packages/make-items.ts"
import { environmentVariables } from "../src/services/job/Environment.ts"
import { bold, dim, showLedger, showRecords, title } from "./demo-show.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const at = (...parts: ReadonlyArray<string>): string => path.join(root, ...parts)
/** Paths as they are typed at the project's root. */
const out = ".demo"
const items = `${out}/items.jsonl`
const data = `${out}/data`
const ledger = `${out}/ledger.jsonl`
const pidFile = `${out}/demo.pid`

/** What a user may have set for real work has no say here, and a real key goes nowhere. */
const neutral = Object.fromEntries(
  ["OPENAI_API_KEY", ...environmentVariables].map((name) => [name, ""])
)

/** What npm would say, were each step typed as it is shown: the lines to paste that a command prints begin so. */
const asTyped = {
  npm_command: "run",
  npm_lifecycle_event: "inkfast",
  npm_lifecycle_script: "node src/bin.ts"
}

/** Some of what real servers do: a little slowness, some 429s, a 500 now and then. */
const faults = JSON.stringify({
  faults: [
    { kind: "latency", latencyMs: [150, 700] },
    { kind: "rateLimit", rate: 0.03, retryAfterMs: 500 },
    { kind: "serverError", rate: 0.01 }
  ]
})

const exitDone = 0
const exitRejects = 5

/** The step that signals go to. */
let current: ChildProcess | undefined
let stopped = false

/** A process group of its own: a signal of the terminal reaches it through this process only, and once. */
const start = (args: ReadonlyArray<string>, stdout: "inherit" | "pipe"): ChildProcess =>
  spawn(process.execPath, [
    at("scripts", "leash.ts"),
    process.execPath,
    at("src", "bin.ts"),
    ...args
  ], {
    cwd: root,
    detached: true,
    env: { ...process.env, ...neutral, ...asTyped },
    stdio: ["pipe", stdout, "inherit"]
  })

const ended = (child: ChildProcess): Promise<number> =>
  new Promise((resolve) => {
    child.once("exit", (code) => resolve(code ?? 1))
  })

/** One command of inkfast, its output shown. Answers its exit code. */
const inkfast = async (args: ReadonlyArray<string>): Promise<number> => {
  process.stderr.write(dim(`\n$ npm run inkfast -- ${args.join(" ")}\n`))
  current = start(args, "inherit")
  const code = await ended(current)
  current = undefined
  return code
}

/** Calls that were in flight when a run died, as inkfast status lists them. */
const atRisk = async (): Promise<
  ReadonlyArray<{ readonly slug: string; readonly model: string }>
> => {
  const child = start(["status", "--data", data, "--json"], "pipe")
  const [output] = await Promise.all([text(child.stdout!), ended(child)])
  return (JSON.parse(output) as {
    readonly atRisk: ReadonlyArray<{ readonly slug: string; readonly model: string }>
  }).atRisk
}

/** The fake model server and its URL. */
const serve = async (): Promise<{ readonly server: ChildProcess; readonly url: string }> => {
  const server = start(["fake-llm", "--ledger", ledger, "--faults", faults, "--json"], "pipe")
  const died = ended(server).then((code): never => {
    throw new Error(
      `the fake model server ended with code ${code} before it listened; what it said stands above`
    )
  })
  const listening = new Promise<string>((resolve) => {
    createInterface(server.stdout!).once("line", resolve)
  })
  const line = await Promise.race([listening, died])
  died.catch(() => undefined)
  return { server, url: (JSON.parse(line) as { readonly url: string }).url }
}

const stop = async (server: ChildProcess): Promise<void> => {
  const gone = server.exitCode === null ? ended(server) : Promise.resolve(0)
  // The end of its standard input is what the leash waits for.
  server.stdin!.end()
  await gone
}

const leftColumns = 43
const columns = process.stdout.columns ?? 100

/** Two columns, or two lines where the terminal is too narrow for them. */
const table = (rows: ReadonlyArray<readonly [string, string]>): string => {
  const widest = Math.max(...rows.map(([, right]) => right.length))
  const isNarrow = leftColumns + widest + 4 > columns
  return rows.map(([left, right]) =>
    isNarrow ? `  ${left}\n      ${right}` : `  ${left.padEnd(leftColumns)}  ${right}`
  ).join("\n")
}

const next = (): string => `
${bold("Where it is")}
${
  table([
    [`${data}/master/successes.jsonl`, "one page a line: what readers use"],
    [`${data}/master/updates.jsonl`, "the same records: the write-ahead log of the masters"],
    [`${data}/master/rejects.jsonl`, "what ended without a page, and why"],
    [`${data}/raw/`, "every call and every answer, run by run"],
    [ledger, "what the fake server billed: its own account"]
  ])
}

${bold("Try next")}
${
  table([
    ["npm run demo", "nothing is left to do, so nothing is paid"],
    ["npm run demo -- --fresh", "start over; in the middle of it, from another terminal:"],
    [`kill -9 $(cat ${pidFile})`, "then npm run demo: it goes on, nothing is lost"],
    [`npm run inkfast -- status --data ${data}`, "counts, money, calls at risk"]
  ])
}
${
  process.env["OPENAI_API_KEY"] === undefined
    ? dim("  (with OPENAI_API_KEY set, this also says how to do the same on a real model)\n")
    : realModel
}`

const realModel = `  the same on a real model, ten items, at most half a dollar:
  npm run inkfast -- generate --job examples/packages --in ${items} --data .demo/real \\
    --base-url https://api.openai.com/v1 --model gpt-4.1-mini --strong-model gpt-4.1 --limit 10 --budget 0.50
`

const demo = async (args: ReadonlyArray<string>): Promise<number> => {
  if (args.includes("--fresh")) fs.rmSync(at(out), { recursive: true, force: true })
  const extra = args.filter((arg) => arg !== "--fresh")
  title("1. Items: every npm package installed here")
  const { rows } = makeItems(at("node_modules"), at(out))
  fs.writeFileSync(at(pidFile), `${process.pid}\n`)
  process.stderr.write(
    `${rows.length} packages, ${
      rows.filter((row) => row.readmePath !== undefined).length
    } with a README: ${items}\n`
  )

  title("2. A model server of our own, as another process")
  const { server, url } = await serve()
  try {
    title("3. Generate: each page is on disk the moment it passes")
    const place = ["--job", "examples/packages", "--in", items, "--data", data]
    const code = await inkfast(["generate", ...place, "--base-url", url, ...extra])
    if (stopped || (code !== exitDone && code !== exitRejects)) {
      process.stderr.write(
        bold("\nNot finished. What was accepted is on disk; npm run demo goes on from there.\n")
      )
      return code
    }
    title("4. Consolidate: one line per slug")
    const consolidated = await inkfast(["consolidate", "--data", data])
    title("5. Audit: the promises, checked on the files")
    const audited = stopped ? 3 : await inkfast(["audit", ...place])
    title("6. Two of the pages")
    showRecords(at(data, "master", "successes.jsonl"))
    title("7. The fake server's own account")
    const paidOnce = showLedger(at(ledger), await atRisk())
    process.stdout.write(next())
    return [consolidated, audited, paidOnce ? exitDone : 1].find((each) => each !== exitDone) ??
      exitDone
  } finally {
    await stop(server)
    // The number may be another process's tomorrow.
    fs.rmSync(at(pidFile), { force: true })
  }
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    stopped = true
    // With no step under way there is nothing to drain; the server ends with its standard input.
    if (current === undefined) process.exit(130)
    current.kill(signal)
  })
}

process.exitCode = await demo(process.argv.slice(2))
