// What the judge of a job did, as a line of its own beside those of the rungs.
import type { JudgeTotals } from "../../services/judge/JudgeTotals.ts"
import { formatUsd } from "../../services/spending/Money.ts"
import { counted } from "../counted.ts"

/** Of several runs as of one. Runs with another model are left out: the newest one's counts. */
export const judgeOver = (runs: ReadonlyArray<JudgeTotals>): JudgeTotals | null =>
  runs.reduce<JudgeTotals | null>(
    (sum, run) =>
      sum === null || sum.model !== run.model ? run : {
        model: run.model,
        answers: sum.answers + run.answers,
        passed: sum.passed + run.passed,
        failed: sum.failed + run.failed,
        notJudged: sum.notJudged + run.notJudged,
        reason: run.reason ?? sum.reason,
        spentNanoUsd: sum.spentNanoUsd + run.spentNanoUsd,
        budgetNanoUsd: run.budgetNanoUsd
      },
    null
  )

/** For a person; nothing where there is no judge. */
export const judgeLines = (judge: JudgeTotals | null): ReadonlyArray<string> =>
  judge === null ? [] : [
    `  judge ${judge.model}: ${judge.passed} passed, ${judge.failed} rejected, ` +
    `${judge.notJudged} not judged${judge.reason === null ? "" : ` (such as: ${judge.reason})`}; ${
      counted(judge.answers, "answer")
    }, ${formatUsd(judge.spentNanoUsd)} of ${formatUsd(judge.budgetNanoUsd)} a run`
  ]
