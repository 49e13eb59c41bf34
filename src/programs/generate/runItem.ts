// One item of a pass, from its begin to whatever becomes of it, with everything that must hold then.
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { Item } from "../../services/items/Item.ts"
import type { ItemHistory } from "../../services/journal/ItemHistory.ts"
import type { Replay } from "../../services/journal/JournalReplay.ts"
import { Budget } from "../../services/spending/Budget.ts"
import type { Endings } from "./endings.ts"
import type { RunContext } from "./RunContext.ts"
import type { SettleItem } from "./settleItem.ts"
import type { TakeUp } from "./TakeUp.ts"
import { stopOnDefect, stopOnStorage } from "./watch.ts"

export interface TakenUp {
  readonly item: Item
  readonly takeUp: TakeUp
}

/** An answer for the item is paid and not judged. */
export const isOwed = (history: ItemHistory | undefined): boolean =>
  (history?.unjudged.length ?? 0) > 0

/** Does nothing where the item is not to be begun any more. */
export type RunItem = (taken: TakenUp, mayBegin: () => boolean) => Effect.Effect<void>

export const makeRunItem = Effect.fnUntraced(function*(
  { control, emit, purse, tally }: RunContext,
  endings: Endings,
  settleItem: SettleItem,
  history: Replay["history"]
) {
  const budget = yield* Budget
  /** Nothing is paid for the item that would be lost, and its next call would not fit what money is left. */
  const isTooDear = ({ item, takeUp }: TakenUp): Effect.Effect<boolean> => {
    const past = history.get(item.slug)
    return takeUp._tag !== "Pending" || isOwed(past)
      ? Effect.succeed(false)
      : Effect.map(purse.mayFit(item, past), (fits) => !fits)
  }
  const begin = ({ item, takeUp }: TakenUp, mayBegin: () => boolean): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (control.isClosed() || !mayBegin()) return Effect.void
      if (control.isSpent() && !isOwed(history.get(item.slug))) return Effect.void
      tally.begun++
      tally.open++
      const leave = Effect.sync(() => void tally.open--)
      return emit({ event: "begun", slug: item.slug }).pipe(
        Effect.andThen(settleItem(item, history.get(item.slug), takeUp)),
        Effect.catch((error) =>
          Effect.andThen(
            stopOnStorage(control, error),
            endings.defer(item.slug, "Stopping", error.message)
          )
        ),
        Effect.catchCauseIf(Cause.hasDies, (cause) =>
          Effect.andThen(
            stopOnDefect(control, cause),
            endings.defer(item.slug, "Stopping", String(Cause.squash(cause)))
          )),
        Effect.ensuring(Effect.andThen(budget.release(item.slug), leave))
      )
    })
  const runItem: RunItem = (taken, mayBegin) =>
    Effect.flatMap(
      isTooDear(taken),
      (tooDear) => tooDear ? Effect.void : begin(taken, mayBegin)
    )
  return runItem
})
