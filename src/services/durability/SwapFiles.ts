// Several staged files put in place together: after a crash and `finishSwap`, all of them are there or none.
//
// The files share one directory, the marker's. Each step is durable before the next begins:
//   1. the temps' names, their bytes and the marker's     2. the marker, naming temp -> target, in place: the decision
//   3. every temp renamed over its target                4. the marker removed
// A crash
// - in 1, or in 2 before the marker's rename: no marker. The old files stand; `sweep` removes the temps.
// - in 2 after the marker's rename, before the directory is synced: by what the disk kept, as before or as after.
// - in 3: the marker stands. `finishSwap` renames the temps that still have their names; a temp that is gone has been
//   renamed, since its name was durable before the marker was.
// - in 4: the marker stands or not, every target is the new file; `finishSwap` finds no temp and removes the marker.
//
// Whoever appends to a target between a crash in 3 and `finishSwap` loses nothing: the marker has the target's size at
// the decision, and what stands beyond it is carried over behind the temp's bytes before the rename. It is written at
// the temp's size as the marker has it, so that a crash in between and a second `finishSwap` change nothing.
//
// Both functions are called under the lock that keeps writers of the targets away; they take no other lock of theirs.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as path from "node:path"
import { Disk, DiskError } from "./Disk.ts"
import { readAllAt, writeAllAt } from "./FileIo.ts"
import type { FileLock } from "./FileLock.ts"
import { syncNamesAnew } from "./NameSync.ts"
import type { StagedFile } from "./ReplaceFile.ts"
import { stage } from "./ReplaceFile.ts"
import type { SwapMarker } from "./SwapMarker.ts"
import { encodeMarker, readMarker } from "./SwapMarker.ts"

const carryChunkBytes = 1024 * 1024

const sizeOf = (disk: Disk["Service"], file: string): Effect.Effect<number, DiskError> =>
  Effect.map(disk.stat(file), (found) => Option.isSome(found) ? found.value.size : 0)

/** Copies what was appended to the target since the decision behind the temp's bytes. */
const carryOver = Effect.fnUntraced(function*(
  disk: Disk["Service"],
  temp: string,
  target: string,
  pair: SwapMarker["pairs"][number]
) {
  const targetBytes = yield* sizeOf(disk, target)
  if (targetBytes <= pair.targetBytes) return
  const from = yield* disk.open(target, "read")
  const to = yield* disk.open(temp, "update")
  const chunk = Buffer.allocUnsafe(Math.min(carryChunkBytes, targetBytes - pair.targetBytes))
  for (let done = 0;;) {
    const count = yield* readAllAt(disk, from, chunk, pair.targetBytes + done)
    if (count === 0) break
    yield* writeAllAt(disk, to, chunk.subarray(0, count), pair.tempBytes + done)
    done += count
  }
  yield* disk.datasync(to)
}, Effect.scoped)

const finish = Effect.fnUntraced(
  function*(disk: Disk["Service"], markerPath: string, marker: SwapMarker) {
    const directory = path.dirname(markerPath)
    for (const pair of marker.pairs) {
      const temp = path.join(directory, pair.temp)
      const target = path.join(directory, pair.target)
      if (Option.isNone(yield* disk.stat(temp))) continue
      yield* carryOver(disk, temp, target, pair)
      yield* disk.rename(temp, target)
    }
    yield* disk.syncDirectory(directory)
    // Everything that matters is durable. A marker that comes back names no temp that is there.
    yield* disk.unlink(markerPath)
  }
)

/**
 * Ends a swap that was decided and not finished; answers whether there was one. Idempotent. To be called before a
 * target is opened to be written, under the lock of its writers.
 */
export const finishSwap = (
  markerPath: string
): Effect.Effect<boolean, DiskError, Disk | FileLock> =>
  Effect.uninterruptible(Effect.gen(function*() {
    const disk = yield* Disk
    const marker = yield* readMarker(disk, markerPath)
    if (marker === undefined) return false
    // Whoever began it may have died before the marker's name was durable, or failed to sync the names it had swapped.
    yield* syncNamesAnew(path.dirname(markerPath))
    yield* finish(disk, markerPath, marker)
    return true
  }))

const checkSwap = Effect.fnUntraced(function*(
  disk: Disk["Service"],
  markerPath: string,
  staged: ReadonlyArray<StagedFile>
) {
  const fail = (code: string, detail: string) =>
    new DiskError({ operation: "commitAll", path: markerPath, code, detail })
  if (Option.isSome(yield* disk.stat(markerPath))) {
    return yield* fail(
      "EEXIST",
      "an earlier swap was decided and is not finished: finishSwap comes first"
    )
  }
  const stray = staged.find((each) => path.dirname(each.target) !== path.dirname(markerPath))
  if (stray !== undefined) {
    return yield* fail(
      "EXDEV",
      `${stray.target} stands in another directory than the marker of its swap`
    )
  }
})

/**
 * Swaps the staged files in. Uninterruptible. When it fails and there is no marker, nothing was changed; when it fails
 * and the marker is there, the swap is decided and `finishSwap` will end it, now or at the next open.
 *
 * Writers wait while this works, so it does only what must wait for them: what was synced and anchored before is not
 * synced again, and what can be synced at once is.
 */
export const commitAll = (
  markerPath: string,
  staged: ReadonlyArray<StagedFile>
): Effect.Effect<void, DiskError, Disk | FileLock> =>
  Effect.uninterruptible(Effect.scoped(Effect.gen(function*() {
    const disk = yield* Disk
    yield* checkSwap(disk, markerPath, staged)
    yield* Effect.forEach(staged, (each) => each.anchor, { discard: true })
    const pairs = yield* Effect.forEach(
      staged,
      (each) =>
        Effect.map(sizeOf(disk, each.target), (targetBytes) => ({
          temp: path.basename(each.temp),
          target: path.basename(each.target),
          tempBytes: each.size(),
          targetBytes
        }))
    )
    const marker: SwapMarker = { version: 1, pairs }
    const decision = yield* stage(markerPath)
    yield* decision.append(encodeMarker(marker))
    yield* Effect.forEach([...staged, decision], (each) => each.sync, {
      concurrency: "unbounded",
      discard: true
    })
    const removeAtEnd = (remove: boolean) =>
      Effect.forEach(staged, (each) => each.removeAtEnd(remove), { discard: true })
    // From the marker's rename on, the temps belong to the swap. Where it cannot be told whether it came to that, they
    // are kept: a temp too many is swept, one too few is a lost master.
    yield* removeAtEnd(false)
    yield* Effect.onError(
      decision.commit,
      () =>
        disk.stat(markerPath).pipe(
          Effect.flatMap((found) => removeAtEnd(Option.isNone(found))),
          Effect.ignore
        )
    )
    yield* finish(disk, markerPath, marker)
  })))
