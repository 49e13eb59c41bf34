// A run that has ended, in a few lines: what became of the items, what each rung did, what it cost and what is at risk.
import { formatUsd } from "../../services/spending/Money.ts"
import { counted } from "../counted.ts"
import { budgetWords } from "../generate/budgetWords.ts"
import { judgeLines } from "../generate/judgeWords.ts"
import type { RunReport } from "../generate/RunEvent.ts"
import { ladderLines } from "../generate/rungReport.ts"
import { deferralLines } from "./deferrals.ts"
import { visible } from "./output.ts"
import { spentWords } from "./spentWords.ts"

const atRiskShownMax = 10

const atRiskLines = (title: string, calls: RunReport["atRisk"]): ReadonlyArray<string> =>
  calls.length === 0 ? [] : [
    `${title}: ${counted(calls.length, "call")} without an answer may have been billed, at most ` +
    formatUsd(calls.reduce((sum, call) => sum + call.maxNanoUsd, 0)),
    ...calls.slice(0, atRiskShownMax).map((call) =>
      `  ${call.slug} (${call.model}): ${formatUsd(call.maxNanoUsd)}`
    ),
    ...(calls.length > atRiskShownMax
      ? [`  … and ${calls.length - atRiskShownMax} more: inkfast status --json`]
      : [])
  ]

/** The end of a run in a few lines. */
export const summaryOf = (report: RunReport): string => {
  const { atRiskNanoUsd, spentNanoUsd } = report.budget
  const causes = Object.entries(report.rejectedByCause).map(([cause, count]) => `${count} ${cause}`)
    .join(", ")
  const lines = [
    `input ${report.input} = ${report.accepted} accepted + ${report.rejected} rejected + ${report.pending} pending`,
    `this run: ${report.acceptedNow} accepted` +
    (report.renewedNow + report.keptNow > 0
      ? `, ${report.renewedNow} of them in place of stale records, ${report.keptNow} records kept`
      : "") +
    `, ${report.rejectedNow} rejected${causes === "" ? "" : ` (${causes})`}` +
    `, ${counted(report.callsNow, "call")}, ${
      spentWords(spentNanoUsd - atRiskNanoUsd, atRiskNanoUsd)
    }` +
    (report.judgedFromJournal > 0
      ? `, ${counted(report.judgedFromJournal, "answer")} judged from the journal for $0`
      : ""),
    ...ladderLines(report.rungs),
    ...judgeLines(report.judge)
  ]
  lines.push(...deferralLines(report))
  const { stop } = report
  if (stop?._tag === "Budget") {
    const { detail, neededNanoUsd, scope } = stop
    const words = scope === "item" ? detail : budgetWords({ scope, neededNanoUsd }, report.budget)
    lines.push(`stopped by the budget: ${words}`)
  }
  if (report.budget.total !== null) {
    const { budgetNanoUsd, spentNanoUsd } = report.budget.total
    lines.push(
      `over all runs: ${formatUsd(spentNanoUsd)} of ${
        formatUsd(budgetNanoUsd)
      }, what is at risk included`
    )
  }
  lines.push(...atRiskLines("at risk", report.atRisk))
  lines.push(...atRiskLines("at risk since earlier runs", report.atRiskBefore))
  return visible(lines.join("\n"))
}
