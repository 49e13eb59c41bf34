// The job a command works on: its files, the environment over them, the flags over both.
import * as Effect from "effect/Effect"
import { loadJob } from "../../services/job/LoadJob.ts"
import { environmentOverrides } from "../../services/job/Environment.ts"
import { applyOverrides } from "../../services/job/Overrides.ts"
import type { JobOverrides } from "../../services/job/Overrides.ts"
import { withPriceFile } from "../../services/job/PriceFile.ts"

/** What the flags of a command change in the job. */
export interface JobFlags extends JobOverrides {
  readonly pricesFile?: string | undefined
}

/** `pricesFile`: in place of the one that the job names. */
export const resolveJob = Effect.fnUntraced(
  function*(path: string, { pricesFile: priced, ...flags }: JobFlags) {
    const { evidenceOnly, pricesFile, ...environment } = yield* environmentOverrides
    const overridden = yield* applyOverrides(yield* loadJob(path), flags, environment)
    const file = priced ?? pricesFile
    const job = file === undefined ? overridden : yield* withPriceFile(overridden, file)
    return { job, evidenceOnly }
  }
)
