// The campaign cut into units: each is deterministic, takes a second or a few, and can be run again by its name.
import { choices, seededRandom } from "../../../src/layers/CrashChoices.ts"
import { CrashModel } from "../../../src/layers/CrashModel.ts"
import type { Counts, ExploreOptions, Fault, Finding, Recording } from "./findings.ts"
import { Explorer } from "./Explorer.ts"
import { failCall, failRecovery } from "./failingCalls.ts"
import type { Tamper } from "./stage.ts"
import { data } from "./stage.ts"
import type { Subject } from "./subject.ts"
import type { Workload } from "./workloads.ts"
import { workloads } from "./workloads.ts"

/**
 * - `crash`: at every moment all processes die, or the power is cut; and again amid the recovery, and amid the next one.
 * - `sweep`: the same, but no recovery is crashed.
 * - `kill`: one process dies at each of its calls, the others go on, and then as above.
 * - `fail`: each call fails, once or from then on, and then as above.
 * - `recover`: a crash, then each call of the recovery fails.
 */
export type UnitKind = "crash" | "sweep" | "kill" | "fail" | "recover"

export interface Unit {
  readonly workload: string
  readonly kind: UnitKind
  /** The order of the fibers. */
  readonly schedule: number
  /** Of `parts`, which: every so-manieth call. */
  readonly part: number
  readonly parts: number
  readonly seed: number
  readonly perMoment: number
}

export interface UnitReport {
  readonly unit: Unit
  readonly counts: Counts
  readonly findings: ReadonlyArray<Finding>
}

export const unitName = (
  { kind, part, parts, perMoment, schedule, seed, workload }: Unit
): string => [workload, kind, schedule, `${part}of${parts}`, perMoment, seed].join("/")

export const parseUnit = (name: string): Unit => {
  const [workload = "", kind = "", schedule, parts = "", perMoment, seed] = name.split("/")
  const [part, of] = parts.split("of").map(Number)
  return {
    workload,
    kind: kind as UnitKind,
    schedule: Number(schedule),
    part: part ?? 0,
    parts: of ?? 1,
    perMoment: Number(perMoment),
    seed: Number(seed)
  }
}

const faults: ReadonlyArray<Pick<Fault, "code" | "always">> = [
  { code: "EIO", always: false },
  { code: "EIO", always: true },
  { code: "ENOSPC", always: false },
  { code: "ENOSPC", always: true },
  { code: "short", always: false }
]

/** Crash states of one workload whose recoveries are failed. */
const recoveriesFailed = 6

const options = (unit: Unit): ExploreOptions => ({
  seed: unit.seed,
  perMoment: unit.perMoment,
  recoveryEvery: unit.kind === "crash" ? Math.max(24, Math.round(768 / unit.perMoment)) : 200,
  perRecoveryMoment: 2,
  thoroughEvery: 24,
  killDepthMax: unit.kind === "crash" ? 2 : 1,
  depthMax: unit.kind === "sweep" ? 0 : 2
})

/** The first moment at which two recordings differ. */
const divergence = (a: Recording, b: Recording): number => {
  const same = (at: number) => JSON.stringify(a.ops[at]) === JSON.stringify(b.ops[at])
  let at = 0
  while (at < a.ops.length && at < b.ops.length && same(at)) at++
  return at
}

const run = {
  crash: (explorer: Explorer, workload: Workload, { schedule }: Unit) =>
    explorer.crash(explorer.record(workload, schedule)),

  sweep: (explorer: Explorer, workload: Workload, { schedule }: Unit) =>
    explorer.crash(explorer.record(workload, schedule)),

  kill: (explorer: Explorer, workload: Workload, { part, parts, schedule }: Unit) => {
    const whole = explorer.record(workload, schedule)
    for (let at = part; at < whole.calls && !explorer.isDone; at += parts) {
      const killed = explorer.record(workload, schedule, at)
      explorer.crash(killed, divergence(whole, killed))
    }
  },

  fail: (explorer: Explorer, workload: Workload, { part, parts, schedule }: Unit) => {
    const { callsOfAll } = explorer.record(workload, schedule)
    // A little more than the calls of a clean run, since what fails may lead to others.
    for (let at = part; at <= callsOfAll && !explorer.isDone; at += parts) {
      for (const fault of faults) {
        failCall(explorer, workload, schedule, { ...fault, at, afterCuts: 0 })
      }
    }
  },

  recover: (explorer: Explorer, workload: Workload, { part, parts, schedule, seed }: Unit) => {
    const recording = explorer.record(workload, schedule)
    const random = seededRandom(seed)
    for (let n = part; n < recoveriesFailed && !explorer.isDone; n += parts) {
      const after = Math.floor(random() * (recording.ops.length + 1))
      const model = new CrashModel(recording.image)
      for (const op of recording.ops.slice(0, after)) model.apply(op)
      const survivors = model.survivors({
        sectorBytes: workload.sectorBytes,
        isCoarse: (path) => path === data.appenderLock
      })
      const choice = [...choices(survivors.dimensions, 3, seed + n)].at(-1) ?? []
      const image = survivors.image(choice)
      for (
        let at = 0;
        failRecovery(explorer, recording, { after, choice }, image, at) && !explorer.isDone;
      ) at++
    }
  }
} as const

export const runUnit = (subject: Subject, unit: Unit, tamper?: Tamper): UnitReport => {
  const workload = workloads.find(({ name }) => name === unit.workload)
  if (workload === undefined) throw new Error(`no workload is named "${unit.workload}"`)
  const explorer = new Explorer(subject, options(unit), tamper)
  run[unit.kind](explorer, workload, unit)
  return { unit, counts: explorer.counts, findings: explorer.findings.slice(0, 3) }
}

/** One round over everything; where `sampled` is set, one part of each that is cut in parts, and one order of the fibers. */
export const unitsOf = (seed: number, perMoment: number, sampled = false): ReadonlyArray<Unit> =>
  workloads.flatMap((workload) => {
    const unit = (kind: UnitKind, schedule: number, part = 0, parts = 1): Unit => ({
      workload: workload.name,
      kind,
      schedule,
      part,
      parts,
      seed,
      perMoment: kind === "crash" ? perMoment : Math.max(2, perMoment >> 4)
    })
    const first = (seed - 1) * workload.schedules
    const schedules = Array.from({ length: workload.schedules }, (_, i) => first + i)
    const parted = (kind: UnitKind, parts: number) =>
      Array.from({ length: parts }, (_, part) => unit(kind, first, part, parts)).filter((
        { part }
      ) => !sampled || part === seed % parts)
    return [
      ...schedules.filter((_, i) => !sampled || i === seed % schedules.length).map((schedule) =>
        unit("crash", schedule)
      ),
      ...(workload.kills ? parted("kill", workload.parts) : []),
      ...parted("fail", workload.parts),
      ...parted("recover", Math.min(workload.parts, recoveriesFailed))
    ]
  })
