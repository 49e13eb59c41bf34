// `npm run crash:money -- [SIMULATIONS [SEED]]`: budgets over thousands of simulated schedules, on all cores.
//
// 3,000 from seed 1 unless told. Says what it has seen every ten seconds, and at the end what was broken and how to see it
// again: a seed gives the same schedule every time.
import { commandOf, runCampaign, summary } from "../test/crash/money/campaign.ts"

const [simulations = 3000, firstSeed = 1] = process.argv.slice(2).map(Number)
if (![simulations, firstSeed].every((value) => Number.isSafeInteger(value) && value > 0)) {
  process.stderr.write(
    "crash:money takes two whole numbers above 0: simulations, and the first seed\n"
  )
  process.exit(2)
}

const progressEveryMs = 10_000
let saidMs = performance.now()
const startMs = performance.now()
process.stdout.write(`crash:money: ${simulations} simulations from seed ${firstSeed}\n`)
const { broken, sum } = await runCampaign({
  firstSeed,
  simulations,
  onTask: (so) => {
    if (performance.now() - saidMs < progressEveryMs) return
    saidMs = performance.now()
    process.stdout.write(`  ${so.simulations} simulations, ${so.runs} runs, ${so.calls} calls\n`)
  }
})
const { system, user } = process.cpuUsage()
process.stdout.write(
  `${summary(sum, firstSeed)}; ${((performance.now() - startMs) / 1000).toFixed(0)} s (${
    ((user + system) / 1e6).toFixed(0)
  } s of CPU)\n`
)
if (broken !== undefined) {
  process.stdout.write(`seed ${broken.seed}: ${broken.what}\nagain: ${commandOf(broken.seed)}\n`)
  process.exitCode = 1
}
