// When the index of the corpus is saved: at the end of a run that changed much of it, and when much had to be read to open
// it. A small corpus has none.
import * as Effect from "effect/Effect"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import type { FileLock } from "../durability/FileLock.ts"
import type { Checkpoint } from "./Checkpoint.ts"
import type { CorpusIndex } from "./CorpusIndex.ts"
import { loadIndex, type SavedIndex, saveIndex } from "./CorpusIndexFile.ts"
import type { CorpusLog } from "./CorpusLog.ts"
import type { CorpusRules } from "./Profile.ts"

/** The part of the corpus file that may be left to be read piece by piece. */
const tailShareMax = 0.05
/** The same before a run has done anything: what comes would have to be read with it after a kill. */
const tailShareMaxOpening = 0.2
/** A run that ends waits no longer for it. */
const savingMsMax = 10_000

interface KeptIndex {
  readonly saved: SavedIndex | undefined
  /** Something of the corpus file does not read well: what is saved must not keep it from being read. */
  isDamaged: boolean
  /** Whether opening had much to read. */
  readonly isFarBehind: () => boolean
  /** Saves it where that is worth it. Where it cannot be written, the corpus file is read the next time. */
  readonly save: (
    index: CorpusIndex,
    checkpoint: Checkpoint
  ) => Effect.Effect<void, never, Disk | FileLock>
  readonly close: Effect.Effect<void, DiskError>
}

export const openKeptIndex = Effect.fnUntraced(function*(
  { bytesMin, log, path, rules, rulesHash }: {
    readonly path: string
    readonly bytesMin: number
    readonly log: CorpusLog
    readonly rules: CorpusRules
    readonly rulesHash: string
  }
) {
  const disk = yield* Disk
  const saved = yield* loadIndex(path, { log: log.file, rules, rulesHash })
  let savedBytes = saved?.bytes ?? 0
  /** After a sync that failed, or was not waited for, the next one may say that all is well while bytes are gone. */
  let isSynced = true
  const isBehind = (tailShare: number): boolean => {
    const size = log.size()
    return isSynced && size >= bytesMin && size - savedBytes > size * tailShare
  }

  const write = Effect.fnUntraced(function*(index: CorpusIndex, checkpoint: Checkpoint) {
    const bytes = log.size()
    isSynced = false
    yield* log.sync
    isSynced = true
    yield* saveIndex(path, { bytes, checkpoint, index, log: log.file, rulesHash })
    savedBytes = bytes
  })

  const kept: KeptIndex = {
    saved,
    isDamaged: false,
    isFarBehind: () => isBehind(tailShareMaxOpening),
    save: (index, checkpoint) =>
      isBehind(tailShareMax)
        ? write(index, checkpoint).pipe(
          Effect.interruptible,
          Effect.timeoutOption(savingMsMax),
          Effect.catch((error) =>
            Effect.logWarning(`the index of the corpus was not written: ${error.message}`)
          ),
          Effect.asVoid
        )
        : Effect.void,
    close: Effect.suspend(() =>
      kept.isDamaged
        ? Effect.catchIf(disk.unlink(path), (error) => error.code === "ENOENT", () => Effect.void)
        : Effect.void
    )
  }
  return kept
})
