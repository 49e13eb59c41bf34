// The lists beside a journal made from it, in one reading: which items it knows, and where their lines stand.
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { journalLinesPath, journalPath, journalSlugsPath } from "../durability/DataDirectory.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import type { FileLock } from "../durability/FileLock.ts"
import { slugOf, verifyLine } from "../durability/LineCodec.ts"
import { scanLines } from "../durability/Lines.ts"
import { stage } from "../durability/ReplaceFile.ts"
import { fingerprintWords, SlugPrint } from "../items/Fingerprint.ts"
import { encodeFooter } from "./BesideJournal.ts"
import { findItemLines, linesFormat, linesOfPage, LineSummary, lineWords } from "./JournalLines.ts"
import { makeSlugIn, slugsFormat } from "./JournalSlugs.ts"

/** Entries as they are added, in pages that are written once they are full. */
class EntryPages {
  readonly #words: number
  #page: Uint32Array
  #used = 0
  #full: Array<Uint32Array> = []

  /** `words` of 4 bytes an entry. */
  constructor(words: number) {
    this.#words = words * linesOfPage
    this.#page = new Uint32Array(this.#words)
  }

  add(entry: Uint32Array): void {
    this.#page.set(entry, this.#used)
    this.#used += entry.length
    if (this.#used < this.#words) return
    this.#full.push(this.#page)
    this.#page = new Uint32Array(this.#words)
    this.#used = 0
  }

  /** The pages that have become full since they were taken last. */
  takeFull(): ReadonlyArray<Uint32Array> {
    const full = this.#full
    this.#full = []
    return full
  }

  /** What is left at the end. */
  takeAll(): ReadonlyArray<Uint32Array> {
    const rest = this.#used === 0 ? [] : [this.#page.slice(0, this.#used)]
    return [...this.takeFull(), ...rest]
  }
}

const bytesOf = (pages: ReadonlyArray<Uint32Array>): Buffer =>
  Buffer.concat(pages.map(({ buffer }) => Buffer.from(buffer)))

const stageSlugs = Effect.fnUntraced(function*(path: string) {
  const staged = yield* stage(path)
  const pages = new EntryPages(fingerprintWords)
  let crc = 0
  const write = (some: ReadonlyArray<Uint32Array>) => {
    const bytes = bytesOf(some)
    crc = crc32(bytes, crc)
    return staged.append(bytes)
  }
  return {
    pages,
    flush: Effect.suspend(() => write(pages.takeFull())),
    finish: Effect.fnUntraced(function*(journalBytes: number) {
      yield* write(pages.takeAll())
      yield* staged.append(encodeFooter(slugsFormat, journalBytes, crc))
      yield* staged.commit
    })
  }
})

const stageLines = Effect.fnUntraced(function*(path: string) {
  const staged = yield* stage(path)
  const pages = new EntryPages(lineWords)
  const summary = new LineSummary()
  const write = (some: ReadonlyArray<Uint32Array>) => {
    for (const page of some) summary.add(page)
    return staged.append(bytesOf(some))
  }
  return {
    pages,
    flush: Effect.suspend(() => write(pages.takeFull())),
    finish: Effect.fnUntraced(function*(journalBytes: number) {
      yield* write(pages.takeAll())
      const bytes = summary.encode()
      yield* staged.append(bytes)
      yield* staged.append(encodeFooter(linesFormat, journalBytes, crc32(bytes)))
      yield* staged.commit
    })
  }
})

/** Replaces both, from the journal as it stands. Reads the journal once; memory takes half a byte for each of its lines. */
export const writeJournalLists = Effect.fnUntraced(function*(
  data: DataPaths,
  runId: string
): Effect.fn.Return<void, DiskError, Disk | FileLock | Scope.Scope> {
  const slugs = yield* stageSlugs(journalSlugsPath(data, runId))
  const lines = yield* stageLines(journalLinesPath(data, runId))
  const slugIn = makeSlugIn(runId)
  const print = new SlugPrint()
  const entry = new Uint32Array(lineWords)
  const onRead = () => Effect.andThen(slugs.flush, lines.flush)
  const { bytes } = yield* scanLines(journalPath(data, runId), { onRead }, (line) => {
    const slug = verifyLine(line) === "valid" ? slugOf(line) : undefined
    if (slug === undefined) print.words.fill(0)
    else print.ofText(slug)
    entry[0] = print.words[0]!
    entry[1] = print.words[1]!
    entry[2] = line.length + 1
    lines.pages.add(entry)
    if (slug !== undefined && slugIn(line) !== undefined) slugs.pages.add(print.words)
  })
  yield* slugs.finish(bytes)
  yield* lines.finish(bytes)
}, Effect.scoped)

/** Smaller journals are read in no time. */
const worthBytes = 4 * 1024 * 1024

/** Writes them unless they go as far as the journal does. */
export const keepJournalLists = Effect.fnUntraced(function*(
  data: DataPaths,
  runId: string,
  bytesMin = worthBytes
): Effect.fn.Return<void, DiskError, Disk | FileLock> {
  const found = yield* (yield* Disk).stat(journalPath(data, runId))
  if (Option.isNone(found) || found.value.size < bytesMin) return
  const known = yield* findItemLines(data, runId, "")
  if (known?.coveredBytes !== found.value.size) yield* writeJournalLists(data, runId)
})
