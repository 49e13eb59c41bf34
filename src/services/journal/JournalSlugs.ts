// Which items stand in a sealed journal, as fingerprints beside it (raw/ai-run-<run>.slugs), 16 bytes a call.
//
// A sealed run is not read again at every start. But what it settled can be lost since, by bit rot or by a hand that
// removed the masters, and then its answers must not be bought a second time. This file tells, without the journal,
// whether it has anything of the items that a run takes up. It says up to which byte of the journal it goes, and the
// lines after that are looked at. It is disposable: where there is none that holds, the journal itself is read.
//
//   fingerprints   of the slug of each call, and of each verdict on another run's call
//   footer         as of all lists beside a journal (BesideJournal.ts)
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { journalPath, journalSlugsPath } from "../durability/DataDirectory.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { slugOf, verifyLine } from "../durability/LineCodec.ts"
import { scanLines } from "../durability/Lines.ts"
import { fingerprintWords, SlugPrint } from "../items/Fingerprint.ts"
import { openJournalList } from "./BesideJournal.ts"
import type { JournalList } from "./BesideJournal.ts"
import { readEntry } from "./EventCodec.ts"
import { runOf } from "./RunLedger.ts"

/** Whether the item is looked for; its fingerprint's words stand in `prints` from `at` on. */
export type IsWanted = (prints: Uint32Array, at: number) => boolean

export const slugsFormat = Buffer.from("inkslug1")
const printBytes = fingerprintWords * 4
/** Fingerprints that are read at once. */
const chunkBytes = 16_384 * printBytes

/** The slug of an undamaged line that says something new of which items are there. */
export const makeSlugIn = (runId: string) => {
  const open = new Set<string>()
  return (line: Buffer): string | undefined => {
    const entry = readEntry(line)
    if (entry === undefined) return undefined
    const { id, tag } = entry
    if (tag === "intent") open.add(id)
    // What follows an intent is its call's, unless damage took the intent.
    else if (tag === "verdict" ? runOf(id) === runId : open.delete(id)) return undefined
    return slugOf(line)
  }
}

const hasWanted = (prints: Uint32Array, isWanted: IsWanted): boolean => {
  for (let at = 0; at < prints.length; at += fingerprintWords) {
    if (isWanted(prints, at)) return true
  }
  return false
}

/** Whether a wanted one is among the fingerprints; undefined where their checksum does not hold. */
const findPrint = Effect.fnUntraced(
  function*({ bytes, crc, read }: JournalList, isWanted: IsWanted) {
    if (bytes % printBytes !== 0) return undefined
    let sum = 0
    for (let at = 0; at < bytes; at += chunkBytes) {
      const chunk = yield* read(at, Math.min(chunkBytes, bytes - at))
      if (chunk === undefined) return undefined
      if (hasWanted(new Uint32Array(chunk.buffer), isWanted)) return true
      sum = crc32(chunk, sum)
    }
    return sum === crc ? false : undefined
  }
)

/** Whether the lines of the journal from there on name a wanted item. */
const findInLines = Effect.fnUntraced(function*(path: string, from: number, isWanted: IsWanted) {
  const print = new SlugPrint()
  let found = false
  yield* scanLines(path, { from }, (line) => {
    const slug = verifyLine(line) === "valid" ? slugOf(line) : undefined
    if (slug === undefined) return
    print.ofText(slug)
    found = isWanted(print.words, 0)
    return found ? false : undefined
  })
  return found
})

/** Whether the run's journal has anything of a wanted item; undefined where only the journal itself can tell. */
export const hasWantedSlug = Effect.fnUntraced(function*(
  data: DataPaths,
  runId: string,
  isWanted: IsWanted
): Effect.fn.Return<boolean | undefined, DiskError, Disk | Scope.Scope> {
  const journal = journalPath(data, runId)
  const list = yield* openJournalList(journal, journalSlugsPath(data, runId), slugsFormat)
  const among = list && (yield* findPrint(list, isWanted))
  if (list === undefined || among === undefined) return undefined
  return among || (yield* findInLines(journal, list.journalBytes, isWanted))
}, Effect.scoped)
