// Power cuts of a real file system at the block level: a workload's writes and flushes are recorded, and the disks that a
// cut could have left are mounted, examined, opened, worked on, and cut once more.
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as fs from "node:fs"
import type { Disk } from "../../src/services/durability/Disk.ts"
import { seededRandom } from "../../src/layers/CrashChoices.ts"
import { diskAtBoot } from "./blockBoot.ts"
import type { Defect } from "./blockBoot.ts"
import { BlockHost } from "./blockHost.ts"
import type { FileSystem } from "./blockHost.ts"
import { below, shuffled } from "./blockRandom.ts"
import type { EventSummary, Fate } from "./blockServer.ts"
import { openedOver, takeSteps } from "./crashSteps.ts"
import type { Step } from "./crashSteps.ts"
import { faultsAfter, faultsBefore, openAndAppend, standing } from "./dataCheck.ts"

export interface PowerOptions {
  readonly kind: FileSystem
  readonly states: number
  readonly seed: number
  /** Where the disks of failed states are kept. */
  readonly keep?: string | undefined
  /** What the program is made to leave out, to see that it is found. */
  readonly defect?: Defect | undefined
  readonly onState?: (done: number) => void
}

export interface PowerReport {
  writes: number
  flushes: number
  acknowledged: number
  states: number
  /** By what became of the writes that no flush covered. */
  readonly byFate: { [fate: string]: number }
  /** States in which writes were in doubt at all. */
  inDoubt: number
  /** States in which the machine did not reboot: the drive was unplugged and plugged in again. */
  sameBoot: number
  /** Disks that the kernel itself would not mount. */
  unmountable: number
  readonly faults: Array<string>
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
const firstBoot = "first"

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

interface State {
  readonly number: number
  /** The event that did not happen any more. */
  readonly at: number
  readonly fate: Fate
  readonly sameBoot: boolean
}

const fates: ReadonlyArray<Omit<Fate, "seed">> = [
  { chance: 0, tear: "whole" },
  { chance: 1, tear: "whole" },
  { chance: 0.5, tear: "whole" },
  { chance: 0.5, tear: "page" },
  { chance: 0.5, tear: "sector" },
  { chance: 0.9, tear: "sector" }
]

const fateName = ({ chance, tear }: Omit<Fate, "seed">): string =>
  chance === 0
    ? "none kept"
    : chance === 1
    ? "all kept"
    : `${chance * 100} % of ${tear} writes kept`

/** Every flush boundary under every fate, in a seeded order; then moments between flushes, under any fate. */
const plan = (
  events: ReadonlyArray<EventSummary>,
  { seed, states }: PowerOptions
): ReadonlyArray<State> => {
  const random = seededRandom(seed)
  const boundaries = events.flatMap(({ kind }, index) => kind === "flush" ? [index] : [])
  const atBoundaries = boundaries.flatMap((at) => fates.map((fate) => ({ at, fate })))
  const anywhere = Array.from({ length: Math.max(0, states - atBoundaries.length) }, () => ({
    at: below(random, events.length + 1),
    fate: fates[below(random, fates.length)]!
  }))
  return [...shuffled(random, atBoundaries), ...anywhere].slice(0, states).map((
    { at, fate },
    number
  ) => ({
    number,
    at,
    fate: { ...fate, seed: below(random, 2 ** 32) },
    sameBoot: random() < 0.25
  }))
}

const messageOf = (error: unknown): string => error instanceof Error ? error.message : String(error)

/** What a mounted state shows before and after it is opened, and what is there after one more cut (I7). Unmounts it. */
const examineState = async (
  host: BlockHost,
  state: State,
  acknowledged: ReadonlyArray<string>,
  disk: Layer.Layer<Disk>
): Promise<ReadonlyArray<string>> => {
  const [name, after] = [`state-${state.number}`, `state-${state.number}-after`]
  const root = `${host.pointOf(name)}/data`
  const faults: Array<string> = []
  let reported: ReadonlyArray<string> = []
  try {
    faults.push(...faultsBefore(root, acknowledged, true))
    await openAndAppend(root, undefined, disk)
    faults.push(...faultsAfter(root, acknowledged))
    reported = [...standing(root)].filter((each) =>
      each.startsWith("record ") || each.startsWith("reject ")
    )
    await host.cut(name, undefined, { chance: 0, tear: "whole", seed: 0 }, after)
    const more = await openAndAppend(root, 900, disk)
    faults.push(...faultsAfter(root, [...acknowledged, ...more]))
  } catch (error) {
    faults.push(`it does not open again: ${messageOf(error)}`)
    return faults
  } finally {
    host.unmount(name)
  }
  const again = `${host.mount(after)}/data`
  const there = standing(again)
  faults.push(
    ...reported.filter((each) => !there.has(each)).map((each) =>
      `I7: reported by the recovery and gone: ${each}`
    )
  )
  host.unmount(after)
  await host.drop(after)
  return faults
}

const nameOf = (state: State): string =>
  `state ${state.number} (before event ${state.at}, ${
    fateName(state.fate)
  }, seed ${state.fate.seed}${state.sameBoot ? ", same boot" : ""})`

const check = async (
  host: BlockHost,
  state: State,
  events: ReadonlyArray<EventSummary>,
  disk: Layer.Layer<Disk>,
  report: PowerReport
): Promise<ReadonlyArray<string>> => {
  const before = events.slice(0, state.at)
  const acknowledged = before.flatMap(({ kind, text }) => kind === "note" ? [text] : [])
  const name = `state-${state.number}`
  const isInDoubt = before.slice(before.findLastIndex(({ kind }) => kind === "flush") + 1).some((
    { kind }
  ) => kind === "write")
  report.states++
  report.byFate[fateName(state.fate)] = (report.byFate[fateName(state.fate)] ?? 0) + 1
  report.inDoubt += Number(isInDoubt)
  report.sameBoot += Number(state.sameBoot)
  await host.cut(source, state.at, state.fate, name)
  try {
    host.mount(name)
  } catch (error) {
    report.unmountable++
    return [`the kernel does not mount it: ${messageOf(error)}`]
  }
  return examineState(host, state, acknowledged, disk)
}

export const runPower = async (options: PowerOptions): Promise<PowerReport> => {
  const host = await BlockHost.start(options.kind)
  try {
    const boots = host.scratch()
    const defectIn = (phase: Defect["phase"]) =>
      options.defect?.phase === phase ? options.defect : undefined
    const events = await record(host, diskAtBoot(boots, firstBoot, defectIn("work")))
    const count = (kind: EventSummary["kind"]) => events.filter((each) => each.kind === kind).length
    const report: PowerReport = {
      writes: count("write"),
      flushes: count("flush"),
      acknowledged: count("note"),
      states: 0,
      byFate: {},
      inDoubt: 0,
      sameBoot: 0,
      unmountable: 0,
      faults: []
    }
    for (const state of plan(events, options)) {
      const name = `state-${state.number}`
      const disk = diskAtBoot(boots, state.sameBoot ? firstBoot : name, defectIn("recovery"))
      const faults = await check(host, state, events, disk, report)
      report.faults.push(...faults.map((fault) => `${nameOf(state)}: ${fault}`))
      if (faults.length > 0 && options.keep !== undefined) {
        await host.drop(name)
        await host.cut(source, state.at, state.fate, name)
        host.save(name, `${options.keep}/${options.kind}-${name}.img`)
      }
      await host.drop(name)
      options.onState?.(report.states)
    }
    return report
  } finally {
    host.dispose()
  }
}
