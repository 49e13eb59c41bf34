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
import type { BudgetReached } from "../../services/spending/Budget.ts"
import { formatUsd } from "../../services/spending/Money.ts"
import { Prices } from "../../services/spending/Prices.ts"
import { worstCostOf } from "../../services/spending/Cost.ts"
import { worstCaseTokens } from "../../services/spending/Tokens.ts"
import type { RunControl } from "./RunControl.ts"
import type { StopReason } from "./RunEvent.ts"

export interface Purse {
  /** A call did not fit the budget of the run or of the data directory. */
  readonly refused: (error: BudgetReached) => Effect.Effect<void>
  /** The work is over: if anything was refused, the budget is why the run stops here. */
  readonly close: Effect.Effect<void>
}

/** Calls refused one after the other, none answered between them, before nothing new is begun. */
const refusedInARowMax = 64

const owners = { item: "item", run: "run", total: "data directory" }

const stopReason = (error: BudgetReached): StopReason => {
  const { budgetNanoUsd, neededNanoUsd, spentNanoUsd } = error
  return {
    _tag: "Budget",
    scope: error.scope === "total" ? "total" : "run",
    neededNanoUsd,
    detail:
      `of the ${owners[error.scope]}'s ${formatUsd(budgetNanoUsd)}, ${
        formatUsd(spentNanoUsd)
      } is spent and ${formatUsd(Math.max(0, budgetNanoUsd - spentNanoUsd))} is left; ` +
      `the next call may cost ${formatUsd(neededNanoUsd)}`
  }
}

/** `answers`: how many calls of the run were answered so far. */
export const makePurse = Effect.fnUntraced(function*(control: RunControl, answers: () => number) {
  const { outputSchema, rungs } = yield* CurrentJob
  const prices = yield* Prices
  const schemaJson = canonicalJson(outputSchema.schema)
  /** No call of the job can be reserved for less. */
  const smallestNanoUsd = Math.min(
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
  let last: BudgetReached | undefined
  let inARow = 0
  let answersThen = 0

  const purse: Purse = {
    refused: (error) =>
      Effect.suspend(() => {
        inARow = answers() === answersThen ? inARow + 1 : 1
        answersThen = answers()
        if (last === undefined || error.neededNanoUsd < last.neededNanoUsd) last = error
        const left = error.budgetNanoUsd - error.spentNanoUsd
        return left < smallestNanoUsd || inARow >= refusedInARowMax
          ? control.stop(stopReason(error))
          : Effect.void
      }),
    close: Effect.suspend(() => last === undefined ? Effect.void : control.stop(stopReason(last)))
  }
  return purse
})
