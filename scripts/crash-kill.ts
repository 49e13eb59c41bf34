// `npm run crash:kill`: processes killed with -9 for as long as one likes; what it has done so far, round by round, on stdout.
//
// --kills N   how many at least (default 10,000)       --seed N   decides the moments (default: by the clock)
// --nice      leaves the machine to others
//
// Five in six are of writer processes, which live for a fraction of a second; the others are of whole runs over shards,
// a third of these on a server that does everything wrong and with one budget for all. The seed decides when each is
// killed; what a process is at in that moment is up to the machine.
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { campaign } from "../test/crash/campaign.ts"
import { killWriters } from "../test/crash/writerKills.ts"
import { buildCommand } from "../test/support/buildCommand.ts"
import { flagsOf, seedFlag, whole } from "./crash-flags.ts"

const { kills, seed } = flagsOf({ kills: whole(10_000), seed: seedFlag() })
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "inkfast-command-"))
process.on("exit", () => fs.rmSync(directory, { recursive: true, force: true }))
const stopped = new AbortController()
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => stopped.abort())
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const again = `again: npm run crash:kill -- --kills ${kills} --seed ${seed}`
const { signal } = stopped

const kill = async (): Promise<void> => {
  const startMs = performance.now()
  const command = await buildCommand(directory)
  const writers = Math.ceil((5 * kills) / 6)
  const runs = Math.ceil((2 * (kills - writers)) / 3)
  const counted = await killWriters(command, writers, seed, {
    signal,
    onRound: (sum) => say(`writers: ${JSON.stringify(sum)}`)
  })
  const runsOf = async (name: string, killsMin: number, seedHere: number, money: boolean) => {
    const report = await campaign({
      command,
      killsMin,
      seed: seedHere,
      shards: 3,
      items: 120,
      money,
      signal,
      onRound: (sum) => say(`${name}: ${JSON.stringify(sum)}`)
    })
    return report.kills
  }
  const inRuns = await runsOf("runs", runs, seed, false)
  const inMoney = await runsOf("every fault", kills - writers - runs, seed + 1, true)
  const seconds = ((performance.now() - startMs) / 1000).toFixed(0)
  say(
    `${counted.kills} kills of writers, ${inRuns} of runs, ${inMoney} of runs with every fault; 0 broken; ${seconds} s\n${again}`
  )
}

kill().catch((error: unknown) => {
  if (signal.aborted) process.exit(130)
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n${again}\n`)
  process.exit(1)
})
