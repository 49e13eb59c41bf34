// Calls that fail, of workloads and of recoveries, and what becomes of a disk on which one has failed.
import { CrashMachine } from "../../../src/layers/CrashDisk.ts"
import type { CrashImage } from "../../../src/layers/CrashImage.ts"
import { CrashModel } from "../../../src/layers/CrashModel.ts"
import type { MemoryCall } from "../../../src/layers/MemoryFaults.ts"
import type { Explorer } from "./Explorer.ts"
import { callsOf, inflict } from "./faults.ts"
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
  const files = Invariants.filesOf(live)
  const raw = (workload.isJournal
    ? undefined
    : Invariants.brokenPromise(Invariants.mastersWithRedo(files), promised)) ??
    (origin.cuts.length === 0 ? Invariants.brokenReader(files) : undefined)
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
      callsOfAll: []
    },
    from,
    explorer.options.depthMax
  )
}

const notMade = "the call that was to fail is not made: the same run makes other calls"
const hangs = "after a failed call a process waits for ever: nobody has told it"

/**
 * A call fails, and every caller goes on with its next line all the same; then the processes die, and the same machine
 * goes on, or loses its power.
 */
export const failCall = (
  explorer: Explorer,
  workload: Workload,
  schedule: number,
  fault: Fault
): void => {
  const machine = new CrashMachine(workload.image)
  const inflicted = inflict(machine.store, fault)
  const stage = new Stage(explorer.subject, machine, schedule, explorer.tamper)
  stage.goesOn = true
  const processes = workload.start(stage)
  stage.play()
  const isStuck = stage.hangs
  for (const process of processes) process.kill()
  stage.play()
  inflicted.mend()
  const origin: Origin = { workload: workload.name, schedule, fault, cuts: [] }
  const after = inflicted.after()
  if (after === undefined) return explorer.report(origin, notMade)
  explorer.counts.faults++
  if (isStuck) return explorer.report(origin, hangs)
  goOn(explorer, workload, origin, machine, stage.promised, after)
}

/** A disk that a crash has left, opened; answers the calls that this makes. */
export const callsOfRecovery = (
  explorer: Explorer,
  { workload }: Recording,
  image: CrashImage
): ReadonlyArray<MemoryCall> => {
  const machine = new CrashMachine(image)
  const calls = callsOf(machine.store)
  const stage = new Stage(explorer.subject, machine, 0, explorer.tamper)
  stage.process(workload.reopen)
  stage.play()
  return calls
}

/** A call of a recovery fails; then the next recovery comes. */
export const failRecovery = (
  explorer: Explorer,
  recording: Recording,
  cut: Cut,
  image: CrashImage,
  fault: Fault
): void => {
  const promised = recording.promised.filter(({ after }) => after <= cut.after).map((each) => ({
    ...each,
    after: 0
  }))
  const machine = new CrashMachine(image)
  const inflicted = inflict(machine.store, fault)
  const stage = new Stage(explorer.subject, machine, 0, explorer.tamper, promised)
  const process = stage.process(recording.workload.reopen)
  stage.play()
  const isStuck = stage.hangs
  process.kill()
  stage.play()
  inflicted.mend()
  const origin: Origin = { ...originOf(recording, cut), fault }
  if (inflicted.after() === undefined) return explorer.report(origin, notMade)
  explorer.counts.faults++
  if (isStuck) return explorer.report(origin, hangs)
  goOn(explorer, recording.workload, origin, machine, stage.promised, 0)
}
