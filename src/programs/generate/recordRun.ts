// The manifest of a run around the run itself: written before its first call and after its last line.
import * as Effect from "effect/Effect"
import { DataDirectory } from "../../services/durability/DataDirectory.ts"
import { Host } from "../../services/Host.ts"
import type { Shard } from "../../services/items/Shard.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import { Journal } from "../../services/journal/Journal.ts"
import type { LedgerTotals } from "../../services/journal/RunLedger.ts"
import { listedAtRisk, writeManifest } from "../../services/journal/RunManifest.ts"
import type { RunManifest, RunTotals } from "../../services/journal/RunManifest.ts"
import { Prices } from "../../services/spending/Prices.ts"
import { nowIso } from "../../services/Time.ts"
import { exitCodeOf } from "./exitCode.ts"
import type { RunReport } from "./RunEvent.ts"

const manifestAtStart = (shard: Shard) =>
  Effect.gen(function*() {
    const job = yield* CurrentJob
    const host = yield* Host
    const prices = yield* Prices
    const models = job.rungs.map((rung) => rung.model)
    const priced = yield* Effect.forEach(models, (model) =>
      Effect.map(prices.priceOf(model), (price) => [model, price] as const))
    const manifest: RunManifest = {
      runId: (yield* Journal).runId,
      versions: host.versions,
      jobHash: job.hash,
      models,
      prices: Object.fromEntries(priced),
      budgets: {
        itemNanoUsd: job.itemBudgetNanoUsd,
        runNanoUsd: job.runBudgetNanoUsd,
        totalNanoUsd: job.totalBudgetNanoUsd
      },
      shard: shard.of === 1 ? null : `${shard.index}/${shard.of}`,
      host: host.name,
      input: { path: job.input.path, key: job.input.key },
      startedAt: yield* nowIso,
      endedAt: null,
      exitCode: null,
      totals: null,
      settledBy: null
    }
    return manifest
  })

/** An item that was begun and not settled may be owed a verdict: the run's books stay open for it. */
const totalsOf = (report: RunReport, ledger: LedgerTotals): RunTotals => ({
  calls: ledger.calls,
  accepted: report.acceptedNow,
  rejected: report.rejectedNow,
  pending: report.deferredNow,
  spentNanoUsd: ledger.spentNanoUsd,
  atRiskNanoUsd: ledger.failedAtRiskNanoUsd + ledger.unansweredNanoUsd,
  unjudged: ledger.unjudged
})

/**
 * Runs with its manifest kept. A run that dies leaves one without an end; a manifest that cannot be written at the end
 * costs nothing but that, since its journal tells everything.
 */
export const recordRun = Effect.fnUntraced(function*<E, R>(
  shard: Shard,
  run: Effect.Effect<RunReport, E, R>
) {
  const data = yield* DataDirectory
  const started = yield* manifestAtStart(shard)
  yield* writeManifest(data, started)
  const report = yield* run
  const journal = yield* Journal
  yield* writeManifest(data, {
    ...started,
    endedAt: yield* nowIso,
    exitCode: exitCodeOf(report),
    totals: totalsOf(report, yield* journal.totals),
    ...listedAtRisk(yield* journal.atRisk)
  }).pipe(
    Effect.catch((error) =>
      Effect.logWarning(`the run's manifest could not be closed: ${error.message}`)
    )
  )
  return report
})
