// Where the lines of each item stand in a sealed journal (raw/ai-run-<run>.lines), 12 bytes a line.
//
// Whoever asks for one item of a million does not read the gigabytes of its run's journal for it. Half a fingerprint is
// enough, since every line that is found is read. It is disposable as the slugs are (JournalSlugs.ts).
//
//   lines    in the order of the journal: half the fingerprint of the slug, and the line's bytes, newline included. A
//            line that is no event of ours has zeros for its slug
//   footer   as of all lists beside a journal (BesideJournal.ts)
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { journalLinesPath, journalPath } from "../durability/DataDirectory.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { SlugPrint } from "../items/Fingerprint.ts"
import { openJournalList } from "./BesideJournal.ts"

export const linesFormat = Buffer.from("inkline1")
/** Words of 4 bytes of an entry. */
export const lineWords = 3

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

/** Lines that are the item's, or very rarely another one's; undefined where only the journal can tell. */
export const findItemLines = Effect.fnUntraced(function*(
  data: DataPaths,
  runId: string,
  slug: string
): Effect.fn.Return<ItemLines | undefined, DiskError, Disk | Scope.Scope> {
  const list = yield* openJournalList(
    journalPath(data, runId),
    journalLinesPath(data, runId),
    linesFormat,
    lineWords * 4
  )
  if (list === undefined) return undefined
  const print = new SlugPrint()
  print.ofText(slug)
  const [first, second] = print.words
  const places: Array<LinePlace> = []
  let offset = 0
  let coveredLines = 0
  const holds = yield* list.visit((words) => {
    for (let at = 0; at < words.length; at += lineWords) {
      const bytes = words[at + 2]!
      coveredLines++
      if (words[at] === first && words[at + 1] === second) {
        places.push({ offset, bytes, lineNumber: coveredLines })
      }
      offset += bytes
    }
  })
  return holds && offset === list.journalBytes
    ? { places, coveredBytes: offset, coveredLines }
    : undefined
}, Effect.scoped)
