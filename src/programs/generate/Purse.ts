// What a run does when the next call does not fit its money: it puts the item off, and goes on with what does fit.
//
// A strong model's long prompt that does not fit is no reason to leave the short ones unwritten. The run is told that its
// budget is reached once not even the smallest call could be paid, or when one call after the other is refused and none
// answered between them, so that a whole catalogue is not read, and its pages not fetched, to find none that fits.
// From then on nothing is begun but items for which something is paid already: their answers are judged, their drafts
// rejected or kept.
import * as Effect from "effect/Effect"
import { canonicalJson } from "../../services/Digest.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import { Budget } from "../../services/spending/Budget.ts"
import type { BudgetReached } from "../../services/spending/Budget.ts"
import { Prices } from "../../services/spending/Prices.ts"
import { worstCostOf } from "../../services/spending/Cost.ts"
import { worstCaseTokens } from "../../services/spending/Tokens.ts"
import { budgetWords } from "./budgetWords.ts"
import type { RunControl } from "./RunControl.ts"

export interface Purse {
  /** A call did not fit the budget of the run or of the data directory. */
  readonly refused: (error: BudgetReached) => Effect.Effect<void>
  /** The work is over: if anything was refused, the budget is why the run stops here. */
  readonly close: Effect.Effect<void>
}

/** Calls refused one after the other, none answered between them, before nothing new is begun. */
const refusedInARowMax = 64

/** `answers`: how many calls of the run were answered so far. */
export const makePurse = Effect.fnUntraced(function*(control: RunControl, answers: () => number) {
  const { outputSchema, rungs } = yield* CurrentJob
  const prices = yield* Prices
  const budget = yield* Budget
  const schemaJson = canonicalJson(outputSchema.schema)
  /** No call of the job can be reserved for less. */
  const leastNanoUsd = Math.min(
    ...(yield* Effect.forEach(
      rungs,
      ({ model, outputTokensMax, serviceTier }) =>
        Effect.map(
          prices.priceOf(model, serviceTier),
          (price) =>
            worstCostOf(price, worstCaseTokens([], schemaJson), outputTokensMax, serviceTier)
        )
    ))
  )
  let smallest: BudgetReached | undefined
  let inARow = 0
  let answersThen = 0

  const stop = ({ neededNanoUsd, scope }: BudgetReached) =>
    Effect.flatMap(budget.state, (state) => {
      const reached = { scope: scope === "total" ? scope : "run", neededNanoUsd } as const
      return control.stop({ _tag: "Budget", ...reached, detail: budgetWords(reached, state) })
    })

  const purse: Purse = {
    refused: (error) =>
      Effect.suspend(() => {
        inARow = answers() === answersThen ? inARow + 1 : 1
        answersThen = answers()
        if (smallest === undefined || error.neededNanoUsd < smallest.neededNanoUsd) smallest = error
        const left = error.budgetNanoUsd - error.spentNanoUsd
        return left < leastNanoUsd || inARow >= refusedInARowMax ? stop(smallest) : Effect.void
      }),
    close: Effect.suspend(() => smallest === undefined ? Effect.void : stop(smallest))
  }
  return purse
})
