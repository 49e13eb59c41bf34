// A whole requalification: the program over the layers of its job, with its manifest kept.
import * as Effect from "effect/Effect"
import * as Requalify from "./layers/Requalify.ts"
import { recordRequalify } from "./programs/generate/recordRun.ts"
import { requalify } from "./programs/requalify/requalify.ts"
import type { RequalifyOptions } from "./programs/requalify/requalify.ts"
import type { Job } from "./services/job/Job.ts"

export interface RequalifyJobOptions extends RequalifyOptions {
  readonly job: Job
}

/** Requires a disk with its locks and the host's name, and no model. */
export const requalifyJob = ({ job, ...options }: RequalifyJobOptions) =>
  recordRequalify(requalify(options)).pipe(Effect.provide(Requalify.layer(job)))
