// The last step of a consolidation, under the appenders' lock: the three masters swapped together.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk, DiskError } from "../durability/Disk.ts"
import type { FileLock } from "../durability/FileLock.ts"
import type { StagedFile } from "../durability/ReplaceFile.ts"
import { commitAll, finishSwap } from "../durability/SwapFiles.ts"
import type { Draft } from "./Draft.ts"
import type { MasterLock } from "./MasterLock.ts"
import type { Reading } from "./Reading.ts"
import type { PerMaster } from "./Survivors.ts"

/** The swap was decided and could not be ended. Nothing is lost: whoever takes the lock next ends it. */
export class SwapPending extends Schema.TaggedError<SwapPending>()("SwapPending", {
  path: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.detail}; the new masters are written and ${this.path} names them: the next run or consolidation ` +
      `puts them in place`
  }
}

/** A record that was read once must be copied once. */
const checkDraft = (
  data: DataPaths,
  draft: Draft,
  { survivors }: Reading
): Effect.Effect<void, DiskError> => {
  const expected = survivors.acceptedSlugs + survivors.left.masters
  if (draft.kept.masters === expected) return Effect.void
  const detail = `${draft.kept.masters} records were copied where ${expected} were to be`
  return Effect.fail(
    new DiskError({ operation: "consolidate", path: data.updates, code: "EIO", detail })
  )
}

const isInPlace = (disk: Disk["Service"], staged: StagedFile) =>
  Effect.map(
    Effect.all([disk.statFile(staged.file), disk.stat(staged.target)]),
    ([written, named]) => Option.isSome(named) && named.value.inode === written.inode
  )

/** What came of a swap that failed: ended after all, not decided (fails as it did), or pending. */
const settleFailure = Effect.fnUntraced(function*(
  data: DataPaths,
  staged: ReadonlyArray<StagedFile>,
  error: DiskError
): Effect.fn.Return<void, DiskError | SwapPending, Disk | FileLock> {
  const disk = yield* Disk
  const pending = () => new SwapPending({ path: data.swap, detail: error.message })
  const inPlace = yield* finishSwap(data.swap).pipe(
    Effect.andThen(Effect.forEach(staged, (each) => isInPlace(disk, each))),
    Effect.mapError(pending)
  )
  if (!inPlace.includes(true)) return yield* error
})

/**
 * Answers the new sizes in bytes. Uninterruptible. A DiskError means that nothing was changed; the slots are dirty
 * while it cannot be told which files the paths name.
 */
export const swapIn = (
  data: DataPaths,
  lock: MasterLock,
  draft: Draft,
  reading: Reading
): Effect.Effect<PerMaster, DiskError | SwapPending, Disk | FileLock> =>
  Effect.uninterruptible(Effect.gen(function*() {
    yield* checkDraft(data, draft, reading)
    // In this order, so that a kill between the renames leaves nothing in successes that updates has not (I3): what the
    // new successes have, the old updates had; what the old successes have, the new updates may have dropped.
    const staged = [draft.successes, draft.updates, draft.rejects]
    yield* Effect.gen(function*() {
      yield* lock.mark("dirty")
      yield* Effect.catch(
        commitAll(data.swap, staged),
        (error) => settleFailure(data, staged, error)
      )
    }).pipe(
      Effect.tapError((error) =>
        error._tag === "DiskError" ? Effect.ignore(lock.mark("clean")) : Effect.void
      )
    )
    // The masters are new whether the slots say so or not: where they do not, the next appender recovers, and finds that.
    yield* Effect.ignore(lock.mark("clean"))
    return {
      updates: draft.updates.size(),
      successes: draft.successes.size(),
      rejects: draft.rejects.size()
    }
  }))
