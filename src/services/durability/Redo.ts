// The end of a file written anew, so that no crash on the way loses a line of it.
//
// Lines that follow a damaged region, or whose sync has failed once, must be taken out of the file and appended again.
// Between the two they stand in a redo file beside it, `.<name>.redo`, written whole, synced and renamed into place
// before the cut, and removed after the sync of the new end. What a crash leaves:
// - before the redo file has its name: the file as it was;
// - from then on until it is removed: the redo file, whole; the next recovery makes its name durable, should the crash
//   have come before that, and cuts and appends once more;
// - after that: the file with its new end, durable.
// The log's slot is not clean while a redo file exists, so nobody appends before the redo is finished.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as path from "node:path"
import { digest } from "../Digest.ts"
import type { Damage } from "./Damage.ts"
import type { DiskError, DiskFile } from "./Disk.ts"
import { appendAll, readFile } from "./FileIo.ts"
import { decodeLine, encodeLine } from "./LineCodec.ts"
import { syncNamesAnew } from "./NameSync.ts"
import { quarantine } from "./Quarantine.ts"
import type { RecoveryContext } from "./RecoveryContext.ts"
import { onDiskOf, windowBytesMax } from "./RecoveryContext.ts"
import { replaceFile } from "./ReplaceFile.ts"

export const redoPath = (file: string): string =>
  path.join(path.dirname(file), `.${path.basename(file)}.redo`)

/** Room for the header line, whose size the slug alone decides. */
const headerBytesMax = 64 * 1024

interface Redo {
  readonly inode: number
  /** Byte offset from which the file's end is replaced. */
  readonly cut: number
  readonly lines: Buffer
}

const encodeRedo = (file: string, redo: Redo): Buffer => {
  const header = {
    inode: redo.inode,
    cut: redo.cut,
    bytes: redo.lines.byteLength,
    digest: digest(redo.lines)
  }
  return Buffer.concat([encodeLine({ slug: path.basename(file), redo: header }), redo.lines])
}

/** Undefined for anything that is not a whole redo file: it was written in one piece, so that is damage. */
const decodeRedo = (bytes: Buffer): Redo | undefined => {
  const end = bytes.indexOf(0x0a) + 1
  const header = decodeLine(bytes.subarray(0, end))?.["redo"] as
    | {
      readonly inode: number
      readonly cut: number
      readonly bytes: number
      readonly digest: string
    }
    | undefined
  const lines = bytes.subarray(end)
  return header?.bytes === lines.byteLength && header.digest === digest(lines)
    ? { inode: header.inode, cut: header.cut, lines }
    : undefined
}

const apply = Effect.fnUntraced(function*(context: RecoveryContext, file: DiskFile, redo: Redo) {
  const { disk } = context
  yield* disk.truncate(file, redo.cut)
  yield* appendAll(disk, file, redo.lines)
  yield* disk.datasync(file)
  yield* disk.unlink(redoPath(file.path))
  yield* disk.syncDirectory(path.dirname(file.path))
})

/** Replaces everything from `cut` on by these lines, durably. */
export const rewriteEnd = Effect.fnUntraced(function*(
  context: RecoveryContext,
  file: DiskFile,
  redo: Redo
): Effect.fn.Return<void, DiskError> {
  yield* onDiskOf(context)(replaceFile(redoPath(file.path), encodeRedo(file.path, redo)))
  yield* apply(context, file, redo)
})

/**
 * Finishes what a crash left half done. A redo file that is damaged, or whose file was replaced meanwhile, goes to
 * quarantine. Answers what went there, if so.
 */
export const finishRewrite = Effect.fnUntraced(function*(
  context: RecoveryContext,
  file: DiskFile
): Effect.fn.Return<Damage | undefined, DiskError> {
  const { disk } = context
  const target = redoPath(file.path)
  if (Option.isNone(yield* disk.stat(target))) return undefined
  const bytes = yield* readFile(disk, target, windowBytesMax(context) + headerBytesMax)
  const redo = decodeRedo(bytes)
  const { inode, size } = yield* disk.statFile(file)
  if (redo !== undefined && redo.inode === inode && redo.cut <= size) {
    yield* onDiskOf(context)(syncNamesAnew(path.dirname(target)))
    yield* apply(context, file, redo)
    return undefined
  }
  const kept = yield* quarantine(context, target, 0, bytes)
  yield* disk.unlink(target)
  yield* disk.syncDirectory(path.dirname(target))
  return { file: target, offset: 0, bytes: bytes.byteLength, lines: 0, path: kept }
})
