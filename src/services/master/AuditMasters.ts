// The masters' part of an audit: lines, ids and slugs of the three files against each other.
import * as Effect from "effect/Effect"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { Disk, DiskError } from "../durability/Disk.ts"
import { scanLines } from "../durability/Lines.ts"
import type { SlugTable } from "../items/SlugTable.ts"
import { makeSlugTable } from "../items/SlugTable.ts"
import type { JournalFile } from "../journal/JournalFiles.ts"
import type { MasterCapture } from "./AuditCapture.ts"
import { Mark } from "./AuditLedger.ts"
import type { AuditLedger } from "./AuditLedger.ts"
import { idIn, visitLine } from "./AuditMasterLines.ts"
import type {
  MasterCounts,
  MasterScan,
  MasterTallies,
  OfRun,
  RejectSaid
} from "./AuditMasterLines.ts"
import { AuditSlugs } from "./AuditSlugs.ts"
import { AuditTally } from "./AuditTally.ts"
import { loadDemotions } from "./Demotions.ts"
import { LinePlace } from "./LinePlace.ts"
import { MasterLine } from "./MasterLine.ts"
import type { MasterName } from "./Survivors.ts"

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

export interface MasterAudit extends MasterCounts {
  readonly slugs: AuditSlugs
  readonly byRun: ReadonlyMap<string, OfRun>
  /** The newest reject of each slug that has one, by the slug's number; those that take a record back left out. */
  readonly rejects: ReadonlyMap<number, RejectSaid>
}

const scanMaster = Effect.fnUntraced(function*(scan: MasterScan, name: MasterName) {
  const { capture, counts, data, tallies } = scan
  const line = new MasterLine()
  const where = new LinePlace(`${name}.jsonl`)
  const size = capture.sizes[name]
  const { unterminatedBytes } = yield* scanLines(
    data[name],
    { to: size },
    (bytes, _offset, lineNumber) => {
      where.lineNumber = lineNumber
      const kind = line.read(bytes)
      if (kind === "blank") return
      tallies.lines.checked++
      if (kind === "corrupt") return tallies.lines.violate(`${where.text}: ${line.problem}`)
      if (kind === "foreign") counts.foreignLines++
      if (name === "successes") counts.records++
      visitLine(scan, name, line, where)
    }
  )
  if (unterminatedBytes > 0) {
    tallies.lines.doubt(
      `${name}.jsonl: its last ${unterminatedBytes} bytes end in no newline: the next run cuts or completes them`
    )
  }
  const durable = capture.durable?.[name] ?? 0
  if (size < durable) {
    tallies.writeAhead.violate(
      `${name}.jsonl has ${size} bytes, and ${durable} were made durable: its end was cut off`
    )
  }
})

/** Second pass, over `updates`: which of its records are not in `successes`, and whether a recovery is to put them there. */
const compareMasters = Effect.fnUntraced(function*(scan: MasterScan) {
  const { capture, data, ledger, nameless, tallies } = scan
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
  let twinless = 0
  nameless.visitPrints((_prints, _at, standing) => {
    if (standing === idIn.rejects) return
    tallies.same.checked++
    if (standing !== (idIn.updates | idIn.successes)) twinless++
  })
  if (twinless > 0) {
    tallies.same.cannotVerify(
      `${twinless} lines of other programs, which have no id, stand in one master only: inkfast repair puts them into both`
    )
  }
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
  tallies: MasterTallies,
  conserved: AuditTally
): Effect.fn.Return<MasterAudit, DiskError, Disk> {
  const scan: MasterScan = {
    data,
    capture,
    ledger,
    journals: new Set(journals.map(({ runId }) => runId)),
    input,
    tallies,
    conserved,
    slugs: new AuditSlugs(),
    byRun: new Map(),
    rejects: new Map(),
    nameless: makeSlugTable(),
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
  const { byRun, counts, rejects, slugs } = scan
  return { slugs, byRun, rejects, ...counts }
})
