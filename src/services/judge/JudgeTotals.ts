// What the judge did in a run, and for how much.
import * as Schema from "effect/Schema"

export const JudgeTotals = Schema.Struct({
  /** As the job names it. */
  model: Schema.String,
  /** Calls that were answered. */
  answers: Schema.Int,
  /** Pieces by what came of them, also by answers of earlier runs. */
  passed: Schema.Int,
  failed: Schema.Int,
  notJudged: Schema.Int,
  /** Why the last of these was not judged; null where all were. */
  reason: Schema.NullOr(Schema.String),
  /** What its answers cost. */
  spentNanoUsd: Schema.Int,
  /** For the run. */
  budgetNanoUsd: Schema.Int
})
export type JudgeTotals = typeof JudgeTotals.Type
