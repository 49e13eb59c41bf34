// The kill campaign as long as one likes, outside the tests: what it has done so far, round by round, on stdout.
//
//   npm run crash:kill [-- KILLS [SEED]]       10,000 kills unless told; a seed gives the same moments again
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { buildCommand } from "../support/buildCommand.ts"
import { campaign } from "./campaign.ts"

const [kills = "10000", seed = String(process.pid)] = process.argv.slice(2)
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "inkfast-command-"))
process.on("exit", () => fs.rmSync(directory, { recursive: true, force: true }))
const stopped = new AbortController()
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => stopped.abort())
}

process.stdout.write(`seed ${seed}\n`)
const done = campaign({
  command: await buildCommand(directory),
  killsMin: Number(kills),
  seed: Number(seed),
  shards: 3,
  items: 120,
  signal: stopped.signal,
  onRound: (report) => process.stdout.write(`${JSON.stringify(report)}\n`)
})

done.catch((error: unknown) => {
  if (stopped.signal.aborted) process.exit(130)
  process.stderr.write(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
})
