// Power cuts of a real file system at the block level: a workload's writes and flushes are recorded, and the disks that a
// cut could have left are mounted, examined, opened, worked on, and cut once more.
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as fs from "node:fs"
import * as path from "node:path"
import type { Disk } from "../../src/services/durability/Disk.ts"
import { diskAtBoot, firstBoot } from "./blockBoot.ts"
import type { Defect } from "./blockBoot.ts"
import { examineDisk, keepDisk } from "./blockExamine.ts"
import { BlockHost } from "./blockHost.ts"
import type { FileSystem } from "./blockHost.ts"
import { fateName, momentsOf, planPower } from "./blockPlan.ts"
import type { PlannedState } from "./blockPlan.ts"
import type { EventSummary } from "./blockServer.ts"
import { openedOver, takeSteps } from "./crashSteps.ts"
import type { Step } from "./crashSteps.ts"

export interface PowerOptions {
  readonly kind: FileSystem
  readonly states: number
  readonly seed: number
  /** A directory for the disks of states with a fault. */
  readonly keep?: string | undefined
  /** What the program is made to leave out, to see that it is found. */
  readonly defect?: Defect | undefined
  readonly onState?: (done: number) => void
}

export interface PowerReport {
  writes: number
  flushes: number
  acknowledged: number
  /** Different moments right before a flush, or at the end, that were looked at; and how many there are. */
  boundaries: number
  boundariesInAll: number
  states: number
  /** Of them, cut off between two flushes. */
  between: number
  /** By what became of the writes that no flush covered. */
  readonly byFate: { [fate: string]: number }
  /** States in which writes were in doubt at all. */
  inDoubt: number
  /** States in which the machine did not reboot: the drive was unplugged and plugged in again. */
  sameBoot: number
  /** Disks that the kernel itself would not mount. */
  unmountable: number
  readonly faults: Array<string>
  /** Files that `examineKept` takes, one for each state with a fault. */
  readonly kept: Array<string>
}

/** Each is a run of its own: opened, worked in, closed. */
const runs: ReadonlyArray<ReadonlyArray<Step>> = [
  ["record 1", "shadowed 2", "record 2", "reject 1", "records 3 9", "record 9"],
  ["records 10 60", "reject 2", "consolidate", "record 60", "records 61 70"],
  [
    "shadowed 70",
    "record 70",
    "reject 3",
    "record 71",
    "consolidate",
    "record 72",
    "records 73 200"
  ]
]

const source = "disk"

/** The workload on a new disk, which is then left as it is. Answers its history. */
const record = async (
  host: BlockHost,
  disk: Layer.Layer<Disk>
): Promise<ReadonlyArray<EventSummary>> => {
  await host.make(source)
  const root = `${host.mount(source)}/data`
  const notes = fs.openSync(host.notesOf(source), "r+")
  try {
    for (const steps of runs) {
      // Answered by the disk before the next write is made: a note stands where it belongs.
      await Effect.runPromise(
        takeSteps(steps, (each) => fs.writeSync(notes, each)).pipe(
          Effect.provide(openedOver(root, disk)),
          Effect.provideService(References.MinimumLogLevel, "Error")
        )
      )
    }
  } finally {
    fs.closeSync(notes)
  }
  const events = await host.events(source)
  host.unmount(source)
  return events
}

const nameOf = (state: PlannedState): string =>
  `state ${state.number} (before event ${state.at}, ${
    fateName(state.fate)
  }, seed ${state.fate.seed}${state.sameBoot ? ", same boot" : ""})`

const acknowledgedBefore = (
  events: ReadonlyArray<EventSummary>,
  at: number
): ReadonlyArray<string> =>
  events.slice(0, at).flatMap(({ kind, text }) => kind === "note" ? [text] : [])

const check = async (
  host: BlockHost,
  state: PlannedState,
  events: ReadonlyArray<EventSummary>,
  disk: Layer.Layer<Disk>,
  report: PowerReport
): Promise<ReadonlyArray<string>> => {
  const name = `state-${state.number}`
  report.states++
  report.byFate[fateName(state.fate)] = (report.byFate[fateName(state.fate)] ?? 0) + 1
  report.between += Number(!state.isBoundary)
  report.inDoubt += Number(state.writesInDoubt > 0)
  report.sameBoot += Number(state.sameBoot)
  await host.cut(source, state.at, state.fate, name)
  try {
    host.mount(name)
  } catch (error) {
    report.unmountable++
    return [`the kernel does not mount it: ${String(error)}`]
  }
  return examineDisk(host, name, acknowledgedBefore(events, state.at), disk)
}

/** Keeps the disk of a state as it was before anybody opened it, to be looked at again. Answers the file. */
const keepState = async (
  host: BlockHost,
  state: PlannedState,
  events: ReadonlyArray<EventSummary>,
  directory: string
): Promise<string> => {
  const name = `state-${state.number}`
  await host.drop(name)
  await host.cut(source, state.at, state.fate, name)
  const file = path.join(directory, `${host.kind}-${name}.json`)
  const acknowledged = acknowledgedBefore(events, state.at)
  keepDisk(host, name, file, { kind: host.kind, acknowledged, sameBoot: state.sameBoot })
  return file
}

export const runPower = async (options: PowerOptions): Promise<PowerReport> => {
  const host = await BlockHost.start(options.kind)
  try {
    const boots = host.scratch()
    const defectIn = (phase: Defect["phase"]) =>
      options.defect?.phase === phase ? options.defect : undefined
    const events = await record(host, diskAtBoot(boots, firstBoot, defectIn("work")))
    const count = (kind: EventSummary["kind"]) => events.filter((each) => each.kind === kind).length
    const plan = planPower(events, options)
    const report: PowerReport = {
      writes: count("write"),
      flushes: count("flush"),
      acknowledged: count("note"),
      boundaries: new Set(plan.flatMap(({ at, isBoundary }) => isBoundary ? [at] : [])).size,
      boundariesInAll: momentsOf(events).filter(({ isBoundary }) => isBoundary).length,
      states: 0,
      between: 0,
      byFate: {},
      inDoubt: 0,
      sameBoot: 0,
      unmountable: 0,
      faults: [],
      kept: []
    }
    for (const state of plan) {
      const name = `state-${state.number}`
      const disk = diskAtBoot(boots, state.sameBoot ? firstBoot : name, defectIn("recovery"))
      const faults = await check(host, state, events, disk, report)
      report.faults.push(...faults.map((fault) => `${nameOf(state)}: ${fault}`))
      if (faults.length > 0 && options.keep !== undefined) {
        report.kept.push(await keepState(host, state, events, options.keep))
      }
      await host.drop(name)
      options.onState?.(report.states)
    }
    return report
  } finally {
    host.dispose()
  }
}
