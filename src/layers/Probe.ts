// The wiring of a probe: reads the disk and the pages, and has neither a model nor an appender to offer.
import * as Layer from "effect/Layer"
import { Evidence } from "../services/evidence/Evidence.ts"
import { EvidenceCache } from "../services/evidence/EvidenceCache.ts"
import { KnownEvidence } from "../services/evidence/KnownEvidence.ts"
import { WebPages } from "../services/evidence/WebPages.ts"
import type { Job } from "../services/job/Job.ts"
import * as Live from "./Live.ts"

export const layer = (job: Job) =>
  Layer.merge(Evidence.layer, KnownEvidence.layer).pipe(
    Layer.provide(EvidenceCache.layerReadOnly),
    Layer.provide(WebPages.layer),
    Layer.provide(Live.pages(job)),
    Layer.provideMerge(Live.settings(job))
  )
