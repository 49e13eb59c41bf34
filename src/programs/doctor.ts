// `inkfast doctor`: whether this machine, this disk and this endpoint can do the job, before any money is spent.
import * as Effect from "effect/Effect"
import { checkJob } from "./doctor/checkJob.ts"
import { checkMachine } from "./doctor/checkMachine.ts"
import { checkSchema } from "./doctor/checkSchema.ts"
import { report } from "./doctor/DoctorReport.ts"
import type { DoctorCheck } from "./doctor/DoctorReport.ts"

export interface DoctorOptions {
  /** As in `process.version`. */
  readonly nodeVersion: string
  /** Whether an API key is set. */
  readonly keyPresent: boolean
}

/** Every check that is free. It cannot call a model: its requirements have none. */
export const doctor = Effect.fnUntraced(function*({ keyPresent, nodeVersion }: DoctorOptions) {
  return report([...(yield* checkMachine(nodeVersion)), ...(yield* checkJob(keyPresent))])
})

/** The machine alone, and `check` for the job that is not there or cannot be used. */
export const doctorWithoutJob = Effect.fnUntraced(
  function*(nodeVersion: string, check: DoctorCheck) {
    return report([...(yield* checkMachine(nodeVersion)), check])
  }
)

/** All of `doctor` and one short paid call per model, unless something failed before. */
export const doctorWithCall = Effect.fnUntraced(function*(options: DoctorOptions) {
  const free = yield* doctor(options)
  return free.ok ? report([...free.checks, ...(yield* checkSchema)]) : free
})
