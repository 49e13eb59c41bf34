// Why no money was reserved for a call.
import * as Schema from "effect/Schema"
import { formatUsd } from "./Money.ts"

const words = {
  item: { owner: (slug: string) => `item "${slug}"`, flag: "--item-budget" },
  run: { owner: () => "the run", flag: "--budget" },
  total: { owner: () => "the data directory", flag: "--total-budget" }
}

/** The worst case of the next call does not fit. Nothing was reserved. */
export class BudgetReached extends Schema.TaggedError<BudgetReached>()("BudgetReached", {
  scope: Schema.Literals(["item", "run", "total"]),
  slug: Schema.String,
  budgetNanoUsd: Schema.Int,
  spentNanoUsd: Schema.Int,
  reservedNanoUsd: Schema.Int,
  neededNanoUsd: Schema.Int
}) {
  override get message(): string {
    const { flag, owner } = words[this.scope]
    return `the budget of ${owner(this.slug)} is reached: ${formatUsd(this.spentNanoUsd)} of ${
      formatUsd(this.budgetNanoUsd)
    } are spent, the next call of "${this.slug}" may cost ${
      formatUsd(this.neededNanoUsd)
    }; raise ${flag} to go on`
  }
}

/** The wait for money was given up for another reason than money. Nothing was reserved. */
export class Withdrawn extends Schema.TaggedError<Withdrawn>()("Withdrawn", {
  slug: Schema.String
}) {}
