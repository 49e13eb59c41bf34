// A table of the index file: places by fingerprints, in pages of which each is checked when it is read.
//
//   pages      256 entries each, in the order of their fingerprints: first all fingerprints (16 bytes each), then all
//              places (8 bytes each)
//   directory  for each page the first word of its first fingerprint and the page's CRC-32, 4 bytes each
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Disk } from "../durability/Disk.ts"
import type { DiskError, DiskFile } from "../durability/Disk.ts"
import { readPart } from "../durability/FileIo.ts"
import type { StagedFile } from "../durability/ReplaceFile.ts"
import { fingerprintWords } from "../items/Fingerprint.ts"
import type { SortedEntries } from "./SortedSlugs.ts"

/** What the header says of a table. */
export const TableHead = Schema.Struct({
  /** Entries. */
  count: Schema.Int,
  directoryCrc: Schema.Int
})
export type TableHead = typeof TableHead.Type

const pageEntries = 256
const printBytes = fingerprintWords * 4
const entryBytes = printBytes + 8
const pageBytes = pageEntries * entryBytes
/** Pages that are read or written at once. */
const chunkPages = 64

/** One page in memory. */
interface Page {
  readonly prints: Uint32Array
  readonly places: Float64Array
}

const pagesOf = (count: number): number => Math.ceil(count / pageEntries)

const entriesOf = (count: number, page: number): number =>
  Math.min(pageEntries, count - page * pageEntries)

/** Pages and directory. */
export const tableBytes = (count: number): number => count * entryBytes + pagesOf(count) * 8

const viewPage = (bytes: Buffer, at: number, entries: number): Page => ({
  prints: new Uint32Array(bytes.buffer, bytes.byteOffset + at, entries * fingerprintWords),
  places: new Float64Array(bytes.buffer, bytes.byteOffset + at + entries * printBytes, entries)
})

const crcOfPage = (bytes: Buffer, at: number, entries: number): number =>
  crc32(bytes.subarray(at, at + entries * entryBytes))

export interface IndexTable {
  /** Visits all pages in order; answers false when the checksum of one does not hold. */
  readonly visitPages: (
    visit: (prints: Uint32Array, places: Float64Array, firstEntry: number) => void
  ) => Effect.Effect<boolean, DiskError>
  /** The places of a fingerprint; undefined when a checksum does not hold. */
  readonly find: (
    words: Uint32Array
  ) => Effect.Effect<ReadonlyArray<number> | undefined, DiskError>
}

/** Where a table stands. */
interface Place {
  readonly disk: Disk["Service"]
  readonly file: DiskFile
  readonly at: number
  readonly count: number
  readonly directory: Uint32Array
}

const findInPage = ({ places, prints }: Page, words: Uint32Array): ReadonlyArray<number> => {
  const found: Array<number> = []
  for (let entry = 0; entry < places.length; entry++) {
    const at = entry * fingerprintWords
    if (
      prints[at] === words[0] && prints[at + 1] === words[1] && prints[at + 2] === words[2] &&
      prints[at + 3] === words[3]
    ) found.push(places[entry]!)
  }
  return found
}

const visitPages = ({ at: start, count, directory, disk, file }: Place) =>
  Effect.fnUntraced(function*(
    visit: Parameters<IndexTable["visitPages"]>[0]
  ): Effect.fn.Return<boolean, DiskError> {
    for (let first = 0; first < pagesOf(count); first += chunkPages) {
      const entries = Math.min(chunkPages * pageEntries, count - first * pageEntries)
      const bytes = yield* readPart(disk, file, start + first * pageBytes, entries * entryBytes)
      if (bytes === undefined) return false
      for (let page = first; page < Math.min(first + chunkPages, pagesOf(count)); page++) {
        const at = (page - first) * pageBytes
        if (crcOfPage(bytes, at, entriesOf(count, page)) !== directory[page * 2 + 1]) return false
        const { places, prints } = viewPage(bytes, at, entriesOf(count, page))
        visit(prints, places, page * pageEntries)
      }
    }
    return true
  })

const find = ({ at, count, directory, disk, file }: Place) =>
  Effect.fnUntraced(function*(
    words: Uint32Array
  ): Effect.fn.Return<ReadonlyArray<number> | undefined, DiskError> {
    // From the last page that begins before the word on: several pages can begin with it.
    let page = 0
    for (let above = pagesOf(count); above - page > 1;) {
      const middle = (page + above) >>> 1
      if (directory[middle * 2]! < words[0]!) page = middle
      else above = middle
    }
    const found: Array<number> = []
    for (; page < pagesOf(count) && directory[page * 2]! <= words[0]!; page++) {
      const entries = entriesOf(count, page)
      const bytes = yield* readPart(disk, file, at + page * pageBytes, entries * entryBytes)
      if (bytes === undefined) return undefined
      if (crcOfPage(bytes, 0, entries) !== directory[page * 2 + 1]) return undefined
      found.push(...findInPage(viewPage(bytes, 0, entries), words))
    }
    return found
  })

/** The table that begins at a byte of the file; undefined where its directory does not hold. */
export const openTable = Effect.fnUntraced(function*(
  file: DiskFile,
  at: number,
  { count, directoryCrc }: TableHead
): Effect.fn.Return<IndexTable | undefined, DiskError, Disk> {
  const disk = yield* Disk
  const bytes = yield* readPart(disk, file, at + count * entryBytes, pagesOf(count) * 8)
  if (bytes === undefined || crc32(bytes) !== directoryCrc) return undefined
  const directory = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  const place: Place = { disk, file, at, count, directory }
  return { visitPages: visitPages(place), find: find(place) }
})

const writePage = (into: Buffer, at: number, entries: SortedEntries, page: number) => {
  const first = page * pageEntries
  const count = entriesOf(entries.values.length, page)
  const { places, prints } = viewPage(into, at, count)
  const from = first * fingerprintWords
  prints.set(entries.prints.subarray(from, from + count * fingerprintWords))
  places.set(entries.values.subarray(first, first + count))
  return { bytes: count * entryBytes, crc: crcOfPage(into, at, count) }
}

/** A table that is going to be written: the header, which comes first, has to know the directory. */
export interface DraftTable {
  readonly entries: SortedEntries
  readonly head: TableHead
  readonly directory: Buffer
}

export const draftTable = (entries: SortedEntries): DraftTable => {
  const count = entries.values.length
  const directory = new Uint32Array(pagesOf(count) * 2)
  const page = Buffer.allocUnsafeSlow(pageBytes)
  for (let each = 0; each < pagesOf(count); each++) {
    directory[each * 2] = entries.prints[each * pageEntries * fingerprintWords]!
    directory[each * 2 + 1] = writePage(page, 0, entries, each).crc
  }
  const bytes = Buffer.from(directory.buffer)
  return { entries, head: { count, directoryCrc: crc32(bytes) }, directory: bytes }
}

export const appendTable = Effect.fnUntraced(function*(
  staged: StagedFile,
  { directory, entries, head: { count } }: DraftTable
) {
  const chunk = Buffer.allocUnsafeSlow(chunkPages * pageBytes)
  for (let first = 0; first < pagesOf(count); first += chunkPages) {
    let filled = 0
    for (let each = first; each < Math.min(first + chunkPages, pagesOf(count)); each++) {
      filled += writePage(chunk, filled, entries, each).bytes
    }
    yield* staged.append(chunk.subarray(0, filled))
  }
  yield* staged.append(directory)
})
