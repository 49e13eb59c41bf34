// The index beside the masters: a disposable file that says of every settled slug as what, and where its line stands.
//
//   header     4096 bytes: one line of JSON with its checksum, the rest zeros
//   pages      256 entries each, in the order of their fingerprints: first all fingerprints (16 bytes each), then all
//              places (8 bytes each)
//   directory  for each page the first word of its first fingerprint and the page's CRC-32, 4 bytes each
//
// One slug is found with four reads, whatever the size: header, directory, page. Every byte that is read is checked; what
// does not hold, or was made from other files than those that stand, is no index. Numbers are in this machine's order of
// bytes: on another one the checksums do not hold.
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError, DiskFile } from "../durability/Disk.ts"
import { readAllAt } from "../durability/FileIo.ts"
import type { FileLock } from "../durability/FileLock.ts"
import { decodeLine, encodeLine, verifyLine } from "../durability/LineCodec.ts"
import { stage } from "../durability/ReplaceFile.ts"
import { fingerprintWords } from "../items/Fingerprint.ts"
import { Coverage } from "./Coverage.ts"
import type { SortedEntries } from "./SortedSlugs.ts"

const IndexHeader = Schema.Struct({
  slug: Schema.Literal("inkfast-index"),
  version: Schema.Literal(2),
  successes: Coverage,
  rejects: Coverage,
  /** Entries: settled slugs. */
  count: Schema.Int,
  /** Of the covered bytes: lines, and how many of them a consolidation would drop. */
  lines: Schema.Int,
  superseded: Schema.Int,
  directoryCrc: Schema.Int
})
export type IndexHeader = typeof IndexHeader.Type
const isHeader = Schema.is(IndexHeader)

const headerBytes = 4096
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

const viewPage = (bytes: Buffer, at: number, entries: number): Page => ({
  prints: new Uint32Array(bytes.buffer, bytes.byteOffset + at, entries * fingerprintWords),
  places: new Float64Array(bytes.buffer, bytes.byteOffset + at + entries * printBytes, entries)
})

const crcOfPage = (bytes: Buffer, at: number, entries: number): number =>
  crc32(bytes.subarray(at, at + entries * entryBytes))

export interface IndexFile {
  readonly header: IndexHeader
  /** Visits all pages in order; answers false when the checksum of one does not hold. */
  readonly visitPages: (
    visit: (prints: Uint32Array, places: Float64Array, firstEntry: number) => void
  ) => Effect.Effect<boolean, DiskError>
  /** The place of a fingerprint, none where it is not there; undefined when a checksum does not hold. */
  readonly find: (
    words: Uint32Array
  ) => Effect.Effect<Option.Option<number> | undefined, DiskError>
}

const decodeHeader = (bytes: Buffer): IndexHeader | undefined => {
  const line = bytes.subarray(0, bytes.indexOf(0x0a) + 1)
  if (line.length === 0 || verifyLine(line) !== "valid") return undefined
  const header = decodeLine(line)
  return isHeader(header) ? header : undefined
}

const findInPage = ({ places, prints }: Page, words: Uint32Array): Option.Option<number> => {
  for (let entry = 0; entry < places.length; entry++) {
    const at = entry * fingerprintWords
    if (
      prints[at] === words[0] && prints[at + 1] === words[1] && prints[at + 2] === words[2] &&
      prints[at + 3] === words[3]
    ) return Option.some(places[entry]!)
  }
  return Option.none()
}

const readPart = Effect.fnUntraced(function*(file: DiskFile, at: number, length: number) {
  const bytes = Buffer.allocUnsafeSlow(length)
  const count = yield* readAllAt(yield* Disk, file, bytes, at)
  return count === length ? bytes : undefined
})

const readDirectory = Effect.fnUntraced(function*(file: DiskFile, header: IndexHeader) {
  const at = headerBytes + header.count * entryBytes
  const bytes = yield* readPart(file, at, pagesOf(header.count) * 8)
  if (bytes === undefined || crc32(bytes) !== header.directoryCrc) return undefined
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
})

const visitPages = (file: DiskFile, header: IndexHeader, directory: Uint32Array) =>
  Effect.fnUntraced(function*(
    visit: Parameters<IndexFile["visitPages"]>[0]
  ): Effect.fn.Return<boolean, DiskError, Disk> {
    const { count } = header
    for (let first = 0; first < pagesOf(count); first += chunkPages) {
      const entries = Math.min(chunkPages * pageEntries, count - first * pageEntries)
      const bytes = yield* readPart(file, headerBytes + first * pageBytes, entries * entryBytes)
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

const find = (file: DiskFile, header: IndexHeader, directory: Uint32Array) =>
  Effect.fnUntraced(function*(
    words: Uint32Array
  ): Effect.fn.Return<Option.Option<number> | undefined, DiskError, Disk> {
    // From the last page that begins before the word on: several pages can begin with it.
    let page = 0
    for (let above = pagesOf(header.count); above - page > 1;) {
      const middle = (page + above) >>> 1
      if (directory[middle * 2]! < words[0]!) page = middle
      else above = middle
    }
    for (; page < pagesOf(header.count) && directory[page * 2]! <= words[0]!; page++) {
      const entries = entriesOf(header.count, page)
      const bytes = yield* readPart(file, headerBytes + page * pageBytes, entries * entryBytes)
      if (bytes === undefined) return undefined
      if (crcOfPage(bytes, 0, entries) !== directory[page * 2 + 1]) return undefined
      const found = findInPage(viewPage(bytes, 0, entries), words)
      if (Option.isSome(found)) return found
    }
    return Option.none()
  })

/** The index as it stands, whole in itself; undefined where there is none or it is damaged. Open as long as the scope. */
export const openIndex = Effect.fnUntraced(
  function*(
    data: DataPaths
  ): Effect.fn.Return<IndexFile | undefined, DiskError, Disk | Scope.Scope> {
    const disk = yield* Disk
    if (Option.isNone(yield* disk.stat(data.index))) return undefined
    const file = yield* disk.open(data.index, "read")
    const head = yield* readPart(file, 0, headerBytes)
    const header = head && decodeHeader(head)
    const directory = header && (yield* readDirectory(file, header))
    if (header === undefined || directory === undefined) return undefined
    return {
      header,
      visitPages: (visit) =>
        Effect.provideService(visitPages(file, header, directory)(visit), Disk, disk),
      find: (words) => Effect.provideService(find(file, header, directory)(words), Disk, disk)
    }
  },
  // Whatever is wrong with it, the masters can be read without it.
  Effect.orElseSucceed(() => undefined)
)

/** What an index is made of. */
export interface IndexContent extends Omit<IndexHeader, "slug" | "version" | "directoryCrc"> {
  readonly entries: SortedEntries
}

const writePage = (into: Buffer, at: number, entries: SortedEntries, page: number) => {
  const first = page * pageEntries
  const count = entriesOf(entries.values.length, page)
  const { places, prints } = viewPage(into, at, count)
  const from = first * fingerprintWords
  prints.set(entries.prints.subarray(from, from + count * fingerprintWords))
  places.set(entries.values.subarray(first, first + count))
  return { bytes: count * entryBytes, crc: crcOfPage(into, at, count) }
}

/** Replaces the index, as a whole. */
export const writeIndex = Effect.fnUntraced(function*(
  data: DataPaths,
  { entries, ...content }: IndexContent
): Effect.fn.Return<void, DiskError, Disk | FileLock | Scope.Scope> {
  const directory = new Uint32Array(pagesOf(content.count) * 2)
  // The header comes first and knows the directory, so all pages are summed up before one is written.
  const page = Buffer.allocUnsafeSlow(pageBytes)
  for (let each = 0; each < directory.length / 2; each++) {
    directory[each * 2] = entries.prints[each * pageEntries * fingerprintWords]!
    directory[each * 2 + 1] = writePage(page, 0, entries, each).crc
  }
  const directoryBytes = Buffer.from(directory.buffer)
  const header: IndexHeader = {
    slug: "inkfast-index",
    version: 2,
    ...content,
    directoryCrc: crc32(directoryBytes)
  }
  const head = Buffer.alloc(headerBytes)
  head.set(encodeLine(header))
  const staged = yield* stage(data.index)
  yield* staged.append(head)
  const chunk = Buffer.allocUnsafeSlow(chunkPages * pageBytes)
  for (let first = 0; first < pagesOf(content.count); first += chunkPages) {
    let filled = 0
    for (let each = first; each < Math.min(first + chunkPages, pagesOf(content.count)); each++) {
      filled += writePage(chunk, filled, entries, each).bytes
    }
    yield* staged.append(chunk.subarray(0, filled))
  }
  yield* staged.append(directoryBytes)
  yield* staged.commit
}, Effect.scoped)
