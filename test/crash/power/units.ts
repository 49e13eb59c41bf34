// The campaign cut into units: each is deterministic, takes a second or a few, and can be run again by its name.
import { choices, seededRandom } from "../../../src/layers/CrashChoices.ts"
import { CrashModel } from "../../../src/layers/CrashModel.ts"
import type { MemoryCall } from "../../../src/layers/MemoryFaults.ts"
import { Explorer } from "./Explorer.ts"
import { callsOfRecovery, failCall, failRecovery } from "./failingCalls.ts"
import { faultsOf } from "./faults.ts"
import type { Counts, ExploreOptions, Finding, Recording } from "./findings.ts"
import type { Tamper } from "./stage.ts"
import { data } from "./stage.ts"
import type { Subject } from "./subject.ts"
import type { Workload } from "./workloads.ts"
import { workloads } from "./workloads.ts"

/**
 * - `crash`: at every moment all processes die, or the power is cut; and again amid the recovery, and amid the next one.
 * - `sweep`: the same, but no recovery is crashed.
 * - `kill`: one process dies at each of its calls, the others go on, and then as above.
 * - `fail`: each call fails in every way, once or from then on, and then as above.
 * - `failOnce`: each call fails in one way, which the seed decides.
 * - `recover`, `recoverOnce`: a crash, then each call of the recovery fails, as above.
 */
const kinds = ["crash", "sweep", "kill", "fail", "failOnce", "recover", "recoverOnce"] as const
export type UnitKind = (typeof kinds)[number]

export interface Unit {
  readonly workload: string
  readonly kind: UnitKind
  /** The order of the fibers. */
  readonly schedule: number
  /** Of `parts`, which: every so-manieth call, or crash whose recovery is failed. */
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

/** Undefined for what names no unit. */
export const parseUnit = (name: string): Unit | undefined => {
  const [workload = "", kindName, schedule = "", parts = "", ...rest] = name.split("/")
  const kind = kinds.find((each) => each === kindName)
  const numbers = [schedule, ...parts.split("of"), ...rest].map((text) =>
    /^\d+$/.test(text) ? Number(text) : -1
  )
  const [order = 0, part = 0, of = 0, perMoment = 0, seed = 0] = numbers
  const isWhole = numbers.length === 5 && numbers.every((n) => n >= 0) && part < of && perMoment > 0
  return kind === undefined || !isWhole || workloads.every((each) => each.name !== workload)
    ? undefined
    : { workload, kind, schedule: order, part, parts: of, perMoment, seed }
}

/** Crash states of one workload whose recoveries are failed, and of them one in so many where it is sampled. */
const recoveriesFailed = 6
const recoverySampleOneIn = 6

const options = (unit: Unit, wanted: RegExp | undefined): ExploreOptions => ({
  seed: unit.seed,
  perMoment: unit.perMoment,
  recoveryEvery: 200,
  repairEvery: unit.kind === "crash" ? 40 : 200,
  perRecoveryMoment: 2,
  thoroughEvery: 24,
  killDepthMax: unit.kind === "crash" ? 2 : 1,
  depthMax: unit.kind === "sweep" ? 0 : 2,
  wanted
})

/** The first moment at which two recordings differ. */
const divergence = (a: Recording, b: Recording): number => {
  const same = (at: number) => JSON.stringify(a.ops[at]) === JSON.stringify(b.ops[at])
  let at = 0
  while (at < a.ops.length && at < b.ops.length && same(at)) at++
  return at
}

const crashAll = (explorer: Explorer, workload: Workload, { schedule }: Unit): void =>
  explorer.crash(explorer.record(workload, schedule))

/** The ways in which a unit makes this call fail. */
const faultsIn = ({ kind, seed }: Unit, call: MemoryCall) => {
  const all = faultsOf(call)
  return kind === "fail" || kind === "recover" ? all : [all[(call.index + seed) % all.length]!]
}

const failCalls = (explorer: Explorer, workload: Workload, unit: Unit): void => {
  const { part, parts, schedule } = unit
  const { callsOfAll } = explorer.record(workload, schedule)
  for (let at = part; at < callsOfAll.length && !explorer.isDone; at += parts) {
    explorer.counts.calls++
    for (const fault of faultsIn(unit, callsOfAll[at]!)) {
      failCall(explorer, workload, schedule, { ...fault, at, afterCuts: 0 })
    }
  }
}

/** A crash at a moment of its own for each number. */
const crashOf = (recording: Recording, seed: number, n: number) => {
  const { image, ops, workload: { sectorBytes } } = recording
  const after = Math.floor(seededRandom(seed + n)() * (ops.length + 1))
  const model = new CrashModel(image)
  for (const op of ops.slice(0, after)) model.apply(op)
  const survivors = model.survivors({
    sectorBytes,
    isCoarse: (path) => path === data.appenderLock
  })
  const choice = [...choices(survivors.dimensions, 3, seed + n)].at(-1) ?? []
  return { cut: { after, choice }, image: survivors.image(choice) }
}

const failRecoveries = (explorer: Explorer, workload: Workload, unit: Unit): void => {
  const recording = explorer.record(workload, unit.schedule)
  for (let n = unit.part; n < recoveriesFailed && !explorer.isDone; n += unit.parts) {
    const { cut, image } = crashOf(recording, unit.seed, n)
    for (const call of callsOfRecovery(explorer, recording, image)) {
      if (explorer.isDone) return
      explorer.counts.calls++
      for (const fault of faultsIn(unit, call)) {
        failRecovery(explorer, recording, cut, image, { ...fault, at: call.index, afterCuts: 1 })
      }
    }
  }
}

const killAtCalls = (explorer: Explorer, workload: Workload, unit: Unit): void => {
  const whole = explorer.record(workload, unit.schedule)
  for (let at = unit.part; at < whole.calls && !explorer.isDone; at += unit.parts) {
    const killed = explorer.record(workload, unit.schedule, at)
    explorer.crash(killed, divergence(whole, killed))
  }
}

const run: {
  readonly [kind in UnitKind]: (explorer: Explorer, workload: Workload, unit: Unit) => void
} = {
  crash: crashAll,
  sweep: crashAll,
  kill: killAtCalls,
  fail: failCalls,
  failOnce: failCalls,
  recover: failRecoveries,
  recoverOnce: failRecoveries
}

/** At most so many of what is found in one unit are told, those that are wanted first. */
const toldMax = 3

export const runUnit = (
  subject: Subject,
  unit: Unit,
  defect: { readonly tamper?: Tamper | undefined; readonly finds?: RegExp | undefined } = {}
): UnitReport => {
  const workload = workloads.find(({ name }) => name === unit.workload)
  if (workload === undefined) throw new Error(`no workload is named "${unit.workload}"`)
  const { finds, tamper } = defect
  const explorer = new Explorer(subject, options(unit, finds), tamper)
  run[unit.kind](explorer, workload, unit)
  const isWanted = ({ broken }: Finding) => Number(finds === undefined || finds.test(broken))
  const findings = explorer.findings.toSorted((a, b) => isWanted(b) - isWanted(a))
  return { unit, counts: explorer.counts, findings: findings.slice(0, toldMax) }
}

/**
 * One round over everything. Where `sampled` is set, of what is cut in parts one part, of recoveries a sixth, and of the
 * orders of the fibers one, as the seed has it; there every call that is made to fail does so in one way.
 */
export const unitsOf = (seed: number, perMoment: number, sampled = false): ReadonlyArray<Unit> =>
  workloads.flatMap((workload) => {
    const first = (seed - 1) * workload.schedules
    const unit = (kind: UnitKind, schedule: number, part = 0, parts = 1): Unit => ({
      workload: workload.name,
      kind,
      schedule,
      part,
      parts,
      seed,
      perMoment: kind === "crash" ? perMoment : Math.max(2, perMoment >> 4)
    })
    const inParts = (kind: UnitKind, parts: number, sampleOneIn = parts) =>
      Array.from({ length: parts }, (_, part) => unit(kind, first, part, parts)).filter((
        { part }
      ) => !sampled || part % sampleOneIn === seed % sampleOneIn)
    const schedules = Array.from({ length: workload.schedules }, (_, i) => first + i)
    const crashed = sampled ? [first + seed % workload.schedules] : schedules
    return [
      ...crashed.map((schedule) => unit("crash", schedule)),
      ...(workload.kills ? inParts("kill", workload.parts) : []),
      ...(sampled
        ? inParts("failOnce", workload.sampleParts)
        : inParts("fail", workload.parts)),
      ...inParts(sampled ? "recoverOnce" : "recover", recoveriesFailed, recoverySampleOneIn)
    ]
  })
