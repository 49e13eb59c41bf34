// The masters' part of an audit: lines, ids and slugs of the three files against each other.
import * as Effect from "effect/Effect"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { scanLines } from "../durability/Lines.ts"
import type { SlugTable } from "../items/SlugTable.ts"
import { makeSlugTable } from "../items/SlugTable.ts"
import { runOf } from "../journal/RunLedger.ts"
import type { JournalFile } from "../journal/JournalFiles.ts"
import type { MasterCapture } from "./AuditCapture.ts"
import { Mark } from "./AuditLedger.ts"
import type { AuditLedger } from "./AuditLedger.ts"
import { AuditTally } from "./AuditTally.ts"
import { loadDemotions } from "./Demotions.ts"
import type { Demotions } from "./Demotions.ts"
import { MasterLine } from "./MasterLine.ts"
import type { MasterName } from "./Survivors.ts"

/** Bits of a slug's value: the masters it stands in. */
const slugIn = { updates: 1, successes: 2, rejects: 4 } as const
const idIn = {
  updates: Mark.inUpdates,
  successes: Mark.inSuccesses,
  rejects: Mark.inRejects
} as const

interface MasterTallies {
  readonly same: AuditTally
  readonly writeAhead: AuditTally
  readonly lines: AuditTally
  readonly ids: AuditTally
  readonly disjoint: AuditTally
}

export const makeMasterTallies = (): MasterTallies => ({
  same: new AuditTally("I2", "both masters hold the same records"),
  writeAhead: new AuditTally(
    "I3",
    "what is visible in successes is in updates, as long as it was made durable"
  ),
  lines: new AuditTally("I4", "every terminated line parses and its checksum holds"),
  ids: new AuditTally(
    "I5",
    "an id stands once per file, and a slug once per file after a consolidation"
  ),
  disjoint: new AuditTally(
    "I8",
    "successes and rejects have no slug in common after a consolidation"
  )
})

export interface MasterAudit {
  /** By slug, the bits of `slugIn`. */
  readonly slugs: SlugTable
  readonly records: number
  readonly acceptedSlugs: number
  readonly rejectedSlugs: number
  readonly foreignLines: number
  /** Slugs of the input among them. */
  readonly acceptedOfInput: number
  readonly rejectedOfInput: number
}

/** Whether a slug with these bits needs nothing more: readers use `successes`, so `updates` alone settles nothing. */
export const isSettledBy = (bits: number): boolean =>
  (bits & (slugIn.successes | slugIn.rejects)) !== 0

/** Whether a record of the slug stands in both masters. */
export const isAcceptedIn = (slugs: SlugTable, slug: string): boolean => {
  const both = slugIn.updates | slugIn.successes
  return ((slugs.get(slug) ?? 0) & both) === both
}

interface Scan {
  readonly data: DataPaths
  readonly capture: MasterCapture
  readonly ledger: AuditLedger
  readonly journals: ReadonlySet<string>
  readonly input: SlugTable | undefined
  readonly tallies: MasterTallies
  readonly slugs: SlugTable
  readonly demotions: Demotions
  readonly counts: { -readonly [K in keyof Omit<MasterAudit, "slugs">]: number }
  /** Lines that a consolidation will drop. */
  supersededLines: number
}

/** The id of a line, in the file that it stands in. */
const visitId = (scan: Scan, name: MasterName, line: MasterLine, where: string): void => {
  const { ledger, tallies } = scan
  const { id } = line
  if (id === undefined) return
  const number = ledger.number(id)
  tallies.ids.checked++
  if (ledger.mark(number, idIn[name])) {
    tallies.ids.violate(`${where}: ${line.slug}: id ${id} stands here a second time`)
  }
  if (name === "rejects") return
  // The twin says the same.
  if (name === "updates" || !ledger.has(number, Mark.inUpdates)) {
    const { costUsd } = line.meta
    if (costUsd !== undefined) ledger.setCostNanoUsd(number, Math.round(costUsd * 1e9))
  }
  if (scan.journals.has(runOf(id))) ledger.mark(number, Mark.hasJournal)
  if (name === "updates") return
  tallies.writeAhead.checked++
  if (!ledger.has(number, Mark.inUpdates)) {
    tallies.writeAhead.violate(`${where}: ${line.slug}: record ${id} is not in updates.jsonl`)
  }
}

const visitSlug = (scan: Scan, name: MasterName, line: MasterLine, where: string): void => {
  const { counts, demotions, input, slugs, tallies } = scan
  if (name !== "rejects" && demotions.hasTakenBack(line)) {
    scan.supersededLines++
    return
  }
  const before = slugs.getBytes(line.slugBytes, line.slugStart, line.slugEnd) ?? 0
  slugs.setBytes(line.slugBytes, line.slugStart, line.slugEnd, before | slugIn[name])
  if ((before & slugIn[name]) !== 0) {
    scan.supersededLines++
    return
  }
  if (name === "updates") return
  const ofInput = input?.getBytes(line.slugBytes, line.slugStart, line.slugEnd) !== undefined
    ? 1
    : 0
  if (name === "successes") {
    counts.acceptedSlugs++
    counts.acceptedOfInput += ofInput
    return
  }
  tallies.disjoint.checked++
  if ((before & slugIn.successes) !== 0) {
    tallies.disjoint.doubt(`${where}: ${line.slug}: has a success as well`)
    return
  }
  counts.rejectedSlugs++
  counts.rejectedOfInput += ofInput
}

const scanMaster = Effect.fnUntraced(function*(scan: Scan, name: MasterName) {
  const { capture, counts, data, tallies } = scan
  const line = new MasterLine()
  const size = capture.sizes[name]
  const { unterminatedBytes } = yield* scanLines(
    data[name],
    { to: size },
    (bytes, _offset, lineNumber) => {
      const where = `${name}.jsonl:${lineNumber}`
      const kind = line.read(bytes)
      if (kind === "blank") return
      tallies.lines.checked++
      if (kind === "corrupt") return tallies.lines.violate(`${where}: ${line.problem}`)
      if (kind === "foreign") counts.foreignLines++
      if (name === "successes") counts.records++
      visitId(scan, name, line, where)
      visitSlug(scan, name, line, where)
    }
  )
  if (unterminatedBytes > 0) {
    tallies.lines.note(`${name}.jsonl ends in ${unterminatedBytes} bytes without a newline`)
  }
  const durable = capture.durable?.[name] ?? 0
  if (size < durable) {
    tallies.writeAhead.violate(
      `${name}.jsonl has ${size} bytes, and ${durable} were made durable: its end was cut off`
    )
  }
})

/** Second pass, over `updates`: which of its records are not in `successes`, and whether a recovery is to put them there. */
const compareMasters = Effect.fnUntraced(function*(scan: Scan) {
  const { capture, data, ledger, tallies } = scan
  const line = new MasterLine()
  yield* scanLines(data.updates, { to: capture.sizes.updates }, (bytes, offset, lineNumber) => {
    const kind = line.read(bytes)
    if (kind === "blank" || kind === "corrupt") return
    const { id } = line
    if (id === undefined) return
    tallies.same.checked++
    if (ledger.has(ledger.number(id), Mark.inSuccesses)) return
    const what = `updates.jsonl:${lineNumber}: ${line.slug}: record ${id} is not in successes.jsonl`
    if (offset < capture.agreed.updates) tallies.same.violate(what)
    else tallies.same.doubt(`${what} yet: a recovery copies it`)
  })
  const missing = tallies.writeAhead.violations
  if (missing > 0) tallies.same.cannotVerify(`${missing} faults of I3 concern this as well`)
})

/** Scans `updates`, `successes` and `rejects` up to the captured sizes. */
export const auditMasters = Effect.fnUntraced(function*(
  data: DataPaths,
  capture: MasterCapture,
  ledger: AuditLedger,
  journals: ReadonlyArray<JournalFile>,
  input: SlugTable | undefined,
  tallies: MasterTallies
): Effect.fn.Return<MasterAudit, DiskError, Disk> {
  const scan: Scan = {
    data,
    capture,
    ledger,
    journals: new Set(journals.map(({ runId }) => runId)),
    input,
    tallies,
    slugs: makeSlugTable(),
    demotions: yield* Effect.provideService(
      loadDemotions(capture.sizes.rejects),
      DataDirectory,
      data
    ),
    counts: {
      records: 0,
      acceptedSlugs: 0,
      rejectedSlugs: 0,
      foreignLines: 0,
      acceptedOfInput: 0,
      rejectedOfInput: 0
    },
    supersededLines: 0
  }
  yield* scanMaster(scan, "updates")
  yield* scanMaster(scan, "successes")
  yield* scanMaster(scan, "rejects")
  yield* compareMasters(scan)
  if (scan.supersededLines > 0) {
    tallies.ids.cannotVerify(
      `not consolidated: ${scan.supersededLines} lines are superseded by a newer one of their slug`
    )
  }
  if (scan.counts.foreignLines > 0) {
    tallies.lines.cannotVerify(
      `${scan.counts.foreignLines} lines of other programs have no checksum`
    )
  }
  return { slugs: scan.slugs, ...scan.counts }
})
