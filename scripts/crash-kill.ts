// The kill campaign as long as one likes, outside the tests: what it has done so far, round by round, on stdout.
//
//   npm run crash:kill [-- KILLS [SEED]]       10,000 kills unless told; a seed gives the same moments again
//
// Nine in ten are of writer processes, which live for a fraction of a second; one in ten is of whole runs.
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { buildCommand } from "../support/buildCommand.ts"
import { campaign } from "./campaign.ts"
import { killWriters } from "./writerKills.ts"

const [kills = "10000", seed = String(process.pid)] = process.argv.slice(2)
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "inkfast-command-"))
process.on("exit", () => fs.rmSync(directory, { recursive: true, force: true }))
const stopped = new AbortController()
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => stopped.abort())
}

process.stdout.write(`seed ${seed}\n`)
const { signal } = stopped
const say = (report: object) => process.stdout.write(`${JSON.stringify(report)}\n`)

const kill = async (): Promise<void> => {
  const command = await buildCommand(directory)
  const killsMin = Number(kills)
  const writers = Math.ceil(0.9 * killsMin)
  await killWriters(command, writers, Number(seed), { signal, onRound: say })
  await campaign({
    command,
    killsMin: killsMin - writers,
    seed: Number(seed),
    shards: 3,
    items: 120,
    signal,
    onRound: say
  })
}

kill().catch((error: unknown) => {
  if (stopped.signal.aborted) process.exit(130)
  process.stderr.write(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
})
