// Planted defects of budgets, leases, journals and what is bought again: each must be found by the simulations, or they
// prove nothing about what they are silent on.
import type { Change } from "../power/mutants.ts"
import type { Schedule } from "./schedule.ts"

export interface MoneyMutant {
  readonly name: string
  readonly change: Change
  /** Schedules in which it shows soon. */
  readonly focus: Partial<Schedule>
}

const change = (file: string, from: string, to: string): Change => ({ file, from, to })

/** One process on many items at once, that nothing disturbs. */
const busy: Partial<Schedule> = {
  acts: [],
  shards: 1,
  items: 8,
  concurrency: 6,
  diskMs: 0,
  attempts: 2,
  totalUsd: undefined,
  runUsd: undefined,
  itemUsd: undefined,
  share: undefined,
  judgeUsd: undefined,
  holdAtRisk: false,
  failureRate: 0,
  rejectRate: 0.5,
  oddRate: 0,
  quota: undefined,
  killsMax: 0,
  stopsMax: 0
}
/** Several processes on a budget that does not do for all. */
const shared: Partial<Schedule> = { ...busy, shards: 3, totalUsd: 0.012 }
/** The same, and they die. */
const dying: Partial<Schedule> = {
  ...shared,
  items: 10,
  rejectRate: 0.9,
  totalUsd: 0.015,
  killsMax: 3
}
/** Half of the calls fail. */
const failing: Partial<Schedule> = { ...busy, failureRate: 0.6 }

export const moneyMutants: ReadonlyArray<MoneyMutant> = [
  {
    name: "what is reserved is not held against the run's budget",
    focus: { ...busy, runUsd: 0.004 },
    change: change(
      "services/spending/Books.ts",
      "fitsItem(slug, nanoUsd) && used() + nanoUsd <= runMax",
      "fitsItem(slug, nanoUsd) && run.spentNanoUsd + nanoUsd <= runMax"
    )
  },
  {
    name: "an answer is settled at nothing",
    focus: { ...busy, runUsd: 0.004 },
    change: change(
      "services/spending/Books.ts",
      "run.spentNanoUsd += costNanoUsd",
      "run.spentNanoUsd += 0 * costNanoUsd"
    )
  },
  {
    name: "an answer without a count of tokens is free",
    focus: { ...busy, oddRate: 1 },
    change: change(
      "services/generation/PaidCalls.ts",
      "counted >= 0 ? counted : reservation.nanoUsd",
      "counted >= 0 ? counted : 0"
    )
  },
  {
    name: "what earlier runs spent on an item is forgotten",
    focus: { ...busy, acts: ["renew", "renew", "renew"], rejectRate: 0, itemUsd: 0.0006 },
    change: change(
      "programs/generate/openBooks.ts",
      "yield* budget.recall(slug, spentNanoUsd + atRiskNanoUsd)",
      "yield* budget.recall(slug, 0 * spentNanoUsd * atRiskNanoUsd)"
    )
  },
  {
    name: "what was at risk for an item is forgotten",
    focus: { ...failing, acts: ["generate", "retry", "retry"], failureRate: 0.8, itemUsd: 0.002 },
    change: change(
      "programs/generate/openBooks.ts",
      "yield* budget.recall(slug, spentNanoUsd + atRiskNanoUsd)",
      "yield* budget.recall(slug, spentNanoUsd + 0 * atRiskNanoUsd)"
    )
  },
  {
    name: "reservations beyond the lease",
    focus: shared,
    change: change(
      "services/spending/Books.ts",
      "used() + nanoUsd <= Math.min(pool.grantedNanoUsd, pool.roomNanoUsd)",
      "used() + nanoUsd <= pool.roomNanoUsd"
    )
  },
  {
    name: "a lease out of what others were granted",
    focus: shared,
    change: change(
      "services/spending/Lease.ts",
      "const free = limit - pastNanoUsd - others.grantedNanoUsd - usedNanoUsd",
      "const free = limit - pastNanoUsd - others.spentNanoUsd - usedNanoUsd"
    )
  },
  {
    name: "a lease that forgets the runs before it",
    focus: { ...shared, acts: ["renew", "renew", "renew"], rejectRate: 0, totalUsd: 0.005 },
    change: change(
      "services/spending/Lease.ts",
      "const free = limit - pastNanoUsd - others.grantedNanoUsd - usedNanoUsd",
      "const free = limit - others.grantedNanoUsd - usedNanoUsd"
    )
  },
  {
    name: "a run that ends gives back what it has spent",
    focus: shared,
    change: change(
      "services/spending/MoneyPool.ts",
      "grantedNanoUsd: spentNanoUsd,\n          spentNanoUsd,\n          closed: true",
      "grantedNanoUsd: 0,\n          spentNanoUsd: 0,\n          closed: true"
    )
  },
  {
    name: "a run that died has spent nothing",
    focus: dying,
    change: change(
      "services/spending/MoneyPool.ts",
      "const nanoUsd = yield* readRunSpending(slot.runId)",
      "const nanoUsd = 0 * (yield* readRunSpending(slot.runId))"
    )
  },
  {
    name: "what may have been billed is free",
    focus: failing,
    change: change(
      "services/generation/PaidCalls.ts",
      "const atRiskNanoUsd = billed ? reservation.nanoUsd : 0",
      "const atRiskNanoUsd = billed ? 0 * reservation.nanoUsd : 0"
    )
  },
  {
    name: "what may have been billed is not held against a budget",
    focus: { ...failing, failureRate: 0.4, runUsd: 0.003 },
    change: change(
      "services/generation/PaidCalls.ts",
      "yield* billed ? lose(call, id) : budget.settle(reservation, 0)",
      "yield* budget.settle(reservation, 0)"
    )
  },
  {
    name: "a timeout costs nothing",
    focus: failing,
    change: change(
      "services/generation/Llm.ts",
      `reason._tag === "Disconnected" || reason._tag === "TimedOut" ||`,
      `reason._tag === "Disconnected" ||`
    )
  },
  {
    name: "a gateway's timeout costs nothing",
    focus: failing,
    change: change("services/generation/Llm.ts", "new Set([409, 501,", "new Set([409, 504, 501,")
  },
  {
    name: "an intent that is not waited for",
    focus: { ...busy, killsMax: 40, diskMs: 300 },
    change: change(
      "services/generation/PaidCalls.ts",
      `yield* journal.write({\n        _tag: "intent",`,
      `yield* journal.note({\n        _tag: "intent",`
    )
  },
  {
    name: "answered requests are bought again",
    focus: { ...busy, acts: ["generate", "retry", "retry"], items: 4, rejectRate: 0.9 },
    change: change(
      "programs/generate/moves.ts",
      "if (work.bought.size === 0 || rung === undefined) return false",
      "if (work.bought.size >= 0 || rung === undefined) return false"
    )
  },
  {
    name: "sealed runs are never read again",
    focus: { ...busy, acts: ["lose", "lose"], rejectRate: 0 },
    change: change(
      "services/journal/JournalReplay.ts",
      "if (isWanted === undefined) return false",
      "if (isWanted !== null) return false"
    )
  },
  {
    name: "the judge's own budget does not hold",
    focus: { ...busy, judgeUsd: 0.001, rejectRate: 0 },
    change: change(
      "services/generation/RungShares.ts",
      "runMax: () => judge.runBudgetNanoUsd",
      "runMax: () => 1000 * judge.runBudgetNanoUsd"
    )
  },
  {
    name: "what the judge said is asked again",
    focus: { ...busy, judgeUsd: 1, rejectRate: 0, acts: ["generate", "generate"], killsMax: 4 },
    change: change(
      "services/journal/ItemHistory.ts",
      "opinions.unshift({ about, answer: toGenerated(id, intent, response) })",
      "opinions.length = 0"
    )
  }
]
