// The journals' part of an audit: what was accepted and what was rejected against the masters, and no purchase made twice.
import type { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { slugOf, verifyLine } from "../durability/LineCodec.ts"
import { scanLines } from "../durability/Lines.ts"
import { decodeEvent, readEntry } from "../journal/EventCodec.ts"
import type { Entry } from "../journal/EventCodec.ts"
import type { JournalFile } from "../journal/JournalFiles.ts"
import type { MasterCapture } from "./AuditCapture.ts"
import { Mark } from "./AuditLedger.ts"
import type { AuditLedger } from "./AuditLedger.ts"
import type { AuditMoney } from "./AuditMoney.ts"
import { AuditRequests } from "./AuditRequests.ts"
import type { AuditSlugs } from "./AuditSlugs.ts"
import { AuditTally } from "./AuditTally.ts"
import { LinePlace } from "./LinePlace.ts"

export interface JournalTallies {
  readonly acknowledged: AuditTally
  /** I4, shared with the masters. */
  readonly lines: AuditTally
  /** I9, shared with the masters. */
  readonly conserved: AuditTally
}

export const makeAcknowledged = (): AuditTally =>
  new AuditTally(
    "I1",
    "every piece that was accepted is in both masters, or a newer one of its item"
  )

interface Scan {
  readonly capture: MasterCapture
  readonly ledger: AuditLedger
  readonly slugs: AuditSlugs
  readonly money: AuditMoney
  readonly requests: AuditRequests
  readonly tallies: JournalTallies
  /** By call, what was accepted and is not in both masters as it was; a later verdict against it takes it out. */
  readonly missing: Map<number, string>
  foreignLines: number
}

/** When the record was accepted that the verdict tells of. */
const acceptedMs = (line: Buffer): number => {
  const event = decodeEvent(line)
  // Earlier versions told only when the verdict was given, right after.
  return event?._tag === "verdict" ? Date.parse(event.acceptedAt ?? event.at) : Number.NaN
}

/** So many are named: memory must not follow what is lost. */
const namedMax = 1000
const unnamed = "another one that was accepted is not in both masters"

const noteMissing = ({ missing }: Scan, number: number, what: string): void => {
  missing.set(number, missing.size < namedMax ? what : unnamed)
}

/**
 * A verdict is written after its record is durable in both masters. A record that a newer one of its slug superseded
 * may have been consolidated away since, and so may one that was taken back: a verdict against it stands after its own.
 */
const visitAccepted = (
  scan: Scan,
  number: number,
  id: string,
  slug: string,
  line: Buffer,
  where: LinePlace
): void => {
  const { ledger, slugs, tallies: { acknowledged } } = scan
  acknowledged.checked++
  if (ledger.has(number, Mark.inUpdates) && ledger.has(number, Mark.inSuccesses)) {
    const other = ledger.slugOf(number)
    if (other === undefined || other === slugs.numberOf(slug)) return
    const what = `${id} was accepted, and its record stands under another slug`
    return noteMissing(scan, number, `${where.text}: ${slug}: ${what}`)
  }
  const bothMs = slugs.bothMs(slug)
  if (bothMs >= acceptedMs(line)) return
  const instead = Number.isNaN(bothMs) ? "" : ", which have an older record of its item"
  const what = `${id} was accepted and is not in both masters`
  noteMissing(scan, number, `${where.text}: ${slug}: ${what}${instead}`)
}

const checkMissing = ({ capture, missing, tallies: { acknowledged } }: Scan): void => {
  for (const what of missing.values()) {
    if (capture.swapPending) acknowledged.doubt(`${what}; a swap of them is not finished`)
    else acknowledged.violate(what)
  }
}

/** An end is written after its reject is durable, and only a record of the item drops that again. */
const visitRejected = (scan: Scan, id: string, slug: string, where: LinePlace): void => {
  const { capture, slugs, tallies: { conserved } } = scan
  conserved.checked++
  if (slugs.stands("rejects", slug) || slugs.stands("successes", slug)) return
  const what = `${where.text}: ${slug}: ended rejected (${id}), and stands in no master`
  if (capture.swapPending) conserved.doubt(`${what}; a swap of them is not finished`)
  else conserved.violate(what)
}

/** `isOld`: it was there before the masters were captured, which then must have what it tells of. */
const visitEntry = (
  scan: Scan,
  entry: Entry,
  line: Buffer,
  isOld: boolean,
  place: LinePlace
): void => {
  const { ledger, money, requests, slugs } = scan
  const slug = slugOf(line) ?? ""
  const { id } = entry
  const where = { place, slug, id }
  if (entry.tag === "end") {
    if (entry.isRejected && isOld) visitRejected(scan, id, slug, place)
    return
  }
  const number = ledger.number(id)
  switch (entry.tag) {
    case "intent": {
      const slugNumber = slugs.numberOf(slug)
      // A second one with this id is a fault by itself.
      if (!ledger.has(number, Mark.intent)) requests.note(number, slugNumber, line)
      return money.intent(number, slugNumber, entry.nanoUsd, where)
    }
    case "response":
      return money.response(number, slugs.numberOf(slug), entry.nanoUsd, where)
    case "failure":
      return money.failure(number, slugs.numberOf(slug), entry.nanoUsd, where)
    case "verdict":
      if (!entry.accepted) {
        ledger.mark(number, Mark.rejected)
        scan.missing.delete(number)
      } else if (isOld) visitAccepted(scan, number, id, slug, line, place)
  }
}

const scanJournal = Effect.fnUntraced(
  function*(scan: Scan, journal: JournalFile, sizeBefore: number) {
    const { money, tallies: { lines } } = scan
    const where = new LinePlace(`raw/ai-run-${journal.runId}.jsonl`)
    let corruptLines = 0
    money.begin(journal.runId)
    yield* scanLines(journal.path, { to: journal.size }, (line, offset, lineNumber) => {
      where.lineNumber = lineNumber
      lines.checked++
      const state = verifyLine(line)
      if (state === "corrupt") {
        corruptLines++
        return lines.violate(`${where.text}: its checksum does not hold, or it is no JSON object`)
      }
      const entry = state === "valid" ? readEntry(line) : undefined
      if (entry === undefined) scan.foreignLines++
      else visitEntry(scan, entry, line, offset < sizeBefore, where)
    })
    money.end(corruptLines)
  }
)

/** A call whose answer was there and was not rejected needs no second one like it. */
const isNeedless = ({ ledger, requests }: Scan, number: number): boolean => {
  const earlier = requests.previous(number)
  return earlier !== undefined && ledger.has(earlier, Mark.response) &&
    !ledger.has(earlier, Mark.rejected)
}

/** A second pass for the names of calls that were bought twice; only where there are any. */
const nameNeedless = Effect.fnUntraced(function*(
  scan: Scan,
  journals: ReadonlyArray<JournalFile>
) {
  const { ledger, money: { tally } } = scan
  for (const journal of journals) {
    yield* scanLines(journal.path, { to: journal.size }, (line, _offset, lineNumber) => {
      const entry = verifyLine(line) === "valid" ? readEntry(line) : undefined
      if (entry?.tag !== "intent" || !isNeedless(scan, ledger.number(entry.id))) return
      const where = `raw/ai-run-${journal.runId}.jsonl:${lineNumber}`
      tally.violate(
        `${where}: ${entry.slug}: ${entry.id} asked again what had an answer that was not rejected`
      )
    })
  }
})

/**
 * Scans the journals as long as they were after the masters were captured. `before` are their sizes before that: only
 * what was acknowledged by then must be in the masters, while every record there must have its answer by now.
 */
export const auditJournals = Effect.fnUntraced(function*(
  journals: ReadonlyArray<JournalFile>,
  before: ReadonlyArray<JournalFile>,
  capture: MasterCapture,
  ledger: AuditLedger,
  slugs: AuditSlugs,
  money: AuditMoney,
  tallies: JournalTallies
): Effect.fn.Return<void, DiskError, Disk> {
  const scan: Scan = {
    capture,
    ledger,
    slugs,
    money,
    requests: new AuditRequests(),
    tallies,
    missing: new Map(),
    foreignLines: 0
  }
  const sizes = new Map(before.map(({ path, size }) => [path, size]))
  for (const journal of journals) yield* scanJournal(scan, journal, sizes.get(journal.path) ?? 0)
  checkMissing(scan)
  let needless = false
  for (let number = 0; number < ledger.end && !needless; number++) {
    needless = isNeedless(scan, number)
  }
  if (needless) yield* nameNeedless(scan, journals)
  if (scan.foreignLines > 0) {
    tallies.lines.cannotVerify(`${scan.foreignLines} lines in the journals are no events of ours`)
  }
})
