// Every event of one item in the journals: by the lists beside them with a few reads, and where there are none by reading all.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import { readAllAt } from "../durability/FileIo.ts"
import { lineText, slugOf, verifyLine } from "../durability/LineCodec.ts"
import { scanLines } from "../durability/Lines.ts"
import { decodeEvent } from "./EventCodec.ts"
import { captureJournals } from "./JournalFiles.ts"
import type { JournalFile } from "./JournalFiles.ts"
import type { JournalEvent } from "./JournalEvent.ts"
import { findItemLines } from "./JournalLines.ts"
import type { LinePlace } from "./JournalLines.ts"

export interface FoundEvent {
  readonly runId: string
  /** Counts from 1. */
  readonly lineNumber: number
  readonly event: JournalEvent
}

export interface FoundEvents {
  /** In the order of the journals and their lines. */
  readonly events: ReadonlyArray<FoundEvent>
  /** Journals that their lists told of, and those that were read from beginning to end. */
  readonly byList: number
  readonly readWhole: number
  /** Bytes of the latter. */
  readonly wholeBytes: number
}

/** How every line of ours of the item begins. */
const headOf = (slug: string): Buffer => Buffer.from(lineText({ slug }).slice(0, -1))

/** The item's events of a journal from a place on, in the order of their lines. */
const scanEvents = Effect.fnUntraced(function*(
  { path, runId, size }: JournalFile,
  slug: string,
  from: number,
  linesBefore: number
) {
  const head = headOf(slug)
  const found: Array<FoundEvent> = []
  yield* scanLines(path, { from, to: size }, (line, _offset, number) => {
    if (line.compare(head, 0, head.length, 0, head.length) !== 0 || slugOf(line) !== slug) return
    const event = verifyLine(line) === "valid" ? decodeEvent(line) : undefined
    if (event !== undefined) found.push({ runId, lineNumber: linesBefore + number, event })
  })
  return found
})

/** The events at the places of a list; undefined where one is no undamaged line any more. */
const readEvents = Effect.fnUntraced(
  function*({ path, runId }: JournalFile, slug: string, places: ReadonlyArray<LinePlace>) {
    const disk = yield* Disk
    const file = yield* disk.open(path, "read")
    const found: Array<FoundEvent> = []
    for (const { bytes, lineNumber, offset } of places) {
      const line = Buffer.allocUnsafe(bytes)
      const count = yield* readAllAt(disk, file, line, offset)
      if (count < bytes || verifyLine(line) !== "valid") return undefined
      // Two slugs may share half a fingerprint.
      const event = slugOf(line) === slug ? decodeEvent(line) : undefined
      if (event !== undefined) found.push({ runId, lineNumber, event })
    }
    return found
  },
  Effect.scoped
)

const recallEvents = Effect.fnUntraced(function*(
  data: DataPaths,
  journal: JournalFile,
  slug: string
) {
  const known = yield* findItemLines(data, journal.runId, slug)
  const listed = known && (yield* readEvents(journal, slug, known.places))
  if (known === undefined || listed === undefined) return undefined
  const after = yield* scanEvents(journal, slug, known.coveredBytes, known.coveredLines)
  return [...listed, ...after]
})

/** Damaged lines, and the unterminated end of a journal, are passed over. Reads only. */
export const findEvents = Effect.fnUntraced(function*(
  slug: string
): Effect.fn.Return<FoundEvents, DiskError, DataDirectory | Disk> {
  const data = yield* DataDirectory
  const events: Array<FoundEvent> = []
  const counts = { byList: 0, readWhole: 0, wholeBytes: 0 }
  for (const journal of yield* captureJournals(data)) {
    const recalled = yield* recallEvents(data, journal, slug)
    if (recalled === undefined) {
      counts.readWhole++
      counts.wholeBytes += journal.size
    } else counts.byList++
    events.push(...recalled ?? (yield* scanEvents(journal, slug, 0, 0)))
  }
  return { events, ...counts }
})
