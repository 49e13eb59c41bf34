// The wiring of what only looks: the job, its data directory, and what is known of items without asking anyone.
import * as Layer from "effect/Layer"
import { DataDirectory } from "../services/durability/DataDirectory.ts"
import { KnownEvidence } from "../services/evidence/KnownEvidence.ts"
import { CurrentJob } from "../services/job/Job.ts"
import type { Job } from "../services/job/Job.ts"

export const layer = (job: Job) =>
  KnownEvidence.layer.pipe(
    Layer.provideMerge(
      Layer.merge(Layer.succeed(CurrentJob, job), DataDirectory.layer(job.dataDirectory))
    )
  )
