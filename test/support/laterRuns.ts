// Several runs on one store, a second apart, and what the product itself says of the files between them.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as Live from "../../src/layers/Live.ts"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../src/layers/MemoryStore.ts"
import type { Job } from "../../src/services/job/Job.ts"
import { Audit } from "../../src/services/master/Audit.ts"
import { Consolidation } from "../../src/services/master/Consolidation.ts"
import { run } from "./pipeline.ts"

/** A run a second after the one before: journals are read in the order of their names, which is that of their times. */
export const laterRun: typeof run = (store, job, options) =>
  Effect.andThen(TestClock.adjust("1 second"), run(store, job, options))

const mastersOf = (store: MemoryStore, job: Job) =>
  Live.masters.pipe(Layer.provide([Live.settings(job), MemoryDisk.layer(store)]))

export const consolidateAll = (store: MemoryStore, job: Job) =>
  Effect.flatMap(Consolidation, ({ consolidate }) => consolidate).pipe(
    Effect.provide(mastersOf(store, job)),
    Effect.orDie
  )

/** The checks of an audit that are broken: none, where all is well. */
export const brokenChecks = (store: MemoryStore, job: Job) =>
  Effect.flatMap(Audit, (audit) => audit.audit(undefined)).pipe(
    Effect.map(({ checks }) => checks.filter(({ outcome }) => outcome === "broken")),
    Effect.provide(mastersOf(store, job)),
    Effect.orDie
  )
