// Two files of one log brought to the same records: what one has and the other has not is copied, by record id (I2).
//
// Lines without a record id (of other programs) have no identity here and are left where they are.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import type { SlugTable } from "../items/SlugTable.ts"
import { makeSlugTable } from "../items/SlugTable.ts"
import { Disk } from "./Disk.ts"
import type { DiskError, DiskFile } from "./Disk.ts"
import { appendAll, readAllAt } from "./FileIo.ts"
import { recordIdOf, verifyLine } from "./LineCodec.ts"
import { scanLines } from "./Lines.ts"
import type { RecoveryContext } from "./RecoveryContext.ts"

/** A file and the offset (a line's start) before which both files are known to hold the same records. */
export interface Side {
  readonly file: DiskFile
  readonly from: number
}

/** Called after each copied batch is durable, with the file's index and its size then. */
export type OnCopied = (index: 0 | 1) => Effect.Effect<void, DiskError>

const inOne = 1
const inBoth = 2
const newline = Buffer.of(0x0a)

const idOf = (line: Buffer): string | undefined =>
  verifyLine(line) === "corrupt" ? undefined : recordIdOf(line)

const scan = (
  context: RecoveryContext,
  side: Side,
  to: number,
  visit: (line: Buffer, offset: number) => void | false
) =>
  Effect.provideService(
    scanLines(side.file.path, { from: side.from, to }, visit),
    Disk,
    context.disk
  )

/**
 * Appends to `target` every line of `source` that `wanted` picks, a batch at a time, each durable before the next: a
 * power cut then finds no more unsynced bytes than after an append. Answers how many.
 */
const copyLines = Effect.fnUntraced(function*(
  context: RecoveryContext,
  source: Side,
  end: number,
  target: DiskFile,
  wanted: (line: Buffer) => boolean,
  onCopied: Effect.Effect<void, DiskError>
) {
  let copied = 0
  for (let from = source.from; from < end;) {
    const batch: Array<Uint8Array> = []
    let bytes = 0
    let next = end
    yield* scan(context, { file: source.file, from }, end, (line, offset) => {
      if (bytes > 0 && bytes + line.byteLength + 1 > context.maxBatchBytes) {
        next = offset
        return false
      }
      if (!wanted(line)) return
      batch.push(Buffer.copyBytesFrom(line), newline)
      bytes += line.byteLength + 1
    })
    if (bytes > 0) {
      yield* appendAll(context.disk, target, Buffer.concat(batch))
      yield* context.disk.datasync(target)
      yield* onCopied
      copied += batch.length / 2
    }
    from = next
  }
  return copied
})

const idsOf = Effect.fnUntraced(function*(context: RecoveryContext, side: Side, end: number) {
  const ids = makeSlugTable()
  yield* scan(context, side, end, (line) => {
    const id = idOf(line)
    if (id !== undefined) ids.add(id, inOne)
  })
  return ids
})

/** Wants each id that the table does not have, once, and marks those that it has as being in both. */
const missingFrom = (ids: SlugTable) => (line: Buffer): boolean => {
  const id = idOf(line)
  if (id === undefined) return false
  const known = ids.get(id) !== undefined
  ids.set(id, inBoth)
  return !known
}

const inOneOnly = (ids: SlugTable) => (line: Buffer): boolean => {
  const id = idOf(line)
  if (id === undefined || ids.get(id) !== inOne) return false
  ids.set(id, inBoth)
  return true
}

/**
 * Makes both sides hold the same record ids. The first is written first: what stands in the second is in the first (I3).
 * Answers how many lines were copied into each.
 */
export const agree = Effect.fnUntraced(function*(
  context: RecoveryContext,
  first: Side,
  second: Side,
  onCopied: OnCopied
): Effect.fn.Return<readonly [number, number], DiskError> {
  const firstEnd = (yield* context.disk.statFile(first.file)).size
  const secondEnd = (yield* context.disk.statFile(second.file)).size
  const ids = yield* idsOf(context, first, firstEnd)
  const intoFirst = yield* copyLines(
    context,
    second,
    secondEnd,
    first.file,
    missingFrom(ids),
    onCopied(0)
  )
  const intoSecond = yield* copyLines(
    context,
    first,
    firstEnd,
    second.file,
    inOneOnly(ids),
    onCopied(1)
  )
  return [intoFirst, intoSecond]
})

/**
 * How far the files hold the same records without looking at all of them. Every batch goes to both files in the same
 * bytes and the same order, and every recovery makes the sets equal before a slot is clean. So where a whole batch's
 * worth of bytes stands at the same place in both, all before it is the same set, and only what follows can be missing
 * from one. Answers 0, the beginning, where that cannot be said.
 */
export const agreedUpTo = Effect.fnUntraced(function*(
  context: RecoveryContext,
  first: DiskFile,
  second: DiskFile
): Effect.fn.Return<number, DiskError> {
  const { disk, maxBatchBytes } = context
  const firstSize = (yield* disk.statFile(first)).size
  const secondSize = (yield* disk.statFile(second)).size
  const shorter = Math.min(firstSize, secondSize)
  const length = Math.min(shorter, maxBatchBytes)
  if (length === 0) return 0
  const [a, b] = [Buffer.allocUnsafeSlow(length), Buffer.allocUnsafeSlow(length)]
  yield* readAllAt(disk, first, a, shorter - length)
  yield* readAllAt(disk, second, b, shorter - length)
  return a.equals(b) && a.at(-1) === newline[0] ? shorter : 0
})
