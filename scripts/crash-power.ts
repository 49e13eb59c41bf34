// `npm run crash:power`: cuts the power of a real file system on a disk of our own, at every flush and between, and
// examines what is left; then lets single block writes fail.
//
// --fs ext4|xfs (default ext4)   --states N (300)   --errors N (40)   --seed N (by the clock)   --nice
// --keep DIR     where the disks of states with a fault are kept (default: a directory in the system's own for temps)
// --again FILE   examines such a disk once more
// --defect NAME  the program is made to leave something out; fails unless that brings faults
//
// Needs root, /dev/fuse and loop devices; says so and ends well where they are missing. The seed decides which moments
// and which writes are taken; what the kernel writes at all, and when, differs from run to run, so that a fault is seen
// again by its kept disk, not by its seed.
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { defects } from "../test/crash/blockBoot.ts"
import type { ErrorReport } from "../test/crash/blockErrors.ts"
import { runErrors } from "../test/crash/blockErrors.ts"
import { examineKept } from "../test/crash/blockExamine.ts"
import { whyNoBlockDisk } from "../test/crash/blockHost.ts"
import type { FileSystem } from "../test/crash/blockHost.ts"
import type { PowerReport } from "../test/crash/blockPower.ts"
import { runPower } from "../test/crash/blockPower.ts"
import { anyText, flagsOf, oneOf, refuse, seedFlag, whole } from "./crash-flags.ts"

const flags = flagsOf({
  fs: oneOf<FileSystem>(["ext4", "xfs"]),
  states: whole(300),
  errors: whole(40),
  seed: seedFlag(),
  keep: anyText,
  again: anyText,
  defect: oneOf(Object.keys(defects))
})
const kind = flags.fs ?? "ext4"

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const seconds = (sinceMs: number): string =>
  `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`

const keepIn = (): string => {
  if (flags.keep === undefined) return fs.mkdtempSync(path.join(os.tmpdir(), "inkfast-kept-"))
  fs.mkdirSync(flags.keep, { recursive: true })
  return flags.keep
}

const cutPower = async (): Promise<PowerReport> => {
  const { defect, seed, states } = flags
  const startMs = performance.now()
  const onState = (done: number): void => {
    if (done % 50 === 0) say(`  ${done} states, ${seconds(startMs)}`)
  }
  const keep = keepIn()
  const report = await runPower({
    kind,
    states,
    seed,
    keep,
    defect: defect === undefined ? undefined : defects[defect],
    onState
  })
  say(
    `workload: ${report.writes} block writes, ${report.flushes} flushes, ${report.acknowledged} acknowledgements`
  )
  for (const [fate, count] of Object.entries(report.byFate)) say(`  ${count} states: ${fate}`)
  say(
    `power: ${report.states} states (${report.boundaries} of ${report.boundariesInAll} flush boundaries, ${report.between} between), ` +
      `${report.inDoubt} with writes in doubt, ${report.sameBoot} without a reboot, ` +
      `${report.unmountable} that the kernel does not mount; ${report.faults.length} faults; ${
        seconds(startMs)
      }`
  )
  for (const fault of report.faults) say(`  ${fault}`)
  for (const file of report.kept) say(`again: npm run crash:power -- --again ${file}`)
  if (report.kept.length === 0 && flags.keep === undefined) fs.rmdirSync(keep)
  return report
}

const failWrites = async (): Promise<ErrorReport> => {
  const startMs = performance.now()
  const report = await runErrors({ kind, trials: flags.errors, seed: flags.seed })
  say(
    `EIO once: ${report.trials} trials, ${report.failed} writes failed, ${report.failedData} of them with our lines; ` +
      `${report.noticed} noticed, ${report.remounted} went on only after a new mount; ` +
      `${report.acknowledged} acknowledgements; ${report.faults.length} faults; ${seconds(startMs)}`
  )
  for (const fault of report.faults) say(`  ${fault}`)
  return report
}

const lookAgain = async (file: string): Promise<number> => {
  if (!fs.existsSync(file)) return refuse(`--again ${file}: there is no such file`)
  const faults = await examineKept(file)
  for (const fault of faults) say(`  ${fault}`)
  say(`${faults.length} faults`)
  return faults.length
}

/** Answers whether what was expected was found. */
const run = async (): Promise<boolean> => {
  const why = whyNoBlockDisk(kind)
  if (why !== undefined) {
    say(`skipped: ${why}`)
    return true
  }
  if (flags.again !== undefined) return (await lookAgain(flags.again)) === 0
  const { defect, errors, seed, states } = flags
  say(`${kind}, seed ${seed}`)
  const power = await cutPower()
  if (defect !== undefined) return power.faults.length > 0
  const writes = await failWrites()
  say(
    `the same again: npm run crash:power -- --fs ${kind} --states ${states} --errors ${errors} --seed ${seed}`
  )
  const hasSeen = power.inDoubt > 0 && writes.failed > 0
  if (!hasSeen) say("no write was ever in doubt, or none failed: that proves nothing")
  return hasSeen && power.faults.length === 0 && writes.faults.length === 0
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => process.exit(130))
}
process.exitCode = (await run()) ? 0 : 1
