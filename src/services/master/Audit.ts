// The invariants checked on the files as they are, streaming, changing nothing.
//
// A run may be writing meanwhile. So that it gives no false alarm, everything is captured in the order opposite to that
// of writing, and read only so far: first the journals' sizes (a verdict there tells of a record that is durable), then
// the masters between two batches, then the journals again (a record tells of an answer that is durable).
// What no file shows is not pretended: of I7 (only a power cut shows it) and of I11 (a probe's own) there is checked what
// files can tell, and a check that found nothing to look at is unverified.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { BootId } from "../durability/BootId.ts"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import type { Disk } from "../durability/Disk.ts"
import { DiskError } from "../durability/Disk.ts"
import type { FileLock } from "../durability/FileLock.ts"
import type { SlugTable } from "../items/SlugTable.ts"
import { withoutConsolidations } from "./WithoutConsolidations.ts"
import { captureJournals } from "../journal/JournalFiles.ts"
import { auditAnswers } from "./AuditAnswers.ts"
import { captureMasters, isStill } from "./AuditCapture.ts"
import { conserve, makeConserved } from "./AuditConserved.ts"
import { auditDurable, auditRecovery, auditTemps, countQuarantine } from "./AuditDirectory.ts"
import { auditJournals, makeAcknowledged } from "./AuditJournals.ts"
import { makeAuditAppended } from "./AuditAppended.ts"
import type { AppendedReport } from "./AuditAppended.ts"
import { AuditCheck } from "./AuditCheck.ts"
import { AuditLedger } from "./AuditLedger.ts"
import { auditMasters, makeMasterTallies } from "./AuditMasters.ts"
import { AuditMoney } from "./AuditMoney.ts"
import { auditQuarantine } from "./AuditQuarantine.ts"
import { readManifests } from "./AuditRuns.ts"
import { auditStrangers } from "./AuditStrangers.ts"

export const AuditReport = Schema.Struct({
  ok: Schema.Boolean,
  checks: Schema.Array(AuditCheck),
  counts: Schema.Struct({
    records: Schema.Int,
    acceptedSlugs: Schema.Int,
    rejectedSlugs: Schema.Int,
    foreignLines: Schema.Int,
    quarantineFiles: Schema.Int,
    /** Null when no input was given to count against. */
    inputItems: Schema.NullOr(Schema.Int),
    pending: Schema.NullOr(Schema.Int)
  })
})
export type AuditReport = typeof AuditReport.Type

/** How often an audit begins anew when a consolidation replaced the files under it, before it keeps them away. */
const triesMax = 2

const auditOnce = Effect.fnUntraced(function*(
  data: DataPaths,
  input: SlugTable | undefined
): Effect.fn.Return<AuditReport | undefined, DiskError, Disk | FileLock | BootId> {
  const before = yield* captureJournals(data)
  const capture = yield* captureMasters(data)
  const manifests = yield* readManifests(data)
  const journals = yield* captureJournals(data)
  const ledger = new AuditLedger(journals.map(({ runId }) => runId))
  const onMasters = makeMasterTallies()
  const conserved = makeConserved()
  const masters = yield* auditMasters(data, capture, ledger, journals, input, onMasters, conserved)
  const durable = yield* auditDurable(data, capture)
  if (!(yield* isStill(data, capture))) return undefined
  const { disjoint, ids, lines, same, writeAhead } = onMasters
  const acknowledged = makeAcknowledged()
  const money = new AuditMoney(ledger, masters.slugs, manifests)
  yield* auditJournals(journals, before, capture, ledger, masters.slugs, money, {
    acknowledged,
    lines,
    conserved
  })
  money.finish(masters.rejects, new Set(journals.map(({ runId }) => runId)))
  yield* auditAnswers(data, capture, ledger, money.tally, acknowledged)
  conserve(conserved, input, masters, manifests)
  const tallies = [
    acknowledged,
    same,
    writeAhead,
    lines,
    ids,
    yield* auditTemps(data, capture),
    durable,
    disjoint,
    conserved,
    money.tally,
    yield* auditStrangers(data, journals, manifests),
    yield* auditRecovery(data, capture, journals),
    yield* auditQuarantine(data, masters.slugs)
  ]
  const checks = tallies.map((tally) => tally.result)
  return {
    ok: checks.every(({ outcome }) => outcome !== "broken"),
    checks,
    counts: {
      records: masters.records,
      acceptedSlugs: masters.acceptedSlugs,
      rejectedSlugs: masters.rejectedSlugs,
      foreignLines: masters.foreignLines,
      quarantineFiles: yield* countQuarantine(data),
      inputItems: input?.size ?? null,
      pending: input === undefined
        ? null
        : input.size - masters.acceptedOfInput - masters.rejectedOfInput
    }
  }
})

const make = Effect.gen(function*() {
  const data = yield* DataDirectory
  const services = yield* Effect.context<Disk | FileLock | BootId>()
  const audit = Effect.fn("Audit.audit")(function*(input: SlugTable | undefined) {
    for (let tried = 0; tried < triesMax; tried++) {
      const report = yield* auditOnce(data, input)
      if (report !== undefined) return report
    }
    const report = yield* withoutConsolidations(data, auditOnce(data, input))
    if (report !== undefined) return report
    const detail =
      "the masters were replaced again and again while they were read; try again when no run consolidates"
    return yield* new DiskError({ operation: "audit", path: data.master, code: "ESTALE", detail })
  }, Effect.provideContext(services))
  const appended = Effect.map(
    Effect.provideContext(makeAuditAppended(data), services),
    Effect.provideContext(services)
  )
  return { audit, appended }
})

export class Audit extends Context.Service<Audit, {
  /** `slugs` are those of the input, for I9. */
  readonly audit: (slugs: SlugTable | undefined) => Effect.Effect<AuditReport, DiskError>
  /** An audit of what is appended from now on: each use looks at what came since the one before. */
  readonly appended: Effect.Effect<Effect.Effect<AppendedReport, DiskError>, DiskError>
}>()("inkfast/services/master/Audit") {
  static readonly layer: Layer.Layer<Audit, never, DataDirectory | Disk | FileLock> = Layer.effect(
    Audit,
    make
  ).pipe(
    Layer.provide(BootId.layer)
  )
}
