// Masters with superseded, foreign and rejected lines, a consolidation of them on any disk, and a process that writes
// beside it.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import type * as Store from "../../src/layers/MemoryStore.ts"
import { DataDirectory } from "../../src/services/durability/DataDirectory.ts"
import type { Disk } from "../../src/services/durability/Disk.ts"
import { DurableAppender } from "../../src/services/durability/DurableAppender.ts"
import type { FileLock } from "../../src/services/durability/FileLock.ts"
import { RejectLog } from "../../src/services/durability/RejectLog.ts"
import { Consolidation } from "../../src/services/master/Consolidation.ts"
import { recordLine, rejectLine, root } from "./masters.ts"

const consolidate = Effect.flatMap(Consolidation, (service) => service.consolidate)
/** A consolidation on that disk. */
export const on = (disk: Layer.Layer<Disk | FileLock>) =>
  Effect.provide(
    consolidate,
    Consolidation.layer.pipe(Layer.provide([disk, DataDirectory.layer(root)]))
  )

/** Another process that writes to the data directory; building it recovers what it finds. */
export const writers = (store: Store.MemoryStore) =>
  Layer.mergeAll(DurableAppender.layer, RejectLog.layer).pipe(
    Layer.provide([MemoryDisk.layer(store), DataDirectory.layer(root)])
  )

export const records = [
  recordLine({ slug: "a", id: "r:1", atMs: 1 }),
  recordLine({ slug: "b", id: "r:2", atMs: 2 }),
  recordLine({ slug: "a", id: "r:3", atMs: 3 }),
  `{"slug":"foreign"}\n`,
  `{"slug":"foreign","n":2}\n`
].join("")
export const rejects = [
  rejectLine({ slug: "a", id: "r:r1", atMs: 1 }),
  rejectLine({ slug: "c", id: "r:r2", atMs: 2 }),
  rejectLine({ slug: "c", id: "r:r3", atMs: 3 })
].join("")
