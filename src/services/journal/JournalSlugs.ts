// Which items stand in a sealed journal, as fingerprints beside it (raw/ai-run-<run>.slugs), 16 bytes a call.
//
// A sealed run is not read again at every start. But what it settled can be lost since, by bit rot or by a hand that
// removed the masters, and then its answers must not be bought a second time. This file tells, without the journal,
// whether it has anything of the items that a run takes up. It says up to which byte of the journal it goes, and the
// lines after that are looked at. It is disposable: where there is none that holds, the journal itself is read.
//
//   fingerprints   of the slug of each call, and of each verdict on another run's call
//   footer         24 bytes: the name of the format, the journal's bytes, the checksums of the fingerprints and its own
//
// Numbers are in this machine's order of bytes: on another one the footer does not hold.
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { journalPath, journalSlugsPath } from "../durability/DataDirectory.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError, DiskFile } from "../durability/Disk.ts"
import { readAllAt } from "../durability/FileIo.ts"
import type { FileLock } from "../durability/FileLock.ts"
import { slugOf, verifyLine } from "../durability/LineCodec.ts"
import { scanLines } from "../durability/Lines.ts"
import { stage } from "../durability/ReplaceFile.ts"
import { fingerprintWords, SlugPrint } from "../items/Fingerprint.ts"
import { readEntry } from "./EventCodec.ts"
import { runOf } from "./RunLedger.ts"

/** Whether the item is looked for; its fingerprint's words stand in `prints` from `at` on. */
export type IsWanted = (prints: Uint32Array, at: number) => boolean

const format = Buffer.from("inkslug1")
const footerBytes = 24
const printBytes = fingerprintWords * 4
/** Fingerprints that are written or read at once. */
const chunkPrints = 16_384

const encodeFooter = (journalBytes: number, crc: number): Buffer => {
  const bytes = Buffer.allocUnsafeSlow(footerBytes)
  bytes.set(format)
  new Float64Array(bytes.buffer, 8, 1)[0] = journalBytes
  const crcs = new Uint32Array(bytes.buffer, 16, 2)
  crcs[0] = crc
  crcs[1] = crc32(bytes.subarray(0, 20))
  return bytes
}

/** `bytes` begin their own buffer. */
const decodeFooter = (bytes: Buffer) => {
  const [crc = 0, own] = new Uint32Array(bytes.buffer, 16, 2)
  const holds = format.equals(bytes.subarray(0, format.length)) &&
    own === crc32(bytes.subarray(0, 20))
  return holds ? { journalBytes: new Float64Array(bytes.buffer, 8, 1)[0] ?? 0, crc } : undefined
}

/** The slug of a line that says something new of which items are there. */
const makeSlugIn = (runId: string) => {
  const open = new Set<string>()
  return (line: Buffer): string | undefined => {
    const entry = verifyLine(line) === "valid" ? readEntry(line) : undefined
    if (entry === undefined) return undefined
    const { id, tag } = entry
    if (tag === "intent") open.add(id)
    // What follows an intent is its call's, unless damage took the intent.
    else if (tag === "verdict" ? runOf(id) === runId : open.delete(id)) return undefined
    return slugOf(line)
  }
}

/** Replaces the file, from the journal as it stands. Reads the journal once; memory does not follow its length. */
export const writeJournalSlugs = Effect.fnUntraced(function*(
  data: DataPaths,
  runId: string
): Effect.fn.Return<void, DiskError, Disk | FileLock | Scope.Scope> {
  const staged = yield* stage(journalSlugsPath(data, runId))
  const slugIn = makeSlugIn(runId)
  const print = new SlugPrint()
  let filled: Array<Uint32Array> = []
  let crc = 0
  const flush = Effect.suspend(() => {
    const bytes = Buffer.concat(filled.map((words) => Buffer.from(words.buffer)))
    filled = []
    crc = crc32(bytes, crc)
    return staged.append(bytes)
  })
  const onRead = () => filled.length >= chunkPrints ? flush : Effect.void
  const { bytes } = yield* scanLines(journalPath(data, runId), { onRead }, (line) => {
    const slug = slugIn(line)
    if (slug === undefined) return
    print.ofText(slug)
    filled.push(print.words.slice())
  })
  yield* flush
  yield* staged.append(encodeFooter(bytes, crc))
  yield* staged.commit
}, Effect.scoped)

const hasWanted = (prints: Uint32Array, isWanted: IsWanted): boolean => {
  for (let at = 0; at < prints.length; at += fingerprintWords) {
    if (isWanted(prints, at)) return true
  }
  return false
}

/** Whether a wanted one is among the fingerprints; undefined where their checksum does not hold. */
const findPrint = Effect.fnUntraced(function*(
  disk: Disk["Service"],
  file: DiskFile,
  end: number,
  crcSaid: number,
  isWanted: IsWanted
) {
  let crc = 0
  for (let at = 0; at < end;) {
    const bytes = Buffer.allocUnsafeSlow(Math.min(chunkPrints * printBytes, end - at))
    if ((yield* readAllAt(disk, file, bytes, at)) < bytes.length) return undefined
    if (hasWanted(new Uint32Array(bytes.buffer), isWanted)) return true
    crc = crc32(bytes, crc)
    at += bytes.length
  }
  return crc === crcSaid ? false : undefined
})

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
): Effect.fn.Return<boolean | undefined, DiskError, Disk> {
  const disk = yield* Disk
  const journal = yield* disk.stat(journalPath(data, runId))
  const beside = yield* disk.stat(journalSlugsPath(data, runId))
  if (Option.isNone(journal) || Option.isNone(beside)) return undefined
  const end = beside.value.size - footerBytes
  if (end < 0 || end % printBytes !== 0) return undefined
  const found = yield* Effect.scoped(Effect.gen(function*() {
    const file = yield* disk.open(journalSlugsPath(data, runId), "read")
    const last = Buffer.allocUnsafeSlow(footerBytes)
    yield* readAllAt(disk, file, last, end)
    const footer = decodeFooter(last)
    if (footer === undefined || footer.journalBytes > journal.value.size) return undefined
    const among = yield* findPrint(disk, file, end, footer.crc, isWanted)
    return among === undefined ? undefined : { among, to: footer.journalBytes }
  }))
  if (found === undefined) return undefined
  return found.among || (yield* findInLines(journalPath(data, runId), found.to, isWanted))
})
