// The journals' part of an audit: every call that was paid for against the masters, and no purchase made twice.
import type { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { slugOf, verifyLine } from "../durability/LineCodec.ts"
import { scanLines } from "../durability/Lines.ts"
import type { SlugTable } from "../items/SlugTable.ts"
import { readEntry } from "../journal/EventCodec.ts"
import type { Entry } from "../journal/EventCodec.ts"
import { formatUsd } from "../spending/Money.ts"
import type { JournalFile } from "../journal/JournalFiles.ts"
import type { MasterCapture } from "./AuditCapture.ts"
import { Mark } from "./AuditLedger.ts"
import type { AuditLedger } from "./AuditLedger.ts"
import { isAcceptedIn } from "./AuditMasters.ts"
import { AuditTally } from "./AuditTally.ts"

interface JournalTallies {
  readonly acknowledged: AuditTally
  readonly money: AuditTally
  /** I4, shared with the masters. */
  readonly lines: AuditTally
}

export const makeJournalTallies = (lines: AuditTally): JournalTallies => ({
  acknowledged: new AuditTally("I1", "every piece that was accepted is in both masters"),
  money: new AuditTally("I10", "every record was paid once, for what its answer cost"),
  lines
})

interface Scan {
  readonly capture: MasterCapture
  readonly ledger: AuditLedger
  readonly slugs: SlugTable
  readonly tallies: JournalTallies
  /** By call, what was accepted and is not in both masters; a later verdict against it takes it out. */
  readonly missing: Map<number, string>
  responses: number
  spentNanoUsd: number
  foreignLines: number
}

const requestKey = `"requestHash":"`

/** The request's hash, which stands before the messages; nothing in front of it can spell its key, but as a key. */
const requestHashOf = (line: Buffer): string | undefined => {
  const at = line.indexOf(requestKey)
  if (at === -1) return undefined
  const start = at + requestKey.length
  return line.toString("utf8", start, line.indexOf(`"`, start))
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
  where: string
): void => {
  const { ledger, missing, slugs, tallies: { acknowledged } } = scan
  acknowledged.checked++
  const inBoth = ledger.has(number, Mark.inUpdates) && ledger.has(number, Mark.inSuccesses)
  if (inBoth || isAcceptedIn(slugs, slug)) return
  missing.set(number, `${where}: ${slug}: ${id} was accepted and is not in both masters`)
}

const checkMissing = ({ capture, missing, tallies: { acknowledged } }: Scan): void => {
  for (const what of missing.values()) {
    if (capture.swapPending) acknowledged.doubt(`${what}, whose swap is not finished`)
    else acknowledged.violate(what)
  }
}

const visitResponse = (
  scan: Scan,
  entry: Extract<Entry, { tag: "response" | "failure" }>,
  slug: string,
  where: string
) => {
  const { ledger, tallies: { money } } = scan
  const number = ledger.number(entry.id)
  money.checked++
  scan.responses++
  scan.spentNanoUsd += entry.nanoUsd
  if (!ledger.has(number, Mark.intent)) {
    money.violate(`${where}: ${slug}: answer ${entry.id} has no intent before it`)
  }
  if (ledger.mark(number, Mark.response)) {
    money.violate(`${where}: ${slug}: call ${entry.id} has a second answer`)
  }
  const recorded = ledger.costNanoUsd(number)
  if (!Number.isNaN(recorded) && recorded !== entry.nanoUsd) {
    const [says, was] = [formatUsd(recorded), formatUsd(entry.nanoUsd)]
    money.violate(`${where}: ${slug}: record ${entry.id} says ${says}, its answer cost ${was}`)
  }
}

const visitEntry = (
  scan: Scan,
  entry: Entry,
  line: Buffer,
  isOld: boolean,
  where: string
): void => {
  const { ledger, tallies: { money } } = scan
  const slug = slugOf(line) ?? ""
  switch (entry.tag) {
    case "intent": {
      const number = ledger.number(entry.id)
      if (ledger.mark(number, Mark.intent)) {
        money.violate(`${where}: ${slug}: intent ${entry.id} stands here twice`)
      }
      const hash = requestHashOf(line)
      if (hash !== undefined) ledger.request(number, `${hash} ${slug}`)
      return
    }
    case "response":
      return visitResponse(scan, entry, slug, where)
    case "failure":
    case "end":
      return
    case "verdict": {
      const number = ledger.number(entry.id)
      if (!entry.accepted) {
        ledger.mark(number, Mark.rejected)
        scan.missing.delete(number)
      } else if (isOld) visitAccepted(scan, number, entry.id, slug, where)
    }
  }
}

const scanJournal = Effect.fnUntraced(
  function*(scan: Scan, journal: JournalFile, sizeBefore: number) {
    const { lines } = scan.tallies
    const file = `raw/ai-run-${journal.runId}.jsonl`
    yield* scanLines(journal.path, { to: journal.size }, (line, offset, lineNumber) => {
      const where = `${file}:${lineNumber}`
      lines.checked++
      const state = verifyLine(line)
      if (state === "corrupt") {
        return lines.violate(`${where}: its checksum does not hold, or it is no JSON object`)
      }
      const entry = state === "valid" ? readEntry(line) : undefined
      if (entry === undefined) {
        scan.foreignLines++
        return
      }
      // What was appended after the masters were captured may tell of records that were not there yet.
      visitEntry(scan, entry, line, offset < sizeBefore, where)
    })
  }
)

/** A call whose answer was there and was not rejected needs no second one like it. */
const isNeedless = (ledger: AuditLedger, number: number): boolean => {
  const earlier = ledger.previous(number)
  return earlier !== undefined && ledger.has(earlier, Mark.response) &&
    !ledger.has(earlier, Mark.rejected)
}

/** A second pass for the names of calls that were bought twice; only where there are any. */
const nameNeedless = Effect.fnUntraced(function*(scan: Scan, journals: ReadonlyArray<JournalFile>) {
  const { ledger, tallies: { money } } = scan
  for (const journal of journals) {
    yield* scanLines(journal.path, { to: journal.size }, (line, _offset, lineNumber) => {
      const entry = verifyLine(line) === "valid" ? readEntry(line) : undefined
      if (entry?.tag !== "intent" || !isNeedless(ledger, ledger.number(entry.id))) return
      const where = `raw/ai-run-${journal.runId}.jsonl:${lineNumber}`
      money.violate(
        `${where}: ${entry.slug}: ${entry.id} asked again what had an answer that was not rejected`
      )
    })
  }
})

/** Each record's call, as far as there is a journal of its run. */
const checkRecords = ({ ledger, tallies: { money } }: Scan): void => {
  let withoutJournal = 0
  let withoutAnswer = 0
  for (let number = 0; number < ledger.size; number++) {
    if (
      !ledger.has(number, Mark.inUpdates | Mark.inSuccesses) || ledger.has(number, Mark.response)
    ) continue
    if (ledger.has(number, Mark.hasJournal)) withoutAnswer++
    else withoutJournal++
  }
  if (withoutAnswer > 0) {
    money.violate(`masters: ${withoutAnswer} records have no answer in the journals of their runs`)
  }
  if (withoutJournal > 0) {
    money.cannotVerify(`${withoutJournal} records are of runs that have no journal here`)
  }
}

/**
 * Scans the journals as long as they were after the masters were captured. `before` are their sizes before that: only
 * what was acknowledged by then must be in the masters, while every record there must have its answer by now.
 */
export const auditJournals = Effect.fnUntraced(function*(
  journals: ReadonlyArray<JournalFile>,
  before: ReadonlyArray<JournalFile>,
  capture: MasterCapture,
  ledger: AuditLedger,
  slugs: SlugTable,
  tallies: JournalTallies
): Effect.fn.Return<void, DiskError, Disk> {
  const scan: Scan = {
    capture,
    ledger,
    slugs,
    tallies,
    missing: new Map(),
    responses: 0,
    spentNanoUsd: 0,
    foreignLines: 0
  }
  const sizes = new Map(before.map(({ path, size }) => [path, size]))
  for (const journal of journals) yield* scanJournal(scan, journal, sizes.get(journal.path) ?? 0)
  checkMissing(scan)
  checkRecords(scan)
  let needless = false
  for (let number = 0; number < ledger.size && !needless; number++) {
    needless = isNeedless(ledger, number)
  }
  if (needless) yield* nameNeedless(scan, journals)
  tallies.money.note(
    `${scan.responses} answers cost ${
      formatUsd(scan.spentNanoUsd)
    }; budgets are kept by a run, not on disk`
  )
  if (scan.foreignLines > 0) {
    tallies.lines.cannotVerify(`${scan.foreignLines} lines in the journals are no events of ours`)
  }
})
