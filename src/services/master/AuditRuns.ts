// The runs of a data directory as an audit has them: what each one's manifest says, and whether it has a journal.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { DataPaths } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { listOrNone } from "../journal/JournalFiles.ts"
import { manifestRunIdOf } from "../journal/JournalNames.ts"
import { readManifest } from "../journal/RunManifest.ts"
import type { RunManifest } from "../journal/RunManifest.ts"

/** By run id; undefined for a manifest that is not as it was written. */
export type Manifests = ReadonlyMap<string, RunManifest | undefined>

/** To be read before the journals are captured: a run closes its journal before it writes its totals. */
export const readManifests = Effect.fnUntraced(function*(
  data: DataPaths
): Effect.fn.Return<Manifests, DiskError, Disk> {
  const found = new Map<string, RunManifest | undefined>()
  for (const name of yield* listOrNone(data.raw)) {
    const runId = manifestRunIdOf(name)
    if (runId === undefined) continue
    found.set(runId, Option.getOrUndefined(yield* readManifest(data, runId)))
  }
  return found
})
