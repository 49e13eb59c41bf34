// The wiring of what only looks: the job, its data directory, and what is known of items without asking anyone.
import * as Layer from "effect/Layer"
import * as Effect from "effect/Effect"
import { DataDirectory } from "../services/durability/DataDirectory.ts"
import { Evidence } from "../services/evidence/Evidence.ts"
import { KnownEvidence } from "../services/evidence/KnownEvidence.ts"
import { CurrentJob } from "../services/job/Job.ts"
import type { Job } from "../services/job/Job.ts"
import { Prices } from "../services/spending/Prices.ts"

export const layer = (job: Job) =>
  KnownEvidence.layer.pipe(
    Layer.provideMerge(
      Layer.merge(Layer.succeed(CurrentJob, job), DataDirectory.layer(job.dataDirectory))
    )
  )

/** Evidence that is only what is known. */
const knownEvidence = Layer.effect(
  Evidence,
  Effect.map(
    KnownEvidence,
    (known) =>
      Evidence.of({ gather: (item) => Effect.map(known.gather(item), ({ bundle }) => bundle) })
  )
)

/** The same with what an estimate takes: evidence, and what the models cost. */
export const reckoning = (job: Job) =>
  Layer.merge(
    knownEvidence,
    Prices.layer({ prices: job.prices, filePrices: job.filePrices, baseUrl: job.baseUrl })
  ).pipe(Layer.provideMerge(layer(job)))
