// What a rung may take of the budgets where the job gives it only a share, and the judge's own budget: reserved before a
// call, settled after it.
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import type { Job } from "../job/Job.ts"
import type { BudgetState } from "../spending/Budget.ts"
import { formatUsd } from "../spending/Money.ts"
import type { NanoUsd } from "../spending/Money.ts"
import { mayBeBilled } from "./Llm.ts"
import type { LlmError } from "./Llm.ts"

/** The next call does not fit into the share of its rung, or into the judge's budget. Nothing was reserved. */
export class ShareReached extends Schema.TaggedError<ShareReached>()("ShareReached", {
  scope: Schema.Literals(["item", "run", "judge"]),
  model: Schema.String,
  shareNanoUsd: Schema.Number,
  spentNanoUsd: Schema.Number,
  neededNanoUsd: Schema.Number
}) {
  override get message(): string {
    const whose = this.scope === "item"
      ? "of the item's budget"
      : this.scope === "run"
      ? "of what the run may spend"
      : "as the run's judge"
    return `${this.model} may take ${formatUsd(Math.floor(this.shareNanoUsd))} ${whose}: ${
      formatUsd(this.spentNanoUsd)
    } are spent, the next call may cost ${formatUsd(this.neededNanoUsd)}; raise ${
      this.scope === "judge" ? "judge.runUsd" : "its budgetShare"
    } in inkfast.yaml`
  }
}

export interface ShareRequest {
  /** The judge's is the one above all others. */
  readonly rung: number
  /** The call's worst case. */
  readonly nanoUsd: NanoUsd
  /** What the item's calls on this rung have cost before. */
  readonly itemSpentNanoUsd: NanoUsd
}

export interface RungShares {
  /**
   * Runs the call, uninterruptible but for its own waits, with its worst case reserved in the rung's share. Waits where
   * only calls in flight stand in its way.
   */
  readonly within: <
    A extends { readonly costNanoUsd: NanoUsd },
    E extends { readonly _tag: string }
  >(
    request: ShareRequest,
    call: Effect.Effect<A, E | LlmError>
  ) => Effect.Effect<A, E | LlmError | ShareReached>
}

interface Purse {
  readonly model: string
  readonly scope: "run" | "judge"
  readonly runMax: (budgets: BudgetState) => number
  readonly itemMax: number
  spentNanoUsd: NanoUsd
  reservedNanoUsd: NanoUsd
  readonly waiting: Set<() => void>
}

const ofBudget = (share: number, budget: NanoUsd | null): number =>
  budget === null ? Number.POSITIVE_INFINITY : share * budget

/** What the run may spend: its own budget, or what other runs leave it of the data directory's if that is less. */
const runMaxOf = ({ budgetNanoUsd, spentNanoUsd, total }: BudgetState): number =>
  Math.min(
    budgetNanoUsd ?? Number.POSITIVE_INFINITY,
    total === null
      ? Number.POSITIVE_INFINITY
      : total.budgetNanoUsd - (total.spentNanoUsd - spentNanoUsd)
  )

const isLlmError = (error: { readonly _tag: string }): error is LlmError =>
  error._tag === "LlmError"

/** A call that was cut off counts as a whole, like one that broke: it may have been billed. */
const costOf = (
  exit: Exit.Exit<{ readonly costNanoUsd: NanoUsd }, { readonly _tag: string }>,
  nanoUsd: NanoUsd
): NanoUsd => {
  if (Exit.isSuccess(exit)) return exit.value.costNanoUsd
  const failure = exit.cause.reasons.find((reason) => reason._tag === "Fail")
  if (failure === undefined) return nanoUsd
  return isLlmError(failure.error) && mayBeBilled(failure.error.reason) ? nanoUsd : 0
}

/** `state`: of the budgets, as they stand. */
export const makeRungShares = (
  { itemBudgetNanoUsd, judge, rungs }: Job,
  state: Effect.Effect<BudgetState>
): RungShares => {
  const purses = rungs.map(({ budgetShare, model }): Purse | undefined =>
    budgetShare === null ? undefined : {
      model,
      scope: "run",
      runMax: (budgets) => budgetShare * runMaxOf(budgets),
      itemMax: ofBudget(budgetShare, itemBudgetNanoUsd),
      spentNanoUsd: 0,
      reservedNanoUsd: 0,
      waiting: new Set()
    }
  )
  if (judge !== null) {
    purses.push({
      model: judge.rung.model,
      scope: "judge",
      runMax: () => judge.runBudgetNanoUsd,
      itemMax: Number.POSITIVE_INFINITY,
      spentNanoUsd: 0,
      reservedNanoUsd: 0,
      waiting: new Set()
    })
  }

  const changed = (purse: Purse): Effect.Effect<void> =>
    Effect.interruptible(Effect.callback((resume) => {
      const waiter = () => resume(Effect.void)
      purse.waiting.add(waiter)
      return Effect.sync(() => void purse.waiting.delete(waiter))
    }))

  const reserve = (purse: Purse, request: ShareRequest): Effect.Effect<void, ShareReached> =>
    Effect.flatMap(state, (budgets) => {
      const { itemSpentNanoUsd, nanoUsd } = request
      const runMax = purse.runMax(budgets)
      const reached = (scope: ShareReached["scope"], shareNanoUsd: number, spentNanoUsd: NanoUsd) =>
        Effect.fail(
          new ShareReached({
            scope,
            model: purse.model,
            shareNanoUsd,
            spentNanoUsd,
            neededNanoUsd: nanoUsd
          })
        )
      if (itemSpentNanoUsd + nanoUsd > purse.itemMax) {
        return reached("item", purse.itemMax, itemSpentNanoUsd)
      }
      if (purse.spentNanoUsd + nanoUsd > runMax) {
        return reached(purse.scope, runMax, purse.spentNanoUsd)
      }
      if (purse.spentNanoUsd + purse.reservedNanoUsd + nanoUsd > runMax) {
        return Effect.andThen(changed(purse), reserve(purse, request))
      }
      purse.reservedNanoUsd += nanoUsd
      return Effect.void
    })

  const settle = (purse: Purse, nanoUsd: NanoUsd, costNanoUsd: NanoUsd): void => {
    purse.reservedNanoUsd -= nanoUsd
    purse.spentNanoUsd += costNanoUsd
    const waiting = [...purse.waiting]
    purse.waiting.clear()
    for (const resume of waiting) resume()
  }

  return {
    within: (request, call) => {
      const purse = purses[request.rung]
      if (purse === undefined) return call
      const { nanoUsd } = request
      return Effect.uninterruptible(Effect.andThen(
        reserve(purse, request),
        Effect.onExit(
          call,
          (exit) => Effect.sync(() => settle(purse, nanoUsd, costOf(exit, nanoUsd)))
        )
      ))
    }
  }
}
