// The corpus held against the masters: what its files have, caught up with the records that came since, and kept so.
import type { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { canonicalJson, digest } from "../Digest.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import type { FileLock } from "../durability/FileLock.ts"
import { recordIdOf } from "../durability/LineCodec.ts"
import { scanLines } from "../durability/Lines.ts"
import { contentOf } from "../master/contentOf.ts"
import { MasterLine } from "../master/MasterLine.ts"
import { type Checkpoint, checkpointAt, goesOn } from "./Checkpoint.ts"
import type { Block, StoredPiece } from "./CorpusFile.ts"
import { CorpusIndex } from "./CorpusIndex.ts"
import { openCorpusLog } from "./CorpusLog.ts"
import { hashText } from "./Hash.ts"
import { openKeptIndex } from "./KeptIndex.ts"
import { namesIn } from "./namesIn.ts"
import { makePieceWriter } from "./PieceWriter.ts"
import type { CorpusRules, ProfileOf } from "./Profile.ts"
import { profileSettings } from "./Profile.ts"

interface StoreOptions {
  readonly rules: CorpusRules
  readonly masters: DataPaths
  /** Tells the files of several processes apart. */
  readonly name: string
  /** Others may append to the masters meanwhile. */
  readonly isShared: boolean
  /** The index of a corpus file of so many bytes is kept. */
  readonly indexedBytesMin: number
  readonly profileOf: ProfileOf
}

/** Profiles wait for each other to be written together. */
const batchPieces = 64
/** While the masters are read so many wait in memory at most. */
const scanPieces = 2_000
/** Below this the dead are not worth making the file anew. */
const deadMin = 10_000

const idOf = (line: Buffer): number => {
  const id = recordIdOf(line)
  return id === undefined ? crc32(line) : hashText(id, 0)
}

export const openCorpusStore = Effect.fnUntraced(function*(
  { indexedBytesMin, isShared, masters, name, profileOf, rules }: StoreOptions
) {
  const disk = yield* Disk
  const services = yield* Effect.context<Disk | FileLock>()
  const path = `${masters.master}/.corpus${name}`
  const rulesHash = digest(canonicalJson(profileSettings(rules)))
  yield* disk.makeDirectory(masters.master)
  const log = yield* openCorpusLog(path, rulesHash)
  const kept = yield* openKeptIndex({
    path: `${path}.index`,
    bytesMin: indexedBytesMin,
    log,
    rules,
    rulesHash
  })
  const index = kept.saved?.index ?? new CorpusIndex(rules)
  const superseded: Array<number> = []
  let covered = yield* log.replay(kept.saved, (block, offset) => {
    if (block._tag === "Piece") {
      const { piece } = block
      const entry = index.add(piece)
      index.settle(entry, offset)
      const before = index.assign(piece.slug, entry, piece.id)
      if (before !== undefined) superseded.push(before)
    } else if (block._tag === "Gone") {
      const entry = index.entryOf(block.slug)
      if (entry !== undefined && index.idOf(entry) === block.id) superseded.push(entry)
    }
  })
  const writer = makePieceWriter(log, index)
  const { append, flush } = writer
  let isDoubtful = false

  const readAt = (offset: number) =>
    Effect.tap(
      Effect.orElseSucceed(log.read(offset), () => undefined),
      (piece) =>
        Effect.sync(() => {
          if (piece === undefined) isDoubtful = kept.isDamaged = true
        })
    )

  /** Undefined where the file does not give it back. */
  const read = (entry: number): Effect.Effect<StoredPiece | undefined> => {
    const where = index.whereabouts(entry)
    if (typeof where !== "number") return Effect.succeed(where)
    return where >= 0 ? readAt(where) : Effect.undefined
  }

  const nothingKnown = { sentences: [], openers: [] }
  const retire = (entry: number): Effect.Effect<void> =>
    Effect.map(read(entry), (piece) => index.remove(entry, piece ?? nothingKnown))

  const take = (slug: string, entry: number, id: number, piece: StoredPiece) => {
    writer.add(entry, { ...piece, slug, id })
    return index.assign(slug, entry, id)
  }

  const keep = Effect.fnUntraced(function*(slug: string, entry: number, id: number) {
    const piece = yield* read(entry)
    if (piece === undefined) return
    const before = take(slug, entry, id, piece)
    if (before !== undefined) yield* retire(before)
    if (writer.waiting() >= batchPieces) yield* flush
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
        if (writer.waiting() >= scanPieces) {
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

  /** What the masters do not have leaves the corpus, and its file says so. */
  const leave = Effect.fnUntraced(function*(
    seen: ReadonlySet<number>,
    isSkipped: (slug: string) => boolean
  ) {
    const gone: Array<Block> = []
    for (const entry of index.living()) {
      if (seen.has(entry)) continue
      const piece = yield* read(entry)
      if (piece !== undefined && isSkipped(piece.slug)) continue
      index.remove(entry, piece ?? nothingKnown)
      if (piece !== undefined) gone.push({ _tag: "Gone", slug: piece.slug, id: piece.id })
    }
    yield* append(gone)
  })

  const masterStat = Effect.map(disk.stat(masters.successes), Option.getOrUndefined)

  const align = Effect.fnUntraced(function*(isSkipped: (slug: string) => boolean) {
    const stat = yield* masterStat
    const point = covered
    if (stat !== undefined && point?.inode === stat.inode && point.covered === stat.size) return
    if (
      stat !== undefined && point !== undefined && (yield* goesOn(masters.successes, point, stat))
    ) {
      const end = yield* scan(point.covered, isSkipped, undefined)
      covered = yield* checkpointAt(masters.successes, stat.inode, end)
      return
    }
    // Replaced, cut back, or never read.
    const seen = new Set<number>()
    const end = stat === undefined ? 0 : yield* scan(0, isSkipped, seen)
    yield* leave(seen, isSkipped)
    covered = stat && (yield* checkpointAt(masters.successes, stat.inode, end))
  })

  /** Everything that is durable is in the file up to there: the next run goes on from it. */
  const settle = Effect.fnUntraced(function*(checkpoint: Checkpoint) {
    yield* flush
    if (isDoubtful) return
    yield* append([{ _tag: "Checkpoint", checkpoint }])
    if (!writer.isBroken() && index.inMemory === 0) yield* kept.save(index, checkpoint)
  })

  const close = Effect.gen(function*() {
    // Mostly dead: the next run makes the file anew from the masters.
    if (index.dead > Math.max(deadMin, index.size)) {
      kept.isDamaged = true
      return yield* log.clear
    }
    if (isShared) yield* align(() => false)
    yield* flush
    const stat = yield* masterStat
    if (stat !== undefined) {
      yield* settle(yield* checkpointAt(masters.successes, stat.inode, stat.size))
    }
  })

  yield* Effect.forEach(superseded, retire, { discard: true })
  yield* align(() => false)
  if (covered !== undefined && kept.isFarBehind()) yield* settle(covered)
  yield* Effect.addFinalizer(() => Effect.ignore(Effect.ensuring(close, Effect.ignore(kept.close))))

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
