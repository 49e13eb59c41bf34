// The job a command works on: its files, the environment over them, the flags over both.
import * as Effect from "effect/Effect"
import { loadJob } from "../../services/job/LoadJob.ts"
import { environmentOverrides } from "../../services/job/Environment.ts"
import { applyOverrides, flagsOf } from "../../services/job/Overrides.ts"
import type { JobOverrides } from "../../services/job/Overrides.ts"
import { withPriceFile } from "../../services/job/PriceFile.ts"

/** What the flags of a command change in the job. */
export interface JobFlags extends JobOverrides {
  readonly pricesFile?: string | undefined
}

/** Flags with their values. */
export type FromEnvironment = ReadonlyArray<readonly [flag: string, value: string]>

/**
 * `pricesFile`: in place of the one that the job names. `fromEnvironment`: the flags that would say what the environment
 * has said here, where no flag did.
 */
export const resolveJob = Effect.fnUntraced(
  function*(path: string, { pricesFile: priced, ...flags }: JobFlags) {
    const { evidenceOnly, pricesFile, ...environment } = yield* environmentOverrides
    const overridden = yield* applyOverrides(yield* loadJob(path), flags, environment)
    const file = priced ?? pricesFile
    const job = file === undefined ? overridden : yield* withPriceFile(overridden, file)
    const given = new Set(flagsOf(flags).map(([flag]) => flag))
    const fromEnvironment: FromEnvironment = [
      ...flagsOf(environment).filter(([flag]) => !given.has(flag)),
      ...(priced === undefined && pricesFile !== undefined
        ? [["--prices", pricesFile] as const]
        : [])
    ]
    return { job, evidenceOnly, fromEnvironment }
  }
)
