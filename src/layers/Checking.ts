// The wiring of a check of pieces: the job's rules, what is known of the items, and a corpus of these pieces alone.
import * as Layer from "effect/Layer"
import { Corpus } from "../services/corpus/Corpus.ts"
import type { Job } from "../services/job/Job.ts"
import * as ImportedRuleModules from "./ImportedRuleModules.ts"
import * as Known from "./Known.ts"
import * as MemoryDisk from "./MemoryDisk.ts"

export const layer = (job: Job) => {
  const known = Known.layer(job)
  // Pieces are compared with each other, and not with those of the data directory.
  const corpus = Corpus.layer({ name: "", isShared: false }).pipe(
    Layer.provide(Layer.merge(known, MemoryDisk.layerEmpty))
  )
  return Layer.mergeAll(known, corpus, ImportedRuleModules.layer)
}
