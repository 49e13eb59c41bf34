// Cuts the power of a real file system on a disk of our own, at every flush and between, and examines what is left.
//
//   npm run crash:power [-- --fs ext4|xfs] [--states 300] [--errors 40] [--seed N] [--keep DIR] [--defect NAME]
//
// With --defect the program is made to leave something out, and the faults that this brings are what is expected.
// Needs root, /dev/fuse and loop devices; says so and ends well where they are missing.
import * as fs from "node:fs"
import { parseArgs } from "node:util"
import { defects } from "../test/crash/blockBoot.ts"
import { runErrors } from "../test/crash/blockErrors.ts"
import { whyNoBlockDisk } from "../test/crash/blockHost.ts"
import type { FileSystem } from "../test/crash/blockHost.ts"
import { runPower } from "../test/crash/blockPower.ts"

const { values } = parseArgs({
  options: {
    fs: { type: "string", default: "ext4" },
    states: { type: "string", default: "300" },
    errors: { type: "string", default: "40" },
    seed: { type: "string" },
    keep: { type: "string" },
    defect: { type: "string" }
  }
})

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const seconds = (sinceMs: number): string =>
  `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`

/** Answers how many faults were found. */
const cutPower = async (kind: FileSystem, seed: number): Promise<number> => {
  const states = Number(values.states)
  const startMs = performance.now()
  const onState = (done: number): void => {
    if (done % 50 === 0) say(`  ${done} states, ${seconds(startMs)}`)
  }
  const defect = values.defect === undefined ? undefined : defects[values.defect]
  const report = await runPower({ kind, states, seed, keep: values.keep, defect, onState })
  say(
    `workload: ${report.writes} block writes, ${report.flushes} flushes, ${report.acknowledged} acknowledgements`
  )
  for (const [fate, count] of Object.entries(report.byFate)) say(`  ${count} states: ${fate}`)
  say(
    `power: ${report.states} states, ${report.inDoubt} with writes in doubt, ${report.sameBoot} without a reboot, ` +
      `${report.unmountable} that the kernel does not mount; ${report.faults.length} faults; ${
        seconds(startMs)
      }`
  )
  for (const fault of report.faults) say(`  ${fault}`)
  return report.faults.length
}

const failWrites = async (kind: FileSystem, seed: number): Promise<number> => {
  const startMs = performance.now()
  const report = await runErrors({ kind, trials: Number(values.errors), seed })
  say(
    `EIO once: ${report.trials} trials, ${report.failed} writes failed, ${report.failedData} of them with our lines; ` +
      `${report.noticed} noticed, ${report.remounted} went on only after a new mount; ` +
      `${report.acknowledged} acknowledgements; ${report.faults.length} faults; ${seconds(startMs)}`
  )
  for (const fault of report.faults) say(`  ${fault}`)
  return report.faults.length
}

const run = async (): Promise<number> => {
  if (values.fs !== "ext4" && values.fs !== "xfs") {
    say(`--fs ${values.fs}: this knows ext4 and xfs`)
    return 2
  }
  if (values.defect !== undefined && defects[values.defect] === undefined) {
    say(`--defect ${values.defect}: this knows ${Object.keys(defects).join(", ")}`)
    return 2
  }
  const kind: FileSystem = values.fs
  const why = whyNoBlockDisk(kind)
  if (why !== undefined) {
    say(`skipped: ${why}`)
    return 0
  }
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed)
  if (values.keep !== undefined) fs.mkdirSync(values.keep, { recursive: true })
  say(`${kind}, seed ${seed}`)
  const faults = (await cutPower(kind, seed)) +
    (values.defect === undefined ? await failWrites(kind, seed) : 0)
  const again = [
    "--fs",
    kind,
    "--states",
    values.states,
    "--errors",
    values.errors,
    "--seed",
    seed,
    "--keep",
    "DIR"
  ]
  if (faults > 0) say(`again: npm run crash:power -- ${again.join(" ")}`)
  return faults === 0 ? 0 : 1
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => process.exit(130))
}
process.exitCode = await run()
