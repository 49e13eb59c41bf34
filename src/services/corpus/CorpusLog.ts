// The corpus file opened: what it holds is read once, what comes is appended, and any fault of it only costs time.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import type { DiskError, DiskFile } from "../durability/Disk.ts"
import { Disk } from "../durability/Disk.ts"
import { appendAll, readAllAt } from "../durability/FileIo.ts"
import type { Block, Checkpoint, StoredPiece } from "./CorpusFile.ts"
import { decodeBlock, encodeBlock } from "./CorpusFile.ts"

export interface CorpusLog {
  /** The last checkpoint of the file as it was opened, if all before it was sound and made for these rules. */
  readonly checkpoint: Checkpoint | undefined
  /** Appends blocks; answers the byte at which each begins. */
  readonly append: (blocks: ReadonlyArray<Block>) => Effect.Effect<ReadonlyArray<number>, DiskError>
  /** The piece whose block begins at that byte; undefined where none does. */
  readonly read: (offset: number) => Effect.Effect<StoredPiece | undefined, DiskError>
  /** Begins anew. */
  readonly clear: Effect.Effect<void, DiskError>
}

const chunkBytes = 4 * 1024 * 1024
/** The size of most blocks: one read, where a larger one takes two. */
const blockBytesUsual = 8 * 1024

/** Calls back for each sound block from the beginning; answers where they end. */
const eachBlock = Effect.fnUntraced(function*(
  disk: Disk["Service"],
  file: DiskFile,
  visit: (block: Block, offset: number) => boolean
): Effect.fn.Return<number, DiskError> {
  let at = 0
  let buffer = Buffer.allocUnsafeSlow(chunkBytes)
  let held = 0
  for (;;) {
    held += yield* readAllAt(disk, file, buffer.subarray(held), at + held)
    const isFull = held === buffer.byteLength
    let used = 0
    let needed = 0
    for (;;) {
      const decoded = decodeBlock(buffer.subarray(used, held))
      if (decoded._tag === "Damaged") return at + used
      if (decoded._tag === "More") {
        needed = decoded.bytes
        break
      }
      if (!visit(decoded.block, at + used)) return at + used
      used += decoded.bytes
    }
    if (!isFull) return at + used
    const next = needed > buffer.byteLength ? Buffer.allocUnsafeSlow(needed) : buffer
    buffer.copy(next, 0, used, held)
    buffer = next
    at += used
    held -= used
  }
})

/** Opens the file, made when it is missing; `onPiece` hears of each piece in it. `rulesHash` is what profiles depend on. */
export const openCorpusLog = Effect.fnUntraced(function*(
  path: string,
  rulesHash: string,
  onPiece: (piece: StoredPiece, offset: number) => void
): Effect.fn.Return<CorpusLog, DiskError, Disk | Scope> {
  const disk = yield* Disk
  const file = yield* disk.open(path, "append")
  let checkpoint: Checkpoint | undefined
  let isOurs = false
  let size = yield* eachBlock(disk, file, (block, offset) => {
    if (block._tag === "Rules") return (isOurs = offset === 0 && block.hash === rulesHash)
    if (!isOurs) return false
    if (block._tag === "Piece") onPiece(block.piece, offset)
    else checkpoint = block.checkpoint
    return true
  })

  const append: CorpusLog["append"] = (blocks) =>
    Effect.gen(function*() {
      const offsets: Array<number> = []
      const encoded = blocks.map(encodeBlock)
      let at = size
      for (const block of encoded) {
        offsets.push(at)
        at += block.byteLength
      }
      yield* appendAll(disk, file, Buffer.concat(encoded))
      size = at
      return offsets
    })

  const clear = Effect.gen(function*() {
    yield* disk.truncate(file, 0)
    size = 0
    yield* append([{ _tag: "Rules", hash: rulesHash }])
  })

  const read: CorpusLog["read"] = (offset) =>
    Effect.gen(function*() {
      let length = Math.min(blockBytesUsual, size - offset)
      for (let tries = 0; tries < 2 && length > 0; tries++) {
        const bytes = Buffer.allocUnsafe(length)
        const count = yield* readAllAt(disk, file, bytes, offset)
        const decoded = decodeBlock(bytes.subarray(0, count))
        if (decoded._tag === "Block") {
          return decoded.block._tag === "Piece" ? decoded.block.piece : undefined
        }
        if (decoded._tag === "Damaged") return undefined
        length = decoded.bytes
      }
      return undefined
    })

  if (isOurs) yield* disk.truncate(file, size)
  else yield* clear
  return { checkpoint: isOurs ? checkpoint : undefined, append, read, clear }
})
