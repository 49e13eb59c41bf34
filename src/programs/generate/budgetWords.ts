// A budget that is reached, in words: how much of it is gone, what is left, what the next call may cost. Pure.
import type { BudgetState } from "../../services/spending/Budget.ts"
import { formatUsd } from "../../services/spending/Money.ts"
import type { NanoUsd } from "../../services/spending/Money.ts"

export interface ReachedBudget {
  readonly scope: "run" | "total"
  /** The worst case of the smallest call that did not fit. */
  readonly neededNanoUsd: NanoUsd
}

const owners = { run: "run", total: "data directory" }

/** By what is known now: calls that were in flight when the budget was reached may have settled since. */
export const budgetWords = (
  { neededNanoUsd, scope }: ReachedBudget,
  state: BudgetState
): string => {
  const { budgetNanoUsd, spentNanoUsd } = scope === "total" && state.total !== null
    ? state.total
    : { budgetNanoUsd: state.budgetNanoUsd ?? 0, spentNanoUsd: state.spentNanoUsd }
  const left = Math.max(0, budgetNanoUsd - spentNanoUsd)
  // The total counts what is at risk of every run.
  const isCertain = scope === "run" && state.atRiskNanoUsd === 0
  return `of the ${owners[scope]}'s ${formatUsd(budgetNanoUsd)}, ${formatUsd(spentNanoUsd)} is ` +
    `${isCertain ? "spent" : "spent or at risk"} and ${formatUsd(left)} is left; ` +
    `the next call may cost ${formatUsd(neededNanoUsd)}`
}
