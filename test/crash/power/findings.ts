// What a campaign goes through, and how it names what it finds so that it can be found again.
import type { CrashImage } from "../../../src/layers/CrashImage.ts"
import type { CrashModel } from "../../../src/layers/CrashModel.ts"
import type { CrashOp } from "../../../src/layers/CrashStore.ts"
import type { MemoryCall } from "../../../src/layers/MemoryFaults.ts"
import type { Promised } from "./stage.ts"
import type { Workload } from "./workloads.ts"

/** One crash: after how many changes of the disk, and which survivor; no choice where only processes died. */
export interface Cut {
  readonly after: number
  readonly choice: ReadonlyArray<number> | undefined
  /** Of a write that was under way, so many bytes are there. */
  readonly tornBytes?: number
}

/** How a state came about: with this, it can be made again. */
export interface Origin {
  readonly workload: string
  readonly schedule: number
  /** The call at which the first process was killed. */
  readonly killAt?: number
  readonly fault?: Fault
  readonly cuts: ReadonlyArray<Cut>
}

export interface Fault {
  /** The call on the disk, from 0. */
  readonly at: number
  /** `short`: one byte is done, and no error; `torn`: half of the bytes, then ENOSPC for the rest. */
  readonly code: "EIO" | "ENOSPC" | "short" | "torn"
  /** The calls after it fail in the same way. */
  readonly always: boolean
  /** How many crashes came before it. */
  readonly afterCuts: number
}

export interface Finding {
  readonly origin: Origin
  readonly broken: string
}

export interface Counts {
  /** Moment and surviving disk, each pair once. */
  states: number
  /** Different disks: recoveries that were run. */
  disks: number
  /** Of the states, those left by a crash of a recovery. */
  inRecovery: number
  /** Of the states, those left by the death of processes alone. */
  kills: number
  /** Runs in which a call failed, or did a part of its work. */
  faults: number
  /** Calls of workloads and recoveries to which that was done, each once. */
  calls: number
}

export const noCounts = (): Counts => ({
  states: 0,
  disks: 0,
  inRecovery: 0,
  kills: 0,
  faults: 0,
  calls: 0
})

export interface ExploreOptions {
  readonly seed: number
  /** Survivors at each moment of a workload. */
  readonly perMoment: number
  /** Of so many disks the recovery of one is crashed at each of its moments. */
  readonly recoveryEvery: number
  /** The same of those that take a repair: these have more to lose. */
  readonly repairEvery: number
  readonly perRecoveryMoment: number
  /** Of so many disks one is also consolidated, where the workload has that. */
  readonly thoroughEvery: number
  /** How many times in turn all processes may die; 0 where only the power is cut. */
  readonly killDepthMax: number
  /** How many times a recovery may be crashed in turn. */
  readonly depthMax: number
  /** What is looked for: other findings do not end the search. */
  readonly wanted?: RegExp | undefined
}

/** What processes that are dead by now have done, and how that stands on the disk. The model is not to be changed. */
export interface Dead {
  readonly ops: ReadonlyArray<CrashOp>
  readonly model: CrashModel
}

/** A workload that was run, call by call: every crash of it is worked out from this. */
export interface Recording {
  readonly origin: Origin
  /** Tells the moments of this run from those of others. */
  readonly run: string
  readonly workload: Workload
  readonly image: CrashImage
  readonly ops: ReadonlyArray<CrashOp>
  /** What it began with: the first of its changes, done by others. */
  readonly begin: Dead
  readonly promised: ReadonlyArray<Promised>
  /** Calls that the first process made. */
  readonly calls: number
  /** Those that all made together. */
  readonly callsOfAll: ReadonlyArray<MemoryCall>
}

export const originOf = (recording: Recording, cut: Cut): Origin => ({
  ...recording.origin,
  cuts: [...recording.origin.cuts, cut]
})

/** However often the crashes before it were others, a run of the same code at the same depth is one run. */
export const runOf = (origin: Origin): string =>
  JSON.stringify({ ...origin, cuts: origin.cuts.length })
