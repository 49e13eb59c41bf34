// Where a data directory stands: items by state, money, the last run, and what is at risk. Reads only.
import * as Effect from "effect/Effect"
import type { ItemSource } from "../services/items/ItemSource.ts"
import { replayJournals } from "../services/journal/JournalReplay.ts"
import type { RunReplay } from "../services/journal/JournalReplay.ts"
import type { AtRisk } from "../services/journal/RunLedger.ts"
import type { JudgeTotals } from "../services/judge/JudgeTotals.ts"
import { countMasters } from "../services/master/Counts.ts"
import type { MasterCounts } from "../services/master/Counts.ts"
import { compareInput, isTakenUp, loadSettled, settledAs } from "../services/master/Settled.ts"
import type { NanoUsd } from "../services/spending/Money.ts"
import type { RenewalEstimate } from "./estimate/renewal.ts"
import { judgeOver } from "./generate/judgeWords.ts"
import { ladderOver } from "./generate/rungReport.ts"
import type { RungReport } from "./generate/RunEvent.ts"
import type { StaleReport } from "./findStale.ts"

export interface StatusReport {
  readonly masters: MasterCounts
  /** Null where there is no input to count against: input = accepted + rejected + pending. */
  readonly items: {
    readonly input: number
    readonly accepted: number
    readonly rejected: number
    readonly pending: number
  } | null
  /** Answers that are paid for and wait for QA: the next run judges them for nothing. */
  readonly unjudged: number
  readonly calls: number
  readonly spentNanoUsd: NanoUsd
  readonly atRisk: ReadonlyArray<AtRisk>
  readonly runs: ReadonlyArray<RunReplay>
  /** What each rung of the ladder did, over all runs that came to their end. */
  readonly rungs: ReadonlyArray<RungReport>
  /** The same of the judge; null where no run had one. */
  readonly judge: JudgeTotals | null
  /** Null where it was not asked for: that takes the job. */
  readonly stale:
    | StaleReport & {
      /** What writing the stale ones anew may cost; null where none is, or it cannot be told. */
      readonly renewal: RenewalEstimate | null
    }
    | null
}

/** `stale` is what `findStale` found of the same input, `renewal` what `estimateRenewal` made of it. */
export const status = Effect.fnUntraced(function*(
  source: ItemSource | undefined,
  stale?: StaleReport,
  renewal?: RenewalEstimate
) {
  const settled = yield* loadSettled
  const known = source && (yield* compareInput(source, settled))
  const replay = yield* replayJournals({
    isSettled: (slug) => settledAs(settled, slug) !== undefined,
    isWanted: known && isTakenUp(known.pending)
  })
  let unjudged = 0
  for (const history of replay.history.values()) unjudged += history.unjudged.length
  const report: StatusReport = {
    masters: yield* countMasters,
    items: source === undefined || known === undefined
      ? null
      : { input: source.count, ...known, pending: source.count - known.accepted - known.rejected },
    unjudged,
    calls: replay.totals.calls,
    spentNanoUsd: replay.totals.spentNanoUsd,
    atRisk: replay.atRisk,
    runs: replay.runs,
    rungs: ladderOver(replay.runs.map(({ manifest }) => manifest?.rungs ?? [])),
    judge: judgeOver(replay.runs.flatMap(({ manifest }) => manifest?.judge ?? [])),
    stale: stale === undefined ? null : { ...stale, renewal: renewal ?? null }
  }
  return report
})
