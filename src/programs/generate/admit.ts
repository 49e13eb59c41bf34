// What a run is refused for before anything is made or spent: settings that would fail every item of its input.
import * as Effect from "effect/Effect"
import { pricedRungs } from "../../services/generation/PricedRungs.ts"
import type { ItemSource } from "../../services/items/ItemSource.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import { JobError } from "../../services/job/JobError.ts"
import type { JobFault } from "../../services/job/JobError.ts"
import { formatUsd } from "../../services/spending/Money.ts"
import { unknownColumns, unknownVariables } from "../validate/columnFaults.ts"

/** An item's budget, or the base model's share of it, that no first call fits. */
const itemBudgetFaults = Effect.gen(function*() {
  const { itemBudgetNanoUsd } = yield* CurrentJob
  const [base] = yield* pricedRungs
  if (itemBudgetNanoUsd === null || base === undefined) return []
  const smallest = base.worstOf([]).nanoUsd
  const share = base.budgetShare ?? 1
  if (smallest <= itemBudgetNanoUsd * share) return []
  const fault: JobFault = {
    file: "job",
    line: 0,
    key: "budget.itemUsd",
    message: `leaves ${formatUsd(Math.floor(itemBudgetNanoUsd * share))} for the first call of ` +
      `an item, and one of ${base.model} may cost ${formatUsd(smallest)} before its prompt is ` +
      `counted; raise it (--item-budget)${share < 1 ? " or models.base.budgetShare" : ""}, or ` +
      `lower models.base.maxOutputTokens, which is ${base.outputTokensMax}`
  }
  return [fault]
})

/** Fails with a `JobError` of all faults. Calls nobody and writes nothing. */
export const admit = Effect.fnUntraced(function*(source: ItemSource) {
  const job = yield* CurrentJob
  const faults = [
    ...(yield* unknownColumns(job, source)),
    ...(yield* unknownVariables(job, source)),
    ...(yield* itemBudgetFaults)
  ]
  if (faults.length > 0) return yield* new JobError({ faults })
})
