// The journals that are there, whosever they are.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import { listIfThere } from "../durability/FileIo.ts"

export interface JournalFile {
  readonly runId: string
  readonly path: string
  readonly size: number
}

const journalName = /^ai-run-(.+)\.jsonl$/

/** Names in a directory; none where it does not exist, or where something else stands. */
export const listOrNone = (
  directory: string
): Effect.Effect<ReadonlyArray<string>, DiskError, Disk> =>
  Effect.flatMap(Disk, (disk) =>
    Effect.catchIf(
      listIfThere(disk, directory),
      (error) => error.code === "ENOTDIR",
      () => Effect.succeed<ReadonlyArray<string>>([])
    ))

/** The journals and how long they are now, in the order of their names, which is that of their runs. */
export const captureJournals = (
  data: DataPaths
): Effect.Effect<ReadonlyArray<JournalFile>, DiskError, Disk> =>
  Effect.gen(function*() {
    const disk = yield* Disk
    const journals: Array<JournalFile> = []
    for (const name of yield* listOrNone(data.raw)) {
      const runId = journalName.exec(name)?.[1]
      if (runId === undefined) continue
      const path = `${data.raw}/${name}`
      const found = yield* disk.stat(path)
      if (Option.isSome(found) && found.value.kind === "file") {
        journals.push({ runId, path, size: found.value.size })
      }
    }
    return journals
  })
