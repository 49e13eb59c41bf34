// What a crash, a power cut or a failed sync left of a log's files, made whole again.
//
// Called under the log's lock with the files open to append. Whatever it reports as present is durable (I7), afterwards
// both files hold the same record ids (I2), and it may itself be cut off at any call and run again.
//
// What can be there: every batch is synced in a file before the next one begins, so only the last batch (`maxBatchBytes`
// at most, or one longer line) of one file can be torn: any part of it missing, zero or garbage. All before was durable.
// 1. A redo file of an earlier recovery is finished (Redo.ts).
// 2. The window to look at: from the slot's sizes where a slot of this boot vouches for them, else at least one batch
//    back from the end, to where an undamaged line begins (TailWindow.ts).
// 3. The slot says from now on how far the files can be trusted, should this recovery die or fail.
// 4. Files and directory are synced, the directory by changing it where an earlier sync of it may have failed
//    (NameSync.ts). A window that a slot vouches for up to its beginning may hold bytes whose sync failed once: they
//    read well and are not on the disk, and no second sync would tell. They are written anew.
// 5. Damage goes to quarantine, then the file is cut; undamaged lines behind the cut are put back by way of a redo file.
// 6. What is in one file and not in the other is copied (Agreement.ts).
// 7. The slot is clean.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import { agree, agreedUpTo } from "./Agreement.ts"
import type { Damage } from "./Damage.ts"
import type { DiskError, DiskFile } from "./Disk.ts"
import { syncNamesAnew } from "./NameSync.ts"
import { quarantine } from "./Quarantine.ts"
import type { RecoveryContext } from "./RecoveryContext.ts"
import { onDiskOf } from "./RecoveryContext.ts"
import { finishRewrite, rewriteEnd } from "./Redo.ts"
import type { RecoveryReport } from "./RecoveryReport.ts"
import type { SlotPlace, SlotState } from "./Slot.ts"
import { readSlot, writeSlot } from "./Slot.ts"
import { scanTail } from "./TailScan.ts"
import type { TailWindow } from "./TailWindow.ts"
import { tailWindow } from "./TailWindow.ts"

interface Repair {
  readonly damage: ReadonlyArray<Damage>
  readonly rewritten: number
}

/** Step 5 for one file. */
const repair = Effect.fnUntraced(function*(
  context: RecoveryContext,
  window: TailWindow
): Effect.fn.Return<Repair, DiskError> {
  const { bySlot, bytes, file, from, inode } = window
  const { damage, intactBytes, intactLines, lines } = scanTail(bytes)
  const kept = bySlot ? lines : lines.slice(intactLines)
  const cut = bySlot ? from : from + intactBytes
  if (cut === from + bytes.byteLength) return { damage: [], rewritten: 0 }
  const setAside: Array<Damage> = []
  if (damage !== undefined) {
    const damaged = bytes.subarray(damage.start, damage.end)
    const offset = from + damage.start
    setAside.push({
      file: file.path,
      offset,
      bytes: damaged.byteLength,
      lines: damage.lines,
      path: yield* quarantine(context, file.path, offset, damaged)
    })
  }
  if (kept.length > 0) {
    yield* rewriteEnd(context, file, { inode, cut, lines: Buffer.concat(kept) })
  } else {
    yield* context.disk.truncate(file, cut)
    yield* context.disk.datasync(file)
  }
  return { damage: setAside, rewritten: kept.length }
})

const slotFiles = (context: RecoveryContext, files: ReadonlyArray<DiskFile>) =>
  Effect.forEach(
    files,
    (file) => Effect.map(context.disk.statFile(file), ({ inode, size }) => ({ inode, size }))
  )

/** Step 6: from where the slot vouches for agreement, else from where the files can be seen to agree. */
const reconcile = Effect.fnUntraced(function*(
  context: RecoveryContext,
  windows: ReadonlyArray<TailWindow>,
  agreed: boolean,
  mark: Effect.Effect<void, DiskError>
) {
  const [first, second] = windows
  if (first === undefined || second === undefined) return windows.map(() => 0)
  const common = agreed ? 0 : yield* agreedUpTo(context, first.file, second.file)
  const side = ({ file, from }: TailWindow) => ({ file, from: agreed ? from : common })
  // Copying can be long where a whole file was lost; what is copied needs no second copy after a kill.
  return yield* agree(context, side(first), side(second), () => agreed ? Effect.void : mark)
})

/** `place` is the log's slot; undefined for a log that has none. */
export const recover = Effect.fnUntraced(function*(
  context: RecoveryContext,
  files: ReadonlyArray<DiskFile>,
  place: SlotPlace | undefined
): Effect.fn.Return<RecoveryReport, DiskError> {
  const mark = Effect.fnUntraced(function*(state: SlotState, sizes?: ReadonlyArray<number>) {
    if (place === undefined) return
    const found = yield* slotFiles(context, files)
    yield* writeSlot(place, {
      state,
      files: found.map(({ inode, size }, index) => ({ inode, size: sizes?.[index] ?? size }))
    })
  })
  const strays = yield* Effect.forEach(files, (file) => finishRewrite(context, file))
  const slot = place && (yield* readSlot(place, files.length))
  const windows = yield* Effect.forEach(
    files,
    (file, index) => tailWindow(context, file, slot?.files[index])
  )
  const agreed = slot !== undefined && slot.state !== "recovering" &&
    windows.every(({ bySlot }) => bySlot)
  yield* mark(agreed ? "dirty" : "recovering", windows.map(({ from }) => from))
  // Whoever left such a slot may have done so because the directory could not be synced.
  const mayHaveFailed = slot !== undefined && slot.state !== "clean"
  for (const directory of new Set(files.map((file) => path.dirname(file.path)))) {
    yield* mayHaveFailed
      ? onDiskOf(context)(syncNamesAnew(directory))
      : context.disk.syncDirectory(directory)
  }
  for (const file of files) yield* context.disk.datasync(file)
  const repairs = yield* Effect.forEach(windows, (window) => repair(context, window))
  const copiedLines = yield* reconcile(context, windows, agreed, mark("recovering"))
  yield* mark("clean")
  return {
    damage: [
      ...strays.filter((stray) => stray !== undefined),
      ...repairs.flatMap((each) => each.damage)
    ],
    rewrittenLines: repairs.reduce((sum, each) => sum + each.rewritten, 0),
    copiedLines
  }
})
