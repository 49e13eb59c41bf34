// The sum of a run.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Generation } from "../../services/generation/Generation.ts"
import { Journal } from "../../services/journal/Journal.ts"
import { ModelJudge } from "../../services/judge/ModelJudge.ts"
import { Budget } from "../../services/spending/Budget.ts"
import type { RunContext } from "./RunContext.ts"
import type { RunReport } from "./RunEvent.ts"
import { rungReport } from "./rungReport.ts"

/** What was there before the run: the input and how much of it was settled. */
export interface Before {
  readonly input: number
  readonly accepted: number
  readonly rejected: number
}

export const makeReport = Effect.fnUntraced(
  function*(
    { control, tally }: RunContext,
    before: Before,
    atRiskBefore: RunReport["atRiskBefore"],
    startMs: number
  ) {
    const journal = yield* Journal
    // A renewed item was accepted before, a retried one rejected.
    const accepted = before.accepted + tally.accepted - tally.renewed
    const rejected = before.rejected + tally.rejected - tally.retried
    const report: RunReport = {
      runId: journal.runId,
      stop: control.current(),
      input: before.input,
      accepted,
      rejected,
      pending: before.input - accepted - rejected,
      acceptedNow: tally.accepted,
      rejectedNow: tally.rejected,
      renewedNow: tally.renewed,
      keptNow: tally.kept,
      deferredNow: tally.begun - tally.accepted - tally.rejected - tally.kept,
      rejectedByCause: Object.fromEntries(tally.rejectedByCause),
      deferredByCause: Object.fromEntries(tally.deferredByCause),
      rungs: tally.rungs.map((rung) => rungReport({ ...rung })),
      judge: yield* (yield* ModelJudge).totals,
      callsNow: (yield* journal.totals).calls,
      judgedFromJournal: tally.judgedFromJournal,
      budget: yield* (yield* Budget).state,
      atRisk: yield* (yield* Generation).atRisk,
      atRiskBefore,
      durationMs: (yield* Clock.currentTimeMillis) - startMs
    }
    return report
  }
)
