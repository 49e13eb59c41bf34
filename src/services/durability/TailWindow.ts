// Which end of a file a recovery has to look through: everything that may not be durable.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import type { DiskFile } from "./Disk.ts"
import { DiskError } from "./Disk.ts"
import { readAllAt } from "./FileIo.ts"
import { verifyLine } from "./LineCodec.ts"
import type { RecoveryContext } from "./RecoveryContext.ts"
import { windowBytesMax } from "./RecoveryContext.ts"
import type { SlotFile } from "./Slot.ts"

export interface TailWindow {
  readonly file: DiskFile
  readonly inode: number
  /** Byte offset where it begins: the start of a line, or of the file. What stands before is durable. */
  readonly from: number
  /** From there to the end of the file. */
  readonly bytes: Buffer
  /** Whether a slot of this boot vouches for everything before `from`, and for nothing after it. */
  readonly bySlot: boolean
}

const newline = 0x0a

const readRange = Effect.fnUntraced(
  function*(context: RecoveryContext, file: DiskFile, from: number, to: number) {
    const bytes = Buffer.allocUnsafeSlow(to - from)
    const count = yield* readAllAt(context.disk, file, bytes, from)
    return bytes.subarray(0, count)
  }
)

/** The inode of a deleted file is soon another file's: a size that ends no line was not this one's. */
const endsLine = Effect.fnUntraced(
  function*(context: RecoveryContext, file: DiskFile, size: number) {
    if (size === 0) return true
    const last = yield* readRange(context, file, size - 1, size)
    return last[0] === newline
  }
)

/** The last start of an undamaged, terminated line at or before `limit`; undefined when there is none. */
const lastAnchor = (bytes: Buffer, limit: number): number | undefined => {
  for (
    let at = bytes.lastIndexOf(newline, limit - 1);
    at !== -1;
    at = bytes.lastIndexOf(newline, at - 1)
  ) {
    const end = bytes.indexOf(newline, at + 1)
    if (end !== -1 && verifyLine(bytes.subarray(at + 1, end)) !== "corrupt") return at + 1
    if (at === 0) return undefined
  }
  return undefined
}

const noLineFound = (context: RecoveryContext, file: DiskFile): DiskError =>
  new DiskError({
    operation: "recover",
    path: file.path,
    code: "EUCLEAN",
    detail:
      `no undamaged line begins in the last ${
        windowBytesMax(context)
      } bytes. This is no file of lines, or its disk ` +
      "is failing: move it away, put back a copy, and start again"
  })

/**
 * Without a slot: at least one batch back from the end, and further until an undamaged line begins there. Only the last
 * batch can be torn, and it is no longer than `maxBatchBytes` or one line, so that line was durable before.
 */
const windowByScan = Effect.fnUntraced(
  function*(context: RecoveryContext, file: DiskFile, size: number) {
    const { maxBatchBytes } = context
    if (size <= maxBatchBytes) return { from: 0, bytes: yield* readRange(context, file, 0, size) }
    for (let back = 2 * maxBatchBytes;; back *= 2) {
      const from = Math.max(0, size - Math.min(back, windowBytesMax(context)))
      const bytes = yield* readRange(context, file, from, size)
      const anchor = lastAnchor(bytes, size - maxBatchBytes - from)
      if (anchor !== undefined) return { from: from + anchor, bytes: bytes.subarray(anchor) }
      if (from === 0) return { from, bytes }
      if (back >= windowBytesMax(context)) return yield* noLineFound(context, file)
    }
  }
)

/** `slotFile` is what a slot of this boot says of the file, where there is one. */
export const tailWindow = Effect.fnUntraced(function*(
  context: RecoveryContext,
  file: DiskFile,
  slotFile: SlotFile | undefined
): Effect.fn.Return<TailWindow, DiskError> {
  const { inode, size } = yield* context.disk.statFile(file)
  const vouched = slotFile !== undefined && slotFile.inode === inode && slotFile.size <= size &&
    size - slotFile.size <= windowBytesMax(context) &&
    (yield* endsLine(context, file, slotFile.size))
  if (vouched) {
    const bytes = yield* readRange(context, file, slotFile.size, size)
    return { file, inode, from: slotFile.size, bytes, bySlot: true }
  }
  return { file, inode, ...(yield* windowByScan(context, file, size)), bySlot: false }
})
