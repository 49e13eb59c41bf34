// What simulations have seen, to be summed up: what never happens proves nothing.
export interface Counts {
  simulations: number
  acts: number
  runs: number
  kills: number
  stops: number
  calls: number
  answers: number
  truncated: number
  atRisk: number
  judgedFromJournal: number
  judgeCalls: number
  renewed: number
  retried: number
  requalified: number
  lost: number
  budgetStops: number
  quotaStops: number
}

export const noCounts = (): Counts => ({
  simulations: 0,
  acts: 0,
  runs: 0,
  kills: 0,
  stops: 0,
  calls: 0,
  answers: 0,
  truncated: 0,
  atRisk: 0,
  judgedFromJournal: 0,
  judgeCalls: 0,
  renewed: 0,
  retried: 0,
  requalified: 0,
  lost: 0,
  budgetStops: 0,
  quotaStops: 0
})

export const addCounts = (sum: Counts, counts: Counts): void => {
  for (const key of Object.keys(sum) as Array<keyof Counts>) sum[key] += counts[key]
}
