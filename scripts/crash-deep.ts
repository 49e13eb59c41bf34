// `npm run crash:deep`: power cuts, kills and failing calls on the simulated disk, millions of states of them.
//
// --states N   how many states to see (default 5,000,000); a whole round of everything is always finished
// --seed N     decides the samples (default: by the clock)     --workers N   threads (default: one for each core)
// --unit NAME  runs one unit again, as a failure names it      --nice        leaves the machine to others
import { availableParallelism } from "node:os"
import { describeFinding, runCampaign, summary } from "../test/crash/power/campaign.ts"
import { loadSubject } from "../test/crash/power/subject.ts"
import { parseUnit, runUnit } from "../test/crash/power/units.ts"
import { anyText, flagsOf, refuse, seedFlag, whole } from "./crash-flags.ts"

const flags = flagsOf({
  states: whole(5_000_000),
  seed: seedFlag(),
  unit: anyText,
  workers: whole(availableParallelism())
})

const progressEveryMs = 10_000
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const grouped = (n: number): string => n.toLocaleString("en-US")

const runAll = async (): Promise<boolean> => {
  const { seed, states, workers } = flags
  let saidMs = performance.now()
  say(`crash:deep with seed ${seed}: one round, and on until ${grouped(states)} states were seen`)
  const report = await runCampaign({
    states,
    seed,
    perMoment: 64,
    sampled: false,
    workers,
    onUnit: (_, sum) => {
      if (performance.now() - saidMs < progressEveryMs) return
      saidMs = performance.now()
      say(`  ${grouped(sum.states)} states`)
    }
  })
  for (const finding of report.findings) say(describeFinding(finding))
  for (const error of report.errors) say(error)
  say(summary(report, seed))
  say(`again: npm run crash:deep -- --states ${states} --seed ${seed}`)
  return report.findings.length === 0 && report.errors.length === 0
}

const runOne = async (name: string): Promise<boolean> => {
  Error.stackTraceLimit = 0
  const asked = parseUnit(name) ??
    refuse(`--unit ${name}: no such unit; a failure names it like "one writer/crash/0/0of1/64/1"`)
  const { counts, findings, unit } = runUnit(await loadSubject(), asked)
  for (const finding of findings) say(describeFinding({ ...finding, unit }))
  say(`${grouped(counts.states)} states, ${findings.length} broken`)
  if (counts.states === 0) say("nothing was looked at: the workload has no call in this part")
  return findings.length === 0 && counts.states > 0
}

const isWell = flags.unit === undefined ? await runAll() : await runOne(flags.unit)
process.exitCode = isWell ? 0 : 1
