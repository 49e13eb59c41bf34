// `npm run crash:deep`: power cuts, kills and failing calls on the simulated disk, millions of states of them.
//
// --states N   how many states to see (default 5,000,000)      --seed N      decides the samples (default: by the clock)
// --unit NAME  runs one unit again, as a failure names it      --workers N   threads (default: one for each core)
import { parseArgs } from "node:util"
import { describeFinding, runCampaign, summary } from "../test/crash/power/campaign.ts"
import { loadSubject } from "../test/crash/power/subject.ts"
import { parseUnit, runUnit } from "../test/crash/power/units.ts"

const { values } = parseArgs({
  options: {
    states: { type: "string", default: "5000000" },
    seed: { type: "string", default: String(1 + Math.floor(Date.now() / 1000) % 1_000_000) },
    unit: { type: "string" },
    workers: { type: "string" }
  }
})

const numberOf = (flag: string, text: string): number => {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  process.stderr.write(`--${flag} needs a whole number above 0, and got "${text}"\n`)
  process.exit(2)
}

const progressEveryMs = 10_000

const runAll = async (): Promise<boolean> => {
  const seed = numberOf("seed", values.seed)
  const states = numberOf("states", values.states)
  let saidMs = performance.now()
  process.stdout.write(
    `crash:deep with seed ${seed}: until ${states.toLocaleString("en-US")} states were seen\n`
  )
  const report = await runCampaign({
    states,
    seed,
    perMoment: 64,
    sampled: false,
    ...(values.workers === undefined ? {} : { workers: numberOf("workers", values.workers) }),
    onUnit: (_, sum) => {
      if (performance.now() - saidMs < progressEveryMs) return
      saidMs = performance.now()
      process.stdout.write(`  ${sum.states.toLocaleString("en-US")} states\n`)
    }
  })
  for (const finding of report.findings) process.stdout.write(`${describeFinding(finding)}\n`)
  for (const error of report.errors) process.stdout.write(`${error}\n`)
  process.stdout.write(`${summary(report, seed)}\n`)
  return report.findings.length === 0 && report.errors.length === 0
}

const runOne = async (name: string): Promise<boolean> => {
  Error.stackTraceLimit = 0
  const { counts, findings, unit } = runUnit(await loadSubject(), parseUnit(name))
  for (const finding of findings) process.stdout.write(`${describeFinding({ ...finding, unit })}\n`)
  process.stdout.write(
    `${counts.states.toLocaleString("en-US")} states, ${findings.length} broken\n`
  )
  return findings.length === 0
}

const isWell = values.unit === undefined ? await runAll() : await runOne(values.unit)
process.exitCode = isWell ? 0 : 1
