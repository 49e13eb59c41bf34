// The masters as a consolidation will leave them, staged beside the ones that stand.
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import type { DataPaths } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import type { FileLock } from "../durability/FileLock.ts"
import type { StagedFile } from "../durability/ReplaceFile.ts"
import { stage } from "../durability/ReplaceFile.ts"
import { copyAlive } from "./CopyAlive.ts"
import type { CopyCursor } from "./CopyAlive.ts"
import type { MasterName, Survivors } from "./Survivors.ts"

/** Lines of one master that were copied in a row, by their numbers; those that were passed over are among them. */
export interface DraftPart {
  readonly name: MasterName
  readonly from: number
  readonly to: number
}

export interface Draft {
  /** `updates` and `successes` get the same bytes. */
  readonly updates: StagedFile
  readonly successes: StagedFile
  readonly rejects: StagedFile
  /** Lines written so far. */
  readonly kept: { masters: number; rejects: number }
  /** What they are made of, in order. */
  readonly parts: { readonly masters: Array<DraftPart>; readonly rejects: Array<DraftPart> }
  /** Up to where each master was copied. */
  readonly cursors: { [name in MasterName]: CopyCursor | undefined }
  /** Makes what was written so far durable, so that the swap has less to wait for. */
  readonly sync: Effect.Effect<void, DiskError>
  /** Tells how many bytes were written; every so many are synced while the next ones are copied. */
  readonly wrote: (bytes: number) => Effect.Effect<void, DiskError>
  /** Removes the temps now: another draft takes their place. */
  readonly discard: Effect.Effect<void>
}

/**
 * A commit of the file system's journal waits for all that was written to new blocks: what a draft leaves unsynced is
 * what an appender's sync next to it waits for.
 */
const unsyncedBytesMax = 4 * 1024 * 1024

/** Temps beside the masters; removed with the scope unless they were swapped in. */
export const makeDraft = Effect.fnUntraced(function*(
  data: DataPaths
): Effect.fn.Return<Draft, DiskError, Scope.Scope | Disk | FileLock> {
  const own = yield* Scope.fork(yield* Effect.scope)
  const [updates, successes, rejects] = yield* Scope.provide(
    Effect.all([stage(data.updates), stage(data.successes), stage(data.rejects)]),
    own
  )
  const syncAll = Effect.forEach([updates, successes, rejects], (each) => each.sync, {
    discard: true
  })
  let syncing: Fiber.Fiber<void, DiskError> | undefined
  let unsyncedBytes = 0
  const syncEnded = Effect.suspend(() => syncing === undefined ? Effect.void : Fiber.join(syncing))
  return {
    updates,
    successes,
    rejects,
    kept: { masters: 0, rejects: 0 },
    parts: { masters: [], rejects: [] },
    cursors: { updates: undefined, successes: undefined, rejects: undefined },
    sync: syncEnded.pipe(
      Effect.andThen(syncAll),
      Effect.andThen(Effect.forEach([updates, successes, rejects], (each) => each.anchor)),
      Effect.asVoid
    ),
    wrote: Effect.fnUntraced(function*(bytes) {
      unsyncedBytes += bytes
      if (unsyncedBytes < unsyncedBytesMax) return
      unsyncedBytes = 0
      yield* syncEnded
      syncing = yield* Effect.forkIn(syncAll, own)
    }),
    discard: Scope.close(own, Exit.void)
  }
})

/** Appends what survives of the lines that were read and not copied yet. */
export const appendSurvivors = Effect.fnUntraced(function*(
  data: DataPaths,
  draft: Draft,
  survivors: Survivors
): Effect.fn.Return<void, DiskError, Disk> {
  const copy = Effect.fnUntraced(function*(name: MasterName, targets: ReadonlyArray<StagedFile>) {
    const extents = survivors.extents[name]
    const from = draft.cursors[name] ?? { index: 0, offset: extents.start }
    const copied = yield* copyAlive(data[name], extents, from, targets, draft.wrote)
    draft.cursors[name] = copied.cursor
    const parts = draft.parts[name === "rejects" ? "rejects" : "masters"]
    parts.push({ name, from: from.index, to: copied.cursor.index })
    return copied.lines
  })
  const masters = [draft.updates, draft.successes]
  draft.kept.masters += yield* copy("updates", masters)
  draft.kept.masters += yield* copy("successes", masters)
  draft.kept.rejects += yield* copy("rejects", [draft.rejects])
  survivors.endCopy()
})
