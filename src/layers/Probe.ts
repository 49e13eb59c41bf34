// The wiring of a probe: reads the disk and the pages, and has neither a model nor an appender to offer.
import * as Layer from "effect/Layer"
import { Evidence } from "../services/evidence/Evidence.ts"
import { EvidenceCache } from "../services/evidence/EvidenceCache.ts"
import { KnownEvidence } from "../services/evidence/KnownEvidence.ts"
import { WebPages } from "../services/evidence/WebPages.ts"
import type { Job } from "../services/job/Job.ts"
import * as Live from "./Live.ts"
import * as UndiciPageFetcher from "./UndiciPageFetcher.ts"

export const layer = (job: Job) =>
  Layer.merge(Evidence.layer, KnownEvidence.layer).pipe(
    Layer.provide(EvidenceCache.layerReadOnly),
    Layer.provide(WebPages.layer),
    Layer.provide(UndiciPageFetcher.layer({
      allowPrivateAddresses: job.evidence.allowPrivateAddresses,
      allowedAddresses: job.evidence.allowAddresses
    })),
    Layer.provideMerge(Live.settings(job))
  )
