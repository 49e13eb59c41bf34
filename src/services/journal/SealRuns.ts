// The end of a run's books: what its journal came to stands in its manifest, and no later run reads the journal again
// unless it has something of an item that is taken up.
import * as Effect from "effect/Effect"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import type { FileLock } from "../durability/FileLock.ts"
import type { Replay } from "./JournalReplay.ts"
import { keepJournalLists, writeJournalLists } from "./JournalLists.ts"
import { isSealed, listedAtRisk, writeManifest } from "./RunManifest.ts"
import type { RunManifest } from "./RunManifest.ts"

/** Writes the manifest of a run that has ended. Where its books are closed, what spares reading its journal comes first. */
export const closeManifest = (
  data: DataPaths,
  manifest: RunManifest
): Effect.Effect<void, DiskError, Disk | FileLock> =>
  Effect.andThen(
    isSealed(manifest) ? writeJournalLists(data, manifest.runId) : Effect.void,
    writeManifest(data, manifest)
  )

/**
 * Closes the books of dead runs whose items are all settled by now: `byRunId` signs their manifests, calls at risk are
 * listed there. A run without a manifest is left as it is.
 */
export const sealSettledRuns = Effect.fnUntraced(function*(
  replay: Replay,
  byRunId: string
): Effect.fn.Return<void, DiskError, DataDirectory | Disk | FileLock> {
  const data = yield* DataDirectory
  const atRisk = Map.groupBy(replay.atRisk, (call) => call.runId)
  for (const { manifest, runId, state, totals } of replay.runs) {
    if (state !== "dead" || manifest === undefined) continue
    const closed: RunManifest = {
      ...manifest,
      totals,
      ...listedAtRisk(atRisk.get(runId) ?? []),
      settledBy: byRunId
    }
    if (isSealed(closed)) yield* closeManifest(data, closed)
  }
})

/**
 * Lists beside the journals of dead runs that still owe something, which may be so for long: meanwhile nobody who asks for
 * one item has to read all of them. Where they cannot be written, it goes on without.
 */
export const listDeadRuns = Effect.fnUntraced(function*(
  { runs }: Replay
): Effect.fn.Return<void, never, DataDirectory | Disk | FileLock> {
  const data = yield* DataDirectory
  for (const { runId, state } of runs) {
    if (state !== "dead") continue
    yield* keepJournalLists(data, runId).pipe(
      Effect.catch((error) =>
        Effect.logWarning(`no lists were kept of the journal of run ${runId}: ${error.message}`)
      )
    )
  }
})
