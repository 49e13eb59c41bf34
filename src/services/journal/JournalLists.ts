// The lists beside a sealed journal made from it, in one reading: which items it knows, and where their lines stand.
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { journalLinesPath, journalPath, journalSlugsPath } from "../durability/DataDirectory.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import type { FileLock } from "../durability/FileLock.ts"
import { slugOf, verifyLine } from "../durability/LineCodec.ts"
import { scanLines } from "../durability/Lines.ts"
import { stage } from "../durability/ReplaceFile.ts"
import { SlugPrint } from "../items/Fingerprint.ts"
import { encodeFooter } from "./BesideJournal.ts"
import { lineWords, linesFormat } from "./JournalLines.ts"
import { makeSlugIn, slugsFormat } from "./JournalSlugs.ts"

/** Entries that are written at once, about. */
const chunkEntries = 16_384

/** A list while it is written. */
const stageList = Effect.fnUntraced(function*(path: string, format: Buffer) {
  const staged = yield* stage(path)
  let filled: Array<Uint32Array> = []
  let crc = 0
  const flush = Effect.suspend(() => {
    const bytes = Buffer.concat(filled.map((words) => Buffer.from(words.buffer)))
    filled = []
    crc = crc32(bytes, crc)
    return staged.append(bytes)
  })
  return {
    add: (words: Uint32Array): void => void filled.push(words),
    flushFull: Effect.suspend(() => filled.length >= chunkEntries ? flush : Effect.void),
    finish: (journalBytes: number) =>
      flush.pipe(
        Effect.andThen(
          Effect.suspend(() => staged.append(encodeFooter(format, journalBytes, crc)))
        ),
        Effect.andThen(staged.commit)
      )
  }
})

/** Replaces both, from the journal as it stands. Reads the journal once; memory does not follow its length. */
export const writeJournalLists = Effect.fnUntraced(function*(
  data: DataPaths,
  runId: string
): Effect.fn.Return<void, DiskError, Disk | FileLock | Scope.Scope> {
  const slugs = yield* stageList(journalSlugsPath(data, runId), slugsFormat)
  const lines = yield* stageList(journalLinesPath(data, runId), linesFormat)
  const slugIn = makeSlugIn(runId)
  const print = new SlugPrint()
  const onRead = () => Effect.andThen(slugs.flushFull, lines.flushFull)
  const { bytes } = yield* scanLines(journalPath(data, runId), { onRead }, (line) => {
    const entry = new Uint32Array(lineWords)
    entry[2] = line.length + 1
    lines.add(entry)
    const slug = verifyLine(line) === "valid" ? slugOf(line) : undefined
    if (slug === undefined) return
    print.ofText(slug)
    entry[0] = print.words[0]!
    entry[1] = print.words[1]!
    if (slugIn(line) !== undefined) slugs.add(print.words.slice())
  })
  yield* slugs.finish(bytes)
  yield* lines.finish(bytes)
}, Effect.scoped)
