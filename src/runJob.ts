// A whole run: the program that generates, over the layers of its job, with its manifest kept.
import * as Effect from "effect/Effect"
import * as Live from "./layers/Live.ts"
import type { Job } from "./services/job/Job.ts"
import { wholeInput } from "./services/items/Shard.ts"
import { admit } from "./programs/generate/admit.ts"
import { generate } from "./programs/generate/generate.ts"
import type { GenerateOptions } from "./programs/generate/generate.ts"
import { recordRun } from "./programs/generate/recordRun.ts"

export interface RunJobOptions extends GenerateOptions {
  readonly job: Job
}

/**
 * Settles the pending items of the source under the run's lock. Requires a model, a disk with its locks, and the host's
 * name. Fails when the run may not begin: settings that fit no item of the input, an unknown price, another run at work, a
 * disk that cannot be written.
 */
export const runJob = ({ job, ...options }: RunJobOptions) =>
  Effect.andThen(
    Effect.provide(admit(options.source), Live.settings(job)),
    recordRun(options.shard ?? wholeInput, generate(options)).pipe(
      Effect.provide(Live.run(job, options.shard ?? wholeInput))
    )
  )
