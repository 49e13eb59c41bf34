// Where the lines of each item stand in the journal of a run that has ended (raw/ai-run-<run>.lines), 12.5 bytes a line.
//
// Whoever asks for one item of a million does not read the gigabytes of its run's journal for it, nor all of this. Half a
// fingerprint is enough, since every line that is found is read. It is disposable as the slugs are (JournalSlugs.ts).
//
//   pages    of 16,384 lines, in the order of the journal: half the fingerprint of the slug, and the line's bytes,
//            newline included. A line that is no event of ours has zeros for its slug
//   summary  for each page the byte of the journal where it begins, then for each the CRC-32 of the page, then for each
//            a filter: two bits of each slug, of four for a line. At its end the number of lines
//   footer   as of all lists beside a journal (BesideJournal.ts), with the checksum of the summary
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { journalLinesPath, journalPath } from "../durability/DataDirectory.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { SlugPrint } from "../items/Fingerprint.ts"
import { openJournalList } from "./BesideJournal.ts"
import type { JournalList } from "./BesideJournal.ts"

export const linesFormat = Buffer.from("inkline1")
/** Words of 4 bytes of an entry. */
export const lineWords = 3
export const linesOfPage = 16_384

const entryBytes = lineWords * 4
const countBytes = 8

const pagesOf = (lines: number): number => Math.ceil(lines / linesOfPage)
const linesIn = (page: number, lines: number): number =>
  Math.min(linesOfPage, lines - page * linesOfPage)
const filterWords = (lines: number): number => Math.ceil(lines / 8)

/** The first bit of a word's in a filter, as its word's index and its mask. */
const bitOf = (filter: Uint32Array, word: number): readonly [number, number] => {
  const bit = word % (filter.length * 32)
  return [bit >>> 5, 1 << (bit & 31)]
}

const addTo = (filter: Uint32Array, word: number): void => {
  const [index, mask] = bitOf(filter, word)
  filter[index]! |= mask
}

const mayHave = (filter: Uint32Array, word: number): boolean => {
  const [index, mask] = bitOf(filter, word)
  return (filter[index]! & mask) !== 0
}

const bytesOf = ({ buffer, byteLength, byteOffset }: Float64Array | Uint32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

/** The summary, as the pages are written. */
export class LineSummary {
  readonly #offsets: Array<number> = []
  readonly #crcs: Array<number> = []
  readonly #filters: Array<Uint32Array> = []
  #lines = 0
  #offset = 0

  /** The next page: a full one, or the last. */
  add(page: Uint32Array): void {
    const lines = page.length / lineWords
    const filter = new Uint32Array(filterWords(lines))
    this.#offsets.push(this.#offset)
    this.#crcs.push(crc32(bytesOf(page)))
    this.#filters.push(filter)
    this.#lines += lines
    for (let at = 0; at < page.length; at += lineWords) {
      addTo(filter, page[at]!)
      addTo(filter, page[at + 1]!)
      this.#offset += page[at + 2]!
    }
  }

  encode(): Buffer {
    return Buffer.concat([
      bytesOf(Float64Array.from(this.#offsets)),
      bytesOf(Uint32Array.from(this.#crcs)),
      ...this.#filters.map(bytesOf),
      bytesOf(Float64Array.of(this.#lines))
    ])
  }
}

interface Summary {
  readonly lines: number
  readonly offsets: Float64Array
  readonly crcs: Uint32Array
  /** Of all pages, one after the other. */
  readonly filters: Uint32Array
}

const readSummary = Effect.fnUntraced(function*(list: JournalList) {
  const last = yield* list.read(list.bytes - countBytes, countBytes)
  const lines = last === undefined ? Number.NaN : new Float64Array(last.buffer)[0]!
  if (!Number.isSafeInteger(lines) || lines < 0) return undefined
  const at = lines * entryBytes
  const bytes = yield* list.read(at, list.bytes - at)
  if (bytes === undefined || crc32(bytes) !== list.crc) return undefined
  const pages = pagesOf(lines)
  const crcsAt = pages * 8
  const filtersAt = crcsAt + pages * 4
  const summary: Summary = {
    lines,
    offsets: new Float64Array(bytes.buffer, 0, pages),
    crcs: new Uint32Array(bytes.buffer, crcsAt, pages),
    filters: new Uint32Array(bytes.buffer, filtersAt, (bytes.length - countBytes - filtersAt) / 4)
  }
  return summary
})

export interface LinePlace {
  readonly offset: number
  /** Newline included. */
  readonly bytes: number
  /** Counts from 1. */
  readonly lineNumber: number
}

export interface ItemLines {
  readonly places: ReadonlyArray<LinePlace>
  /** What the list covers of the journal: what comes after it has to be read. */
  readonly coveredBytes: number
  readonly coveredLines: number
}

const placesIn = (
  page: Uint32Array,
  [first, second]: Uint32Array,
  firstOffset: number,
  linesBefore: number
): ReadonlyArray<LinePlace> => {
  const places: Array<LinePlace> = []
  let offset = firstOffset
  for (let at = 0; at < page.length; at += lineWords) {
    const bytes = page[at + 2]!
    if (page[at] === first && page[at + 1] === second) {
      places.push({ offset, bytes, lineNumber: linesBefore + at / lineWords + 1 })
    }
    offset += bytes
  }
  return places
}

/** Lines that are the item's, or very rarely another one's; undefined where only the journal can tell. */
export const findItemLines = Effect.fnUntraced(function*(
  data: DataPaths,
  runId: string,
  slug: string
): Effect.fn.Return<ItemLines | undefined, DiskError, Disk | Scope.Scope> {
  const journal = journalPath(data, runId)
  const list = yield* openJournalList(journal, journalLinesPath(data, runId), linesFormat)
  const summary = list && (yield* readSummary(list))
  if (list === undefined || summary === undefined) return undefined
  const { crcs, filters, lines, offsets } = summary
  const print = new SlugPrint()
  print.ofText(slug)
  const places: Array<LinePlace> = []
  let filterAt = 0
  for (let page = 0; page < pagesOf(lines); page++) {
    const count = linesIn(page, lines)
    const filter = filters.subarray(filterAt, filterAt + filterWords(count))
    filterAt += filter.length
    if (!mayHave(filter, print.words[0]!) || !mayHave(filter, print.words[1]!)) continue
    const before = page * linesOfPage
    const bytes = yield* list.read(before * entryBytes, count * entryBytes)
    if (bytes === undefined || crc32(bytes) !== crcs[page]) return undefined
    places.push(...placesIn(new Uint32Array(bytes.buffer), print.words, offsets[page]!, before))
  }
  return { places, coveredBytes: list.journalBytes, coveredLines: lines }
}, Effect.scoped)
