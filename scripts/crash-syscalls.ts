// `npm run crash:syscalls`: every system call of a small workload made to fail (EIO, ENOSPC) or to be the last one
// (SIGKILL), one after the other.
//
// --only SCENARIO:CALL:NTH:FAULT   what begins so (`recovery`, `fresh:fdatasync:2`)     --lanes N   (one for each core)
// --nice                           leaves the machine to others
//
// Nothing is sampled, so there is no seed. Fails, too, where more than one fault in twenty finds no call to strike.
import { availableParallelism } from "node:os"
import { nameOfPlanned, SyscallsCampaign, whyNoStrace } from "../test/crash/syscallsCampaign.ts"
import { scenarios } from "../test/crash/syscallsScenarios.ts"
import { anyText, flagsOf, refuse, whole } from "./crash-flags.ts"

const { lanes, only } = flagsOf({ only: anyText, lanes: whole(availableParallelism()) })
const say = (text: string): void => void process.stdout.write(`${text}\n`)

const missedShareMax = 1 / 20

/** One scenario after the other. Answers the sums. */
const strikeAll = async (campaign: SyscallsCampaign) => {
  const sum = { planned: 0, missed: 0, broken: 0 }
  for (const name of Object.keys(scenarios)) {
    const planned = (await campaign.plan(name)).filter((each) =>
      only === undefined || nameOfPlanned(each).startsWith(only)
    )
    const report = await campaign.run(planned)
    const struck = Object.entries(report.struck).map(([fault, count]) => `${count} ${fault}`)
    say(
      `${name}: ${planned.length} faults in ${report.starts} starts; struck ${
        struck.join(", ")
      }; ${report.missed.length} missed; ${report.acknowledged} acknowledged; ${report.faults.length} broken`
    )
    if (report.missed.length > 0) say(`  missed: ${report.missed.join(", ")}`)
    for (const fault of report.faults) say(`  ${fault}`)
    sum.planned += planned.length
    sum.missed += report.missed.length
    sum.broken += report.faults.length
  }
  return sum
}

const run = async (): Promise<boolean> => {
  const startMs = performance.now()
  const campaign = await SyscallsCampaign.make(lanes)
  const { broken, missed, planned } = await strikeAll(campaign).finally(() => campaign.dispose())
  if (planned === 0) return refuse(`--only ${only}: no call of any scenario is named so`)
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
  say(`${planned} faults, ${missed} missed, ${broken} broken; ${seconds} s`)
  say(`again: npm run crash:syscalls${only === undefined ? "" : ` -- --only ${only}`}`)
  return broken === 0 && missed <= planned * missedShareMax
}

const why = whyNoStrace()
if (why !== undefined) say(`skipped: ${why}`)
process.exitCode = why !== undefined || (await run()) ? 0 : 1
