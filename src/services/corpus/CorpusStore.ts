// The corpus held against the masters: what its file has, caught up with the records that came since, and kept so.
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { canonicalJson, digest } from "../Digest.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import { readAllAt } from "../durability/FileIo.ts"
import { recordIdOf } from "../durability/LineCodec.ts"
import { scanLines } from "../durability/Lines.ts"
import { contentOf } from "../master/contentOf.ts"
import { MasterLine } from "../master/MasterLine.ts"
import type { Checkpoint, StoredPiece } from "./CorpusFile.ts"
import { CorpusIndex } from "./CorpusIndex.ts"
import { openCorpusLog } from "./CorpusLog.ts"
import { hashText } from "./Hash.ts"
import { namesIn } from "./namesIn.ts"
import type { CorpusRules, ProfileOf } from "./Profile.ts"
import { profileSettings } from "./Profile.ts"

interface StoreOptions {
  readonly rules: CorpusRules
  readonly masters: DataPaths
  /** Tells the files of several processes apart. */
  readonly name: string
  /** Others may append to the masters meanwhile. */
  readonly isShared: boolean
  readonly profileOf: ProfileOf
}

/** Profiles wait for each other to be written together. */
const batchPieces = 64
/** While the masters are read so many wait in memory at most. */
const scanPieces = 2_000
/** Of pieces that no file takes so many are kept in memory: some 100 MB. */
const inMemoryMax = 50_000
const tailBytes = 256
/** Below this the dead are not worth making the file anew. */
const deadMin = 10_000

const idOf = (line: Buffer): number => {
  const id = recordIdOf(line)
  return id === undefined ? crc32(line) : hashText(id, 0)
}

export const openCorpusStore = Effect.fnUntraced(function*(
  { isShared, masters, name, profileOf, rules }: StoreOptions
) {
  const disk = yield* Disk
  const services = yield* Effect.context<Disk>()
  const index = new CorpusIndex(rules)
  const superseded: Array<number> = []
  yield* disk.makeDirectory(masters.master)
  const log = yield* openCorpusLog(
    `${masters.master}/.corpus${name}`,
    digest(canonicalJson(profileSettings(rules))),
    (piece, offset) => {
      const entry = index.add(piece)
      index.settle(entry, offset)
      const before = index.assign(piece.slug, entry, piece.id)
      if (before !== undefined) superseded.push(before)
    }
  )
  let unwritten: Array<{ readonly entry: number; readonly piece: StoredPiece }> = []
  let covered: Checkpoint | undefined
  let isBroken = false
  let isDoubtful = false

  /** Undefined where the file does not give it back. */
  const read = (entry: number): Effect.Effect<StoredPiece | undefined> => {
    const where = index.whereabouts(entry)
    if (typeof where !== "number") return Effect.succeed(where)
    return where >= 0
      ? Effect.orElseSucceed(log.read(where), () => undefined)
      : Effect.undefined
  }

  const nothingKnown = { sentences: [], openers: [] }
  const retire = (entry: number): Effect.Effect<void> =>
    Effect.map(read(entry), (piece) => index.remove(entry, piece ?? nothingKnown))

  /** What no file takes stays in memory; above a bound it is no longer known, which `read` says. */
  const keepInMemory = (batch: typeof unwritten): void => {
    for (const { entry } of batch) {
      if (index.inMemory > inMemoryMax) index.settle(entry, -1)
    }
  }

  /** A file that cannot be written costs the next run the time to read the masters. */
  const flush = Effect.suspend(() => {
    const batch = unwritten
    if (batch.length === 0) return Effect.void
    unwritten = []
    if (isBroken) return Effect.sync(() => keepInMemory(batch))
    return log.append(batch.map(({ piece }) => ({ _tag: "Piece" as const, piece }))).pipe(
      Effect.map((offsets) => batch.forEach(({ entry }, at) => index.settle(entry, offsets[at]!))),
      Effect.catch((error) => {
        isBroken = true
        keepInMemory(batch)
        return Effect.logWarning(
          `the corpus file is not kept any more, the next run reads the masters instead: ${error.message}`
        )
      })
    )
  })

  const take = (slug: string, entry: number, id: number, piece: StoredPiece) => {
    unwritten.push({ entry, piece: { ...piece, slug, id } })
    return index.assign(slug, entry, id)
  }

  const keep = Effect.fnUntraced(function*(slug: string, entry: number, id: number) {
    const piece = yield* read(entry)
    if (piece === undefined) return
    const before = take(slug, entry, id, piece)
    if (before !== undefined) yield* retire(before)
    if (unwritten.length >= batchPieces) yield* flush
  })

  /** Takes the records from there on; `seen` collects the entries that the masters have. */
  const scan = Effect.fnUntraced(function*(
    from: number,
    isSkipped: (slug: string) => boolean,
    seen: Set<number> | undefined
  ): Effect.fn.Return<number, DiskError, Disk> {
    const line = new MasterLine()
    let next = from
    for (let isDone = false; !isDone;) {
      isDone = true
      const gone: Array<number> = []
      const report = yield* scanLines(masters.successes, { from: next }, (bytes, offset) => {
        if (unwritten.length >= scanPieces) {
          next = offset
          isDone = false
          return false
        }
        const kind = line.read(bytes)
        if (kind === "blank" || kind === "corrupt" || isSkipped(line.slug)) return
        const id = idOf(bytes)
        const known = index.entryOf(line.slug)
        if (known !== undefined && index.idOf(known) === id) {
          seen?.add(known)
          return
        }
        const content = contentOf(line.bytes)
        if (content === undefined) return
        const { slug } = line
        const piece = { slug, id, ...profileOf(content, slug, namesIn(line.metaObject)) }
        const entry = index.add(piece)
        seen?.add(entry)
        const before = take(slug, entry, id, piece)
        if (before !== undefined) gone.push(before)
      })
      yield* Effect.forEach(gone, retire, { discard: true })
      if (isDone) next += report.bytes
      yield* flush
    }
    return next
  })

  const masterStat = Effect.map(disk.stat(masters.successes), Option.getOrUndefined)

  const tailOf = (to: number): Effect.Effect<number, DiskError> =>
    Effect.scoped(Effect.gen(function*() {
      const file = yield* disk.open(masters.successes, "read")
      const bytes = Buffer.alloc(Math.min(tailBytes, to))
      const count = yield* readAllAt(disk, file, bytes, to - bytes.byteLength)
      return crc32(bytes.subarray(0, count))
    }))

  /** Whether the file that was covered is the one that stands, and begins as it did. */
  const goesOn = Effect.fnUntraced(function*(point: Checkpoint, inode: number, size: number) {
    return point.inode === inode && point.covered <= size &&
      (yield* tailOf(point.covered)) === point.tail
  })

  const align = Effect.fnUntraced(function*(isSkipped: (slug: string) => boolean) {
    const stat = yield* masterStat
    const point = covered
    if (stat !== undefined && point?.inode === stat.inode && point.covered === stat.size) return
    if (
      stat !== undefined && point !== undefined && (yield* goesOn(point, stat.inode, stat.size))
    ) {
      const end = yield* scan(point.covered, isSkipped, undefined)
      covered = { inode: stat.inode, covered: end, tail: yield* tailOf(end) }
      return
    }
    // Replaced, cut back, or never read: what the masters do not have leaves the corpus.
    const seen = new Set<number>()
    const end = stat === undefined ? 0 : yield* scan(0, isSkipped, seen)
    for (const entry of index.living()) {
      if (seen.has(entry)) continue
      const piece = yield* read(entry)
      if (piece !== undefined && isSkipped(piece.slug)) continue
      index.remove(entry, piece ?? nothingKnown)
    }
    covered = stat === undefined
      ? undefined
      : { inode: stat.inode, covered: end, tail: yield* tailOf(end) }
  })

  /** Everything that is durable is in the file: the next run goes on from here. */
  const close = Effect.gen(function*() {
    // Mostly dead: the next run makes the file anew from the masters.
    if (index.dead > Math.max(deadMin, index.size)) return yield* log.clear
    if (isShared) yield* align(() => false)
    yield* flush
    if (isBroken || isDoubtful) return
    const stat = yield* masterStat
    if (stat === undefined) return
    const tail = yield* tailOf(stat.size)
    const checkpoint = { inode: stat.inode, covered: stat.size, tail }
    yield* log.append([{ _tag: "Checkpoint", checkpoint }])
  })

  yield* Effect.forEach(superseded, retire, { discard: true })
  covered = log.checkpoint
  yield* align(() => false)
  yield* Effect.addFinalizer(() => Effect.ignore(close))

  return {
    index,
    read,
    retire,
    keep,
    /** Sees what other processes appended. A master that cannot be read now is read at the next piece. */
    catchUp: (isSkipped: (slug: string) => boolean): Effect.Effect<void> =>
      Effect.ignore(Effect.provide(align(isSkipped), services)),
    /** Says that something may be in the masters that is not in the corpus: no checkpoint is written. */
    doubt: (is: boolean): void => {
      isDoubtful ||= is
    }
  }
})
