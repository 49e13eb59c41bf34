// First calls that do not fit the budget of their item: of such an item nothing is paid, and it is the setting that is at
// fault. It is put off and not rejected, so that a wrong budget never settles a catalogue.
//
// Once there was one, each untouched item is reckoned before its pages are fetched.
import * as Effect from "effect/Effect"
import { CurrentJob } from "../../services/job/Job.ts"
import type { Item } from "../../services/items/Item.ts"
import { formatUsd } from "../../services/spending/Money.ts"
import type { NanoUsd } from "../../services/spending/Money.ts"
import { counted } from "../counted.ts"
import type { Endings } from "./endings.ts"
import { makeForeseeCall } from "./foreseeCall.ts"
import type { RunContext } from "./RunContext.ts"

export interface FirstCalls {
  /** Puts the item off for its first call, of which this is the worst case. */
  readonly putOff: (slug: string, neededNanoUsd: NanoUsd) => Effect.Effect<void>
  /** Puts an item off of which nothing is paid and whose call will not fit, by what is known; true where it did. */
  readonly meet: (item: Item) => Effect.Effect<boolean>
  /** The work is over: such items are why the run stops here. */
  readonly close: Effect.Effect<void>
}

export const makeFirstCalls = Effect.fnUntraced(
  function*({ control }: RunContext, endings: Endings) {
    const { itemBudgetNanoUsd, rungs } = yield* CurrentJob
    const foreseeCall = yield* makeForeseeCall
    const share = rungs[0]?.budgetShare ?? 1
    const mayTakeNanoUsd = (itemBudgetNanoUsd ?? Infinity) * share
    let items = 0
    let neededNanoUsd = 0

    const putOff: FirstCalls["putOff"] = (slug, nanoUsd) =>
      Effect.suspend(() => {
        items++
        neededNanoUsd = Math.max(neededNanoUsd, nanoUsd)
        const reason = `its first call may cost ${formatUsd(nanoUsd)}, and the budget of an item ` +
          `leaves ${formatUsd(Math.floor(mayTakeNanoUsd))} for it`
        return endings.defer(slug, "ItemBudget", reason)
      })

    const firstCalls: FirstCalls = {
      putOff,
      meet: (item) =>
        items === 0 ? Effect.succeed(false) : Effect.flatMap(
          foreseeCall(item, undefined),
          (call) =>
            call !== undefined && call.nanoUsd > mayTakeNanoUsd
              ? Effect.as(putOff(item.slug, call.nanoUsd), true)
              : Effect.succeed(false)
        ),
      close: Effect.suspend(() =>
        items === 0 ? Effect.void : control.stop({
          _tag: "Budget",
          scope: "item",
          neededNanoUsd: Math.ceil(neededNanoUsd / share),
          detail: `the budget of an item leaves ${formatUsd(Math.floor(mayTakeNanoUsd))} for its ` +
            `first call, and those of ${counted(items, "item")} may cost up to ` +
            `${formatUsd(neededNanoUsd)}; raise --item-budget`
        })
      )
    }
    return firstCalls
  }
)
