// What the items that are left will take, and the budget under which a run that its budget has stopped goes on. Pure.
import type { NanoUsd } from "../../services/spending/Money.ts"
import type { RunReport } from "../generate/RunEvent.ts"

/** More than the average, since the items to come may cost more. */
const margin = 1.2

/** By what a settled item has cost, in this run or over all; null where there is none to go by. */
export const expectedNanoUsd = (report: RunReport, left: number): NanoUsd | null => {
  const { accepted, acceptedNow, budget, keptNow, rejected, rejectedNow } = report
  const settledNow = acceptedNow + rejectedNow + keptNow
  if (settledNow > 0) return Math.round(left * budget.spentNanoUsd / settledNow)
  const settled = accepted + rejected
  return budget.total === null || settled === 0
    ? null
    : Math.round(left * budget.total.spentNanoUsd / settled)
}

export interface EnoughBudget {
  readonly flag: "--item-budget" | "--budget" | "--total-budget"
  readonly usd: number
}

const inCents = (nanoUsd: NanoUsd): number => Math.ceil(nanoUsd / 1e7) / 100

/**
 * The budget to raise, and to what; undefined where none has to be. An item's is raised to what carries every first call,
 * a total to what is spent and what is left to do. A run begins with its own budget whole: that is raised only where it
 * carries next to no call.
 */
export const enoughBudget = (report: RunReport, left: number): EnoughBudget | undefined => {
  const { budget, stop } = report
  if (stop?._tag !== "Budget") return undefined
  if (stop.scope === "item") return { flag: "--item-budget", usd: inCents(stop.neededNanoUsd) }
  const toDo = stop.neededNanoUsd + margin * (expectedNanoUsd(report, left) ?? 0)
  if (stop.scope === "total") {
    const spent = budget.total?.spentNanoUsd ?? 0
    const now = budget.total?.budgetNanoUsd ?? 0
    return { flag: "--total-budget", usd: inCents(Math.max(now, spent + toDo)) }
  }
  const now = budget.budgetNanoUsd ?? 0
  return now >= 2 * stop.neededNanoUsd
    ? undefined
    : { flag: "--budget", usd: inCents(Math.max(now, toDo)) }
}
