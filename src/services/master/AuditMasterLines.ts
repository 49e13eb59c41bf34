// What one line of a master tells an audit: of its id, its slug, its run and its cost.
import type { DataPaths } from "../durability/DataDirectory.ts"
import type { SlugTable } from "../items/SlugTable.ts"
import { runOf } from "../journal/RunLedger.ts"
import type { MasterCapture } from "./AuditCapture.ts"
import { Mark } from "./AuditLedger.ts"
import type { AuditLedger } from "./AuditLedger.ts"
import type { AuditSlugs } from "./AuditSlugs.ts"
import type { AuditTally } from "./AuditTally.ts"
import type { Demotions } from "./Demotions.ts"
import { isImportedId } from "./ImportedId.ts"
import type { LinePlace } from "./LinePlace.ts"
import type { MasterLine } from "./MasterLine.ts"
import type { MasterName } from "./Survivors.ts"

export const idIn = {
  updates: Mark.inUpdates,
  successes: Mark.inSuccesses,
  rejects: Mark.inRejects
} as const

export interface MasterTallies {
  readonly same: AuditTally
  readonly writeAhead: AuditTally
  readonly lines: AuditTally
  readonly ids: AuditTally
  readonly disjoint: AuditTally
}

/** What the masters have of one run: different ids of the records that it accepted, and its rejects. */
export interface OfRun {
  records: number
  rejects: number
}

/** What a reject says of its item's calls. */
export interface RejectSaid {
  readonly where: string
  readonly slug: string
  readonly atMs: number
  readonly costNanoUsd: number
  readonly attempts: number
}

/** How much stands in the masters. */
export interface MasterCounts {
  readonly records: number
  readonly acceptedSlugs: number
  readonly rejectedSlugs: number
  readonly foreignLines: number
  /** Slugs of the input among them. */
  readonly acceptedOfInput: number
  readonly rejectedOfInput: number
}

/** The state of reading the masters. */
export interface MasterScan {
  readonly data: DataPaths
  readonly capture: MasterCapture
  readonly ledger: AuditLedger
  readonly journals: ReadonlySet<string>
  readonly input: SlugTable | undefined
  readonly tallies: MasterTallies
  readonly conserved: AuditTally
  readonly slugs: AuditSlugs
  readonly demotions: Demotions
  readonly byRun: Map<string, OfRun>
  readonly rejects: Map<number, RejectSaid>
  /** Lines without an id, by their bytes: the bits of `idIn`. */
  readonly nameless: SlugTable
  readonly counts: { -readonly [K in keyof MasterCounts]: number }
  /** Lines that a consolidation will drop. */
  supersededLines: number
}

const ofRun = ({ byRun }: MasterScan, runId: string): OfRun => {
  let found = byRun.get(runId)
  if (found === undefined) byRun.set(runId, found = { records: 0, rejects: 0 })
  return found
}

/** What only journals are compared with is not kept where there are none. */
const hasJournals = ({ journals }: MasterScan): boolean => journals.size > 0

/** What is read of a record's provenance once, in the master that has it first. */
const visitRecord = (scan: MasterScan, number: number, line: MasterLine): void => {
  const { costUsd, runId } = line
  if (costUsd !== undefined && hasJournals(scan)) {
    scan.ledger.setCostNanoUsd(number, Math.round(costUsd * 1e9))
  }
  if (runId !== undefined) ofRun(scan, runId).records++
}

/** Whether two lines of one record, both of ours, differ; those of other programs are not compared. */
export const isOtherwise = (checksum: number | undefined, line: MasterLine): boolean =>
  checksum !== undefined && line.checksum !== undefined && checksum !== line.checksum

/** The id of a line, in the file that it stands in; answers its number. */
const visitId = (
  scan: MasterScan,
  name: MasterName,
  line: MasterLine,
  where: LinePlace
): number | undefined => {
  const { ledger, nameless, tallies } = scan
  const { bytes, id } = line
  if (id === undefined) {
    const before = nameless.getBytes(bytes, 0, bytes.length) ?? 0
    nameless.setBytes(bytes, 0, bytes.length, before | idIn[name])
    return undefined
  }
  const number = ledger.number(id)
  tallies.ids.checked++
  const again = ledger.mark(number, idIn[name])
  if (again) tallies.ids.violate(`${where.text}: ${line.slug}: id ${id} stands here a second time`)
  if (name === "rejects") {
    const { runId } = line
    if (!again && runId !== undefined) ofRun(scan, runId).rejects++
    return number
  }
  if (scan.journals.has(runOf(id))) ledger.mark(number, Mark.hasJournal)
  else if (isImportedId(id)) ledger.mark(number, Mark.response)
  if (name === "updates") {
    if (again) return number
    visitRecord(scan, number, line)
    ledger.setChecksum(number, line.checksum)
    return number
  }
  tallies.writeAhead.checked++
  if (ledger.has(number, Mark.inUpdates)) {
    if (!again && isOtherwise(ledger.checksumOf(number), line)) {
      tallies.same.violate(
        `${where.text}: ${line.slug}: record ${id} reads otherwise in updates.jsonl`
      )
    }
    return number
  }
  if (!again) visitRecord(scan, number, line)
  tallies.writeAhead.violate(`${where.text}: ${line.slug}: record ${id} is not in updates.jsonl`)
  return number
}

const numberIn = (meta: unknown, key: string): number => {
  const value = (meta as { readonly [key: string]: unknown } | undefined)?.[key]
  return typeof value === "number" ? value : 0
}

const visitReject = (
  scan: MasterScan,
  number: number,
  line: MasterLine,
  where: LinePlace
): void => {
  const { meta, metaObject, slug } = line
  const before = scan.rejects.get(number)
  if (meta.demotes !== undefined || meta.costUsd === undefined) return
  if (before !== undefined && meta.atMs < before.atMs) return
  scan.rejects.set(number, {
    where: where.text,
    slug,
    atMs: meta.atMs,
    costNanoUsd: Math.round(meta.costUsd * 1e9),
    attempts: numberIn(metaObject, "attempts")
  })
}

/** Whether the input has the slug; where it does not, the sum cannot come out. */
const isOfInput = (
  { conserved, input }: MasterScan,
  line: MasterLine,
  where: LinePlace
): boolean => {
  if (input === undefined) return false
  conserved.checked++
  if (input.getBytes(line.slugBytes, line.slugStart, line.slugEnd) !== undefined) return true
  conserved.doubt(`${where.text}: ${line.slug}: is settled here and not in this input`)
  return false
}

const visitSlug = (
  scan: MasterScan,
  name: MasterName,
  line: MasterLine,
  where: LinePlace,
  id: number | undefined
): void => {
  const { counts, demotions, ledger, slugs, tallies } = scan
  if (name !== "rejects" && demotions.hasTakenBack(line)) {
    scan.supersededLines++
    return
  }
  const hasRecord = name === "rejects" && slugs.standsIn("successes", line)
  const { again, number } = slugs.enter(name, line)
  if (name === "rejects") visitReject(scan, number, line, where)
  if (
    name === "successes" && id !== undefined && ledger.has(id, Mark.inUpdates) && hasJournals(scan)
  ) {
    slugs.noteBoth(number, line.atMs)
    ledger.setSlug(id, number)
  }
  if (again) scan.supersededLines++
  if (again || name === "updates") return
  tallies.disjoint.checked++
  if (hasRecord) return tallies.disjoint.doubt(`${where.text}: ${line.slug}: has a success as well`)
  const ofInput = isOfInput(scan, line, where) ? 1 : 0
  if (name === "successes") {
    counts.acceptedSlugs++
    counts.acceptedOfInput += ofInput
  } else {
    counts.rejectedSlugs++
    counts.rejectedOfInput += ofInput
  }
}

/** A line that is neither blank nor corrupt. */
export const visitLine = (
  scan: MasterScan,
  name: MasterName,
  line: MasterLine,
  where: LinePlace
): void => visitSlug(scan, name, line, where, visitId(scan, name, line, where))
