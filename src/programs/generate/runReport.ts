// The sum of a run.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Generation } from "../../services/generation/Generation.ts"
import { Journal } from "../../services/journal/Journal.ts"
import { Budget } from "../../services/spending/Budget.ts"
import type { RunContext } from "./RunContext.ts"
import type { RunReport } from "./RunEvent.ts"

/** What was there before the run: the input and how much of it was settled. */
export interface Before {
  readonly input: number
  readonly accepted: number
  readonly rejected: number
}

export const makeReport = Effect.fnUntraced(
  function*({ control, tally }: RunContext, before: Before, startMs: number) {
    const journal = yield* Journal
    const accepted = before.accepted + tally.accepted
    const rejected = before.rejected + tally.rejected
    const report: RunReport = {
      runId: journal.runId,
      stop: control.current(),
      input: before.input,
      accepted,
      rejected,
      pending: before.input - accepted - rejected,
      acceptedNow: tally.accepted,
      rejectedNow: tally.rejected,
      deferredNow: tally.begun - tally.accepted - tally.rejected,
      rejectedByCause: Object.fromEntries(tally.rejectedByCause),
      acceptedByRung: tally.acceptedByRung,
      callsNow: (yield* journal.totals).calls,
      judgedFromJournal: tally.judgedFromJournal,
      budget: yield* (yield* Budget).state,
      atRisk: yield* (yield* Generation).atRisk,
      durationMs: (yield* Clock.currentTimeMillis) - startMs
    }
    return report
  }
)
