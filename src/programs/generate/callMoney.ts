// What follows where there is no money for an item's next call: the item's end, or a wait for another run.
import * as Effect from "effect/Effect"
import type { AppendError } from "../../services/durability/AppendError.ts"
import type { ShareReached } from "../../services/generation/RungShares.ts"
import type { BudgetReached } from "../../services/spending/Budget.ts"
import { formatUsd } from "../../services/spending/Money.ts"
import { ended } from "./Called.ts"
import type { Called } from "./Called.ts"
import { budgetReached } from "./DeferCause.ts"
import type { Endings } from "./endings.ts"
import type { FirstCalls } from "./firstCalls.ts"
import type { RunContext, Work } from "./RunContext.ts"

export interface CallMoney {
  /** The next call does not fit a budget. */
  readonly broke: (work: Work, error: BudgetReached) => Effect.Effect<Called, AppendError>
  /** The next call does not fit its rung's share of a budget. */
  readonly shareUsed: (work: Work, error: ShareReached) => Effect.Effect<Called, AppendError>
}

const itemBudgetUsed = ({ budgetNanoUsd, neededNanoUsd, spentNanoUsd }: BudgetReached): string =>
  `the item's budget: ${formatUsd(spentNanoUsd)} of ${formatUsd(budgetNanoUsd)} is spent, ` +
  `the next call may cost ${formatUsd(neededNanoUsd)}`

/**
 * Without the wider limit the item may go on. What an item has used up of its own ends it, once something was paid for
 * it; any other budget puts it off.
 */
export const makeCallMoney = (
  { purse }: RunContext,
  endings: Endings,
  firstCalls: FirstCalls
): CallMoney => {
  const isUntouched = ({ attempts, spentNanoUsd }: Work): boolean =>
    attempts === 0 && spentNanoUsd === 0

  const ownMoneyUsed = (work: Work, neededNanoUsd: number, reason: string) =>
    work.outputTokensMax !== undefined
      ? Effect.succeed<Called>("NoWider")
      : ended<AppendError>(
        isUntouched(work)
          ? firstCalls.putOff(work.item.slug, neededNanoUsd)
          : endings.reject(work, "BudgetExhausted", reason, work.findings)
      )

  return {
    broke: (work, error) =>
      error.scope === "item"
        ? ownMoneyUsed(work, error.neededNanoUsd, itemBudgetUsed(error))
        : ended(Effect.andThen(
          purse.refused(error),
          endings.defer(work.item.slug, "Budget", budgetReached)
        )),
    shareUsed: (work, error) =>
      error.scope === "item"
        ? ownMoneyUsed(work, error.neededNanoUsd, error.message)
        : work.outputTokensMax !== undefined
        ? Effect.succeed("NoWider")
        : ended(endings.defer(work.item.slug, "Share", error.message))
  }
}
