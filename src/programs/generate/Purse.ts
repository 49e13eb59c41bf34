// What a run does when the next call does not fit its money: it puts the item off, and goes on with what does fit.
//
// A strong model's long prompt that does not fit is no reason to leave the short ones unwritten, wherever in the input
// they stand. From the first refusal on each item is reckoned before it is begun: by what is known of it without asking
// anyone its call may be too dear already, and then it is left alone. Where only its pages can tell, they are fetched,
// until so many in a row were fetched in vain; then only items are begun of which all is known.
//
// The run is told that its budget is reached once not even the smallest call could be paid. From then on nothing is
// begun but items for which something is paid already: their answers are judged, their drafts rejected or kept.
import * as Effect from "effect/Effect"
import { pricedRungs } from "../../services/generation/PricedRungs.ts"
import type { Item } from "../../services/items/Item.ts"
import type { ItemHistory } from "../../services/journal/ItemHistory.ts"
import { Budget } from "../../services/spending/Budget.ts"
import type { BudgetReached, BudgetState } from "../../services/spending/Budget.ts"
import type { NanoUsd } from "../../services/spending/Money.ts"
import { budgetWords } from "./budgetWords.ts"
import { makeForeseeCall } from "./foreseeCall.ts"
import type { RunControl } from "./RunControl.ts"

export interface Purse {
  /** A call did not fit the budget of the run or of the data directory. */
  readonly refused: (error: BudgetReached) => Effect.Effect<void>
  /** Whether the next call of an item that is not begun may fit. */
  readonly mayFit: (item: Item, history: ItemHistory | undefined) => Effect.Effect<boolean>
  /** The work is over: if anything was refused, the budget is why the run stops here. */
  readonly close: Effect.Effect<void>
}

/** Calls refused one after the other, none answered between them, before no page is fetched to find one that fits. */
const refusedInARowMax = 64

/** What is left of the run's budget and of the data directory's. */
const leftOf = ({ budgetNanoUsd, spentNanoUsd, total }: BudgetState) => ({
  run: (budgetNanoUsd ?? Infinity) - spentNanoUsd,
  total: total === null ? Infinity : total.budgetNanoUsd - total.spentNanoUsd
})

const leastOf = (state: BudgetState): NanoUsd => {
  const { run, total } = leftOf(state)
  return Math.min(run, total)
}

/** `answers`: how many calls of the run were answered so far. */
export const makePurse = Effect.fnUntraced(function*(control: RunControl, answers: () => number) {
  const budget = yield* Budget
  const foreseeCall = yield* makeForeseeCall
  /** No call of the job can be reserved for less. */
  const leastNanoUsd = Math.min(...(yield* pricedRungs).map(({ worstOf }) => worstOf([]).nanoUsd))
  /** The smallest call that did not fit; infinite while all did. */
  let neededNanoUsd = Infinity
  let inARow = 0
  let answersThen = 0
  const mayFetch = (): boolean => inARow < refusedInARowMax || answers() !== answersThen

  const stop = (state: BudgetState) => {
    const { run, total } = leftOf(state)
    const reached = { scope: total < run ? "total" : "run", neededNanoUsd } as const
    return control.stop({ _tag: "Budget", ...reached, detail: budgetWords(reached, state) })
  }

  const purse: Purse = {
    refused: (error) =>
      Effect.flatMap(budget.state, (state) => {
        inARow = answers() === answersThen ? inARow + 1 : 1
        answersThen = answers()
        neededNanoUsd = Math.min(neededNanoUsd, error.neededNanoUsd)
        return leastOf(state) < leastNanoUsd ? stop(state) : Effect.void
      }),
    mayFit: (item, history) =>
      neededNanoUsd === Infinity ? Effect.succeed(true) : Effect.zipWith(
        foreseeCall(item, history),
        budget.state,
        (call, state) => {
          if (call === undefined) return true
          if (call.nanoUsd <= leastOf(state)) return !call.isPartial || mayFetch()
          neededNanoUsd = Math.min(neededNanoUsd, call.nanoUsd)
          return false
        }
      ),
    close: Effect.suspend(() =>
      neededNanoUsd === Infinity ? Effect.void : Effect.flatMap(budget.state, stop)
    )
  }
  return purse
})
