// The manifest of a run around the run itself: written before its first call and after its last line.
import * as Effect from "effect/Effect"
import { DataDirectory } from "../../services/durability/DataDirectory.ts"
import { Host } from "../../services/Host.ts"
import { wholeInput } from "../../services/items/Shard.ts"
import type { Shard } from "../../services/items/Shard.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import { Journal } from "../../services/journal/Journal.ts"
import type { JudgeTotals } from "../../services/judge/JudgeTotals.ts"
import type { LedgerTotals } from "../../services/journal/RunLedger.ts"
import { listedAtRisk, writeManifest } from "../../services/journal/RunManifest.ts"
import { closeManifest } from "../../services/journal/SealRuns.ts"
import type { RungTotals, RunManifest, RunTotals } from "../../services/journal/RunManifest.ts"
import { Prices } from "../../services/spending/Prices.ts"
import { nowIso } from "../../services/Time.ts"
import { exitCodeOf } from "./exitCode.ts"
import { requalifyExitCode } from "../requalify/RequalifyEvent.ts"
import type { RequalifyReport } from "../requalify/RequalifyEvent.ts"
import type { RunReport } from "./RunEvent.ts"

/** By rung, what a run may call, and for how much; the judge's price too. */
type Priced = Pick<RunManifest, "models" | "prices">

const pricedModels = Effect.gen(function*() {
  const { judge, rungs } = yield* CurrentJob
  const prices = yield* Prices
  const models = rungs.map((rung) => rung.model)
  const priced = yield* Effect.forEach(
    judge === null ? models : [...models, judge.rung.model],
    (model) => Effect.map(prices.priceOf(model), (price) => [model, price] as const)
  )
  const all: Priced = { models, prices: Object.fromEntries(priced) }
  return all
})

const manifestAtStart = (shard: Shard, priced: Priced) =>
  Effect.gen(function*() {
    const job = yield* CurrentJob
    const host = yield* Host
    const manifest: RunManifest = {
      runId: (yield* Journal).runId,
      versions: host.versions,
      jobHash: job.hash,
      ...priced,
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

interface Ending {
  readonly exitCode: number
  readonly totals: RunTotals
  readonly rungs?: ReadonlyArray<RungTotals>
  readonly judge?: JudgeTotals
}

/**
 * Runs with its manifest kept. A run that dies leaves one without an end; a manifest that cannot be written at the end
 * costs nothing but that, since its journal tells everything.
 */
const keepManifest = Effect.fnUntraced(function*<A, E, R>(
  shard: Shard,
  priced: Priced,
  run: Effect.Effect<A, E, R>,
  endingOf: (report: A, ledger: LedgerTotals) => Ending
) {
  const data = yield* DataDirectory
  const started = yield* manifestAtStart(shard, priced)
  yield* writeManifest(data, started)
  const report = yield* run
  const journal = yield* Journal
  const ending = endingOf(report, yield* journal.totals)
  const atRisk = listedAtRisk(yield* journal.atRisk)
  yield* closeManifest(data, { ...started, endedAt: yield* nowIso, ...ending, ...atRisk }).pipe(
    Effect.catch((error) =>
      Effect.logWarning(`the run's manifest could not be closed: ${error.message}`)
    )
  )
  return report
})

/** A run that may call models: their prices stand in its manifest. */
export const recordRun = <E, R>(shard: Shard, run: Effect.Effect<RunReport, E, R>) =>
  Effect.flatMap(pricedModels, (priced) =>
    keepManifest(shard, priced, run, (report, ledger) => ({
      exitCode: exitCodeOf(report),
      totals: totalsOf(report, ledger),
      rungs: report.rungs.map(({ accepted, answers, items, model, spentNanoUsd }) => ({
        model,
        items,
        answers,
        accepted,
        spentNanoUsd
      })),
      ...(report.judge === null ? {} : { judge: report.judge })
    })))

/** A requalification calls no model: it needs no price, and its books are closed with it. */
export const recordRequalify = <E, R>(run: Effect.Effect<RequalifyReport, E, R>) =>
  keepManifest(wholeInput, { models: [], prices: {} }, run, (report) => ({
    exitCode: requalifyExitCode(report),
    totals: {
      calls: 0,
      accepted: report.promoted + report.replaced,
      rejected: report.demoted,
      pending: 0,
      spentNanoUsd: 0,
      atRiskNanoUsd: 0,
      unjudged: 0
    }
  }))
