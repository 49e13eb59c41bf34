// The index of the corpus on disk, beside its file: opening reads it instead of taking in every piece again.
//
//   header   4096 bytes: one line of JSON with its checksum, the rest zeros
//   arrays   each: kind (4 bytes), length in bytes (8), CRC-32 of both and of the content (4), then the content
//
// It is disposable. It tells which bytes of the corpus file it was made from, and what was appended there since is taken
// in piece by piece; what is damaged, or was made from another file or for other rules, is no index. Numbers are in this
// machine's order of bytes.
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Disk } from "../durability/Disk.ts"
import type { DiskError, DiskFile } from "../durability/Disk.ts"
import { readAllAt, readPart } from "../durability/FileIo.ts"
import type { FileLock } from "../durability/FileLock.ts"
import { decodeHeader, encodeHeader, headerBytes } from "../durability/HeadLine.ts"
import { stage } from "../durability/ReplaceFile.ts"
import type { StagedFile } from "../durability/ReplaceFile.ts"
import { Coverage, coverageOf, isCovered } from "../master/Coverage.ts"
import { CorpusIndex } from "./CorpusIndex.ts"
import type { KnownPart } from "./CorpusLog.ts"
import { arrayKinds, type NumberArray, SavedArrays } from "./NumberArrays.ts"
import type { CorpusRules } from "./Profile.ts"

const Header = Schema.Struct({
  slug: Schema.Literal("inkfast-corpus-index"),
  /** Raised whenever the index is made differently. */
  version: Schema.Literal(2),
  /** Hash of what the profiles depend on. */
  rules: Schema.String,
  /** The part of the corpus file that is in the index. */
  log: Coverage,
  /** How far the masters are in that part. */
  checkpoint: Schema.optional(
    Schema.Struct({ inode: Schema.Finite, covered: Schema.Int, tail: Schema.Int })
  ),
  arrays: Schema.Int
})
type Header = typeof Header.Type
const isHeader = Schema.is(Header)

const headBytes = 16
/** Read, written and checked at once. */
const chunkBytes = 4 * 1024 * 1024

const bytesOf = (array: NumberArray): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

const headOf = (kind: number, length: number): Buffer => {
  const head = Buffer.alloc(headBytes)
  head.writeUInt32LE(kind, 0)
  head.writeDoubleLE(length, 4)
  return head
}

const crcOfHead = (head: Buffer): number => crc32(head.subarray(0, 12))

const appendArray = Effect.fnUntraced(function*(staged: StagedFile, array: NumberArray) {
  const bytes = bytesOf(array)
  const head = headOf(arrayKinds.findIndex((kind) => array instanceof kind), bytes.byteLength)
  let crc = crcOfHead(head)
  for (let at = 0; at < bytes.byteLength; at += chunkBytes) {
    crc = crc32(bytes.subarray(at, at + chunkBytes), crc)
  }
  head.writeUInt32LE(crc, 12)
  yield* staged.append(head)
  for (let at = 0; at < bytes.byteLength; at += chunkBytes) {
    yield* staged.append(bytes.subarray(at, at + chunkBytes))
  }
})

/** The array that begins there; undefined where none does that ends within `end`. */
const readArray = Effect.fnUntraced(function*(
  disk: Disk["Service"],
  file: DiskFile,
  start: number,
  end: number
): Effect.fn.Return<NumberArray | undefined, DiskError> {
  const head = yield* readPart(disk, file, start, headBytes)
  if (head === undefined) return undefined
  const kind = arrayKinds[head.readUInt32LE(0)]
  const length = head.readDoubleLE(4)
  if (kind === undefined || !(length >= 0 && start + headBytes + length <= end)) return undefined
  if (length % kind.BYTES_PER_ELEMENT !== 0) return undefined
  const array = new kind(length / kind.BYTES_PER_ELEMENT)
  const bytes = bytesOf(array)
  let crc = crcOfHead(head)
  for (let at = 0; at < length; at += chunkBytes) {
    const chunk = bytes.subarray(at, at + chunkBytes)
    if ((yield* readAllAt(disk, file, chunk, start + headBytes + at)) < chunk.byteLength) {
      return undefined
    }
    crc = crc32(chunk, crc)
  }
  return crc === head.readUInt32LE(12) ? array : undefined
})

const readArrays = Effect.fnUntraced(function*(
  disk: Disk["Service"],
  file: DiskFile,
  count: number
) {
  const { size } = yield* disk.statFile(file)
  const arrays: Array<NumberArray> = []
  let at = headerBytes
  for (let n = 0; n < count; n++) {
    const array = yield* readArray(disk, file, at, size)
    if (array === undefined) return undefined
    arrays.push(array)
    at += headBytes + array.byteLength
  }
  return at === size ? arrays : undefined
})

const restored = (rules: CorpusRules, arrays: ReadonlyArray<NumberArray>) =>
  Effect.orElseSucceed(
    Effect.try(() => CorpusIndex.restore(rules, new SavedArrays(arrays))),
    () => undefined
  )

export interface SavedIndex extends KnownPart {
  readonly index: CorpusIndex
}

/** The index that was saved of what the corpus file `log` begins with; undefined where there is none. */
export const loadIndex = Effect.fnUntraced(
  function*(
    path: string,
    { log, rules, rulesHash }: {
      readonly log: DiskFile
      readonly rules: CorpusRules
      readonly rulesHash: string
    }
  ): Effect.fn.Return<SavedIndex | undefined, DiskError, Disk> {
    const disk = yield* Disk
    if (Option.isNone(yield* disk.stat(path))) return undefined
    return yield* Effect.scoped(Effect.gen(function*() {
      const file = yield* disk.open(path, "read")
      const head = yield* readPart(disk, file, 0, headerBytes)
      const header = head && decodeHeader(head, isHeader)
      if (header === undefined || header.rules !== rulesHash) return undefined
      if (!(yield* isCovered(log, header.log))) return undefined
      const arrays = yield* readArrays(disk, file, header.arrays)
      const index = arrays && (yield* restored(rules, arrays))
      return index && { index, bytes: header.log.bytes, checkpoint: header.checkpoint }
    }))
  },
  // Whatever is wrong with it, the corpus can be read without it.
  Effect.orElseSucceed(() => undefined)
)

/** Replaces the index, as a whole. What it knows of the corpus file has to be durable. */
export const saveIndex = Effect.fnUntraced(function*(
  path: string,
  { bytes, checkpoint, index, log, rulesHash }: SavedIndex & {
    readonly log: DiskFile
    readonly rulesHash: string
  }
): Effect.fn.Return<void, DiskError, Disk | FileLock> {
  const arrays = index.save()
  const header: Header = {
    slug: "inkfast-corpus-index",
    version: 2,
    rules: rulesHash,
    log: yield* coverageOf(log, bytes),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    arrays: arrays.length
  }
  yield* Effect.scoped(Effect.gen(function*() {
    const staged = yield* stage(path)
    yield* staged.append(encodeHeader(header))
    yield* Effect.forEach(arrays, (array) => appendArray(staged, array), { discard: true })
    yield* staged.commit
  }))
})
