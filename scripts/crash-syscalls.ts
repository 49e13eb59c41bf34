// Every system call of a small workload made to fail (EIO, ENOSPC) or to be the last one (SIGKILL), one after the other.
//
//   npm run crash:syscalls [-- --only SCENARIO:CALL:NTH:FAULT] [--lanes N]
import * as os from "node:os"
import { parseArgs } from "node:util"
import { nameOfPlanned, SyscallsCampaign, whyNoStrace } from "../test/crash/syscallsCampaign.ts"
import { scenarios } from "../test/crash/syscallsScenarios.ts"

const { values } = parseArgs({ options: { only: { type: "string" }, lanes: { type: "string" } } })

const run = async (): Promise<number> => {
  const why = whyNoStrace()
  if (why !== undefined) {
    process.stdout.write(`skipped: ${why}\n`)
    return 0
  }
  const startMs = performance.now()
  const campaign = await SyscallsCampaign.make(Number(values.lanes ?? os.availableParallelism()))
  try {
    let faults = 0
    for (const name of Object.keys(scenarios)) {
      const planned = (await campaign.plan(name)).filter((each) =>
        values.only === undefined || nameOfPlanned(each).startsWith(values.only)
      )
      const report = await campaign.run(planned)
      const struck = Object.entries(report.struck).map(([fault, count]) => `${count} ${fault}`)
        .join(", ")
      process.stdout.write(
        `${name}: ${report.starts} starts; struck ${struck}; ${report.acknowledged} acknowledged; ${report.missed.length} missed; ${report.faults.length} faults\n`
      )
      if (report.missed.length > 0) process.stdout.write(`  missed: ${report.missed.join(", ")}\n`)
      for (const fault of report.faults) process.stdout.write(`  ${fault}\n`)
      faults += report.faults.length
    }
    process.stdout.write(`${((performance.now() - startMs) / 1000).toFixed(1)} s\n`)
    return faults === 0 ? 0 : 1
  } finally {
    campaign.dispose()
  }
}

process.exitCode = await run()
