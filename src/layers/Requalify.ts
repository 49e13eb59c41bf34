// The wiring of a requalification: the masters may be written, and there is no model to offer.
import * as Layer from "effect/Layer"
import { Corpus } from "../services/corpus/Corpus.ts"
import { paths } from "../services/durability/DataDirectory.ts"
import { DurableAppender } from "../services/durability/DurableAppender.ts"
import { RejectLog } from "../services/durability/RejectLog.ts"
import { acquireRunLock } from "../services/durability/RunLock.ts"
import type { Job } from "../services/job/Job.ts"
import { Journal } from "../services/journal/Journal.ts"
import { Consolidation } from "../services/master/Consolidation.ts"
import { Qa } from "../services/qa/Qa.ts"
import * as ImportedRuleModules from "./ImportedRuleModules.ts"
import * as Known from "./Known.ts"

/** Building it takes the run's lock for the whole input, recovers the masters and begins a journal. */
export const layer = (job: Job) =>
  Layer.mergeAll(
    Layer.provide(Qa.layer, ImportedRuleModules.layer),
    DurableAppender.layer,
    RejectLog.layer,
    Consolidation.layer,
    Corpus.layer({ name: "", isShared: false }),
    Journal.layer
  ).pipe(
    Layer.provide(Layer.effectDiscard(acquireRunLock(paths(job.dataDirectory), null))),
    Layer.provideMerge(Known.layer(job))
  )
