// A run's manifest for tests, with everything that does not matter filled in.
import type { RunManifest, RunTotals } from "../../src/services/journal/RunManifest.ts"

export const totals: RunTotals = {
  calls: 3,
  accepted: 2,
  rejected: 1,
  pending: 0,
  spentNanoUsd: 900,
  atRiskNanoUsd: 0,
  unjudged: 0
}

export const manifest = (runId: string, over: Partial<RunManifest> = {}): RunManifest => ({
  runId,
  versions: { inkfast: "0.1.0", node: "24.0.0", effect: "4.1.0" },
  jobHash: "j",
  models: ["small"],
  prices: { small: { inputUsdPerMtok: 0.1, outputUsdPerMtok: 0.2 } },
  budgets: { itemNanoUsd: null, runNanoUsd: 5_000_000_000 },
  shard: null,
  host: "here",
  input: { path: "items.jsonl", key: "slug" },
  startedAt: "2026-11-22T10:15:00.000Z",
  endedAt: null,
  exitCode: null,
  totals: null,
  settledBy: null,
  ...over
})
