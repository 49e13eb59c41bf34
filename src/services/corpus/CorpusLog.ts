// The corpus file opened: what it holds is read once, what comes is appended, and any fault of it only costs time.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import type { DiskError, DiskFile } from "../durability/Disk.ts"
import { Disk } from "../durability/Disk.ts"
import { appendAll, readAllAt } from "../durability/FileIo.ts"
import type { Checkpoint } from "./Checkpoint.ts"
import type { Block, StoredPiece } from "./CorpusFile.ts"
import { decodeBlock, encodeBlock } from "./CorpusFile.ts"

/** A part of the file that need not be read again: its length, and the last checkpoint in it. */
export interface KnownPart {
  readonly bytes: number
  readonly checkpoint: Checkpoint | undefined
}

export interface CorpusLog {
  readonly file: DiskFile
  /** Bytes. */
  readonly size: () => number
  /**
   * Visits what is there behind the known part, and cuts off what is not sound; begins anew where the file was made for
   * other rules. Answers its last checkpoint. To be called first, and once.
   */
  readonly replay: (
    known: KnownPart | undefined,
    visit: (block: Block, offset: number) => void
  ) => Effect.Effect<Checkpoint | undefined, DiskError>
  /** Appends blocks; answers the byte at which each begins. */
  readonly append: (blocks: ReadonlyArray<Block>) => Effect.Effect<ReadonlyArray<number>, DiskError>
  /** The piece whose block begins at that byte; undefined where none does. */
  readonly read: (offset: number) => Effect.Effect<StoredPiece | undefined, DiskError>
  /** Makes durable what was appended. */
  readonly sync: Effect.Effect<void, DiskError>
  /** Begins anew. */
  readonly clear: Effect.Effect<void, DiskError>
}

const chunkBytes = 4 * 1024 * 1024
/** The size of most blocks: one read, where a larger one takes two. */
const blockBytesUsual = 8 * 1024

/** Calls back for each sound block from there on, until it answers false; answers where they end. */
const eachBlock = Effect.fnUntraced(function*(
  disk: Disk["Service"],
  file: DiskFile,
  from: number,
  visit: (block: Block, offset: number) => boolean
): Effect.fn.Return<number, DiskError> {
  let at = from
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

/** Opens the file, made when it is missing. `rulesHash` is what profiles depend on. */
export const openCorpusLog = Effect.fnUntraced(function*(
  path: string,
  rulesHash: string
): Effect.fn.Return<CorpusLog, DiskError, Disk | Scope> {
  const disk = yield* Disk
  const file = yield* disk.open(path, "append")
  let size = 0

  const replay: CorpusLog["replay"] = (known, visit) =>
    Effect.gen(function*() {
      let isOurs = known !== undefined
      let checkpoint = known?.checkpoint
      size = yield* eachBlock(disk, file, known?.bytes ?? 0, (block, offset) => {
        if (block._tag === "Rules") return (isOurs = offset === 0 && block.hash === rulesHash)
        if (!isOurs) return false
        if (block._tag === "Checkpoint") checkpoint = block.checkpoint
        else visit(block, offset)
        return true
      })
      yield* isOurs ? disk.truncate(file, size) : clear
      return isOurs ? checkpoint : undefined
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

  return { file, size: () => size, replay, append, read, sync: disk.datasync(file), clear }
})
