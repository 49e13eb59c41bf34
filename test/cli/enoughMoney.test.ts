// The budget of the line to paste: enough for one more call at least, and never less than it was.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { enoughBudget, expectedNanoUsd } from "../../src/programs/cli/enoughMoney.ts"
import type { RunReport, StopReason } from "../../src/programs/generate/RunEvent.ts"
import { fromUsd } from "../../src/services/spending/Money.ts"

interface Figures {
  readonly scope: "run" | "total"
  readonly neededUsd: number
  readonly budgetUsd: number
  readonly spentUsd: number
  readonly settledNow: number
  readonly settled: number
}

const reportOf = (figures: Figures): RunReport => {
  const { budgetUsd, neededUsd, scope, settled, settledNow, spentUsd } = figures
  const stop: StopReason = {
    _tag: "Budget",
    scope,
    neededNanoUsd: fromUsd(neededUsd),
    detail: ""
  }
  const money = { budgetNanoUsd: fromUsd(budgetUsd), spentNanoUsd: fromUsd(spentUsd) }
  return {
    runId: "r",
    stop,
    input: settled + 10,
    accepted: settled,
    rejected: 0,
    pending: 10,
    acceptedNow: settledNow,
    rejectedNow: 0,
    renewedNow: 0,
    keptNow: 0,
    deferredNow: 1,
    rejectedByCause: {},
    deferredByCause: { Budget: 1 },
    callsNow: settledNow,
    judgedFromJournal: 0,
    rungs: [],
    judge: null,
    budget: {
      ...money,
      budgetNanoUsd: scope === "run" ? money.budgetNanoUsd : null,
      reservedNanoUsd: 0,
      atRiskNanoUsd: 0,
      total: scope === "total" ? money : null
    },
    atRisk: [],
    atRiskBefore: [],
    durationMs: 1
  }
}

describe("a total budget that is reached", () => {
  it("is raised to what is spent and what the rest may take, a fifth more, and one more call", () => {
    const report = reportOf({
      scope: "total",
      neededUsd: 0.1,
      budgetUsd: 1,
      spentUsd: 1,
      settledNow: 10,
      settled: 10
    })
    assert.strictEqual(expectedNanoUsd(report, 10), fromUsd(1))
    assert.deepStrictEqual(enoughBudget(report, 10), { flag: "--total-budget", usd: 2.3 })
  })

  it("goes by all runs where this one has settled nothing", () => {
    const report = reportOf({
      scope: "total",
      neededUsd: 0.1,
      budgetUsd: 1,
      spentUsd: 1,
      settledNow: 0,
      settled: 20
    })
    assert.deepStrictEqual(enoughBudget(report, 10), { flag: "--total-budget", usd: 1.7 })
  })
})

describe("a run's budget that is reached", () => {
  const of = (some: Partial<Figures>): RunReport =>
    reportOf({
      scope: "run",
      neededUsd: 0.1,
      budgetUsd: 1,
      spentUsd: 1,
      settledNow: 10,
      settled: 10,
      ...some
    })

  it("stays where a run begins with enough of it", () => {
    assert.isUndefined(enoughBudget(of({}), 10))
  })

  it("is raised where the next call does not fit, with nothing to go by to that call", () => {
    const report = of({ budgetUsd: 0.05, spentUsd: 0, settledNow: 0, settled: 0 })
    assert.isNull(expectedNanoUsd(report, 10))
    assert.deepStrictEqual(enoughBudget(report, 10), { flag: "--budget", usd: 0.1 })
  })

  it("is raised to what the rest may take where there is something to go by", () => {
    const report = of({ budgetUsd: 0.15, spentUsd: 0.1, settledNow: 10 })
    assert.deepStrictEqual(enoughBudget(report, 10), { flag: "--budget", usd: 0.22 })
  })
})

it("pays for one more call, and is never less than it was", () => {
  const usd = fc.double({ min: 0.000001, max: 100, noNaN: true })
  fc.assert(fc.property(
    fc.record({
      scope: fc.constantFrom("run" as const, "total" as const),
      neededUsd: usd,
      budgetUsd: usd,
      spentUsd: usd,
      settledNow: fc.nat({ max: 5 }),
      settled: fc.nat({ max: 5 })
    }),
    fc.nat({ max: 1000 }),
    (figures, left) => {
      const enough = enoughBudget(reportOf(figures), left)
      const spentUsd = figures.scope === "total" ? figures.spentUsd : 0
      const budgetUsd = enough?.usd ?? figures.budgetUsd
      assert.isAtLeast(budgetUsd, figures.budgetUsd)
      assert.isAtLeast(budgetUsd - spentUsd, figures.neededUsd - 1e-6)
    }
  ))
})
