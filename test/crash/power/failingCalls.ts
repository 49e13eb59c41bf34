// Calls that fail, of workloads and of recoveries, and what becomes of a disk on which one has failed.
import { CrashMachine } from "../../../src/layers/CrashDisk.ts"
import type { CrashImage } from "../../../src/layers/CrashImage.ts"
import { CrashModel } from "../../../src/layers/CrashModel.ts"
import type { Explorer } from "./Explorer.ts"
import type { Cut, Fault, Origin, Recording } from "./findings.ts"
import { originOf, runOf } from "./findings.ts"
import * as Invariants from "./invariants.ts"
import { brokenBy, judge } from "./judge.ts"
import type { Promised } from "./stage.ts"
import { Stage } from "./stage.ts"
import type { Workload } from "./workloads.ts"

/** The machine on which a call has failed is opened again as it is, and after a power cut at the moments since. */
const goOn = (
  explorer: Explorer,
  workload: Workload,
  origin: Origin,
  machine: CrashMachine,
  promised: ReadonlyArray<Promised>,
  from: number
): void => {
  const done = [...machine.store.ops]
  const model = new CrashModel(machine.image)
  for (const op of done) model.apply(op)
  const live = model.live()
  const raw = workload.isJournal ? undefined : Invariants.brokenPromise(
    Invariants.mastersWithRedo(Invariants.filesOf(live)),
    promised
  ) ?? (origin.cuts.length === 0 ? Invariants.brokenReader(Invariants.filesOf(live)) : undefined)
  if (raw !== undefined) return explorer.report(origin, `${raw} (after a failed call)`)
  const next = new Stage(explorer.subject, machine, 0, explorer.tamper)
  next.isThorough = explorer.counts.faults % 4 === 0
  next.process(workload.reopen)
  next.play()
  const outcome = judge(next, workload, live, { ops: done, model })
  const broken = brokenBy(outcome, promised)
  if (broken !== undefined) return explorer.report(origin, broken)
  explorer.crash(
    {
      origin,
      run: runOf(origin),
      workload,
      image: machine.image,
      ops: [...machine.store.ops],
      begin: { ops: [], model: new CrashModel(machine.image) },
      promised: [...promised, ...next.promised],
      calls: 0,
      callsOfAll: 0
    },
    from,
    explorer.options.depthMax
  )
}

/** A call fails, once or from then on; then the processes die, and the same machine goes on, or loses its power. */
export const failCall = (
  explorer: Explorer,
  workload: Workload,
  schedule: number,
  fault: Fault
): void => {
  const machine = new CrashMachine(workload.image)
  const { store } = machine
  let failedAfter: number | undefined
  const mend = store.failAlways(({ index }) => {
    if (index < fault.at || (!fault.always && index > fault.at)) return undefined
    failedAfter ??= store.ops.length
    return fault.code === "short" ? { shortBytes: 1 } : fault.code
  })
  const stage = new Stage(explorer.subject, machine, schedule, explorer.tamper)
  const processes = workload.start(stage)
  stage.play()
  for (const process of processes) process.kill()
  stage.play()
  mend()
  explorer.counts.faults++
  const origin: Origin = { workload: workload.name, schedule, fault, cuts: [] }
  goOn(explorer, workload, origin, machine, stage.promised, failedAfter ?? store.ops.length)
}

/** A call of a recovery fails; then the next one comes. False once there is no such call. */
export const failRecovery = (
  explorer: Explorer,
  recording: Recording,
  cut: Cut,
  image: CrashImage,
  at: number
): boolean => {
  const promised = recording.promised.filter(({ after }) => after <= cut.after).map((each) => ({
    ...each,
    after: 0
  }))
  const machine = new CrashMachine(image)
  const mend = machine.store.failAlways(({ index }) => index === at ? "EIO" : undefined)
  const stage = new Stage(explorer.subject, machine, 0, explorer.tamper, promised)
  const process = stage.process(recording.workload.reopen)
  stage.play()
  process.kill()
  stage.play()
  mend()
  if (machine.store.calls <= at) return false
  explorer.counts.faults++
  const origin: Origin = {
    ...originOf(recording, cut),
    fault: { at, code: "EIO", always: false, afterCuts: 1 }
  }
  goOn(explorer, recording.workload, origin, machine, stage.promised, 0)
  return true
}
