// What an item's next call may cost, by what is known of the item without asking anyone.
import * as Effect from "effect/Effect"
import { KnownEvidence } from "../../services/evidence/KnownEvidence.ts"
import { pricedRungs } from "../../services/generation/PricedRungs.ts"
import type { Item } from "../../services/items/Item.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import type { ItemHistory } from "../../services/journal/ItemHistory.ts"
import type { NanoUsd } from "../../services/spending/Money.ts"
import { rungAfter } from "./ladder.ts"

export interface ForeseenCall {
  /** Its worst case; at least that where the item is known in part. */
  readonly nanoUsd: NanoUsd
  /** A page of the item is not kept: only fetching it tells what the call may cost. */
  readonly isPartial: boolean
}

/** Undefined where it cannot be told which call comes next, or whether one does. */
export type ForeseeCall = (
  item: Item,
  history: ItemHistory | undefined
) => Effect.Effect<ForeseenCall | undefined>

export const makeForeseeCall = Effect.gen(function*() {
  const job = yield* CurrentJob
  const known = yield* KnownEvidence
  const rungs = yield* pricedRungs
  const foreseeCall: ForeseeCall = Effect.fnUntraced(function*(item, history) {
    const rejection = history?.rejection
    // One that was cut off may be written again with more room, or climb.
    if (rejection?.cause === "Truncated") return undefined
    const rung = rungs[rejection === undefined ? 0 : rungAfter(job, rejection) ?? -1]
    if (rung === undefined) return undefined
    const { bundle, isPartial } = yield* known.gather(item)
    const retake = rejection === undefined
      ? undefined
      : { draft: rejection.answer.completion.text, findings: rejection.findings }
    const rendered = yield* Effect.result(job.prompt.render(item, bundle, retake))
    if (rendered._tag === "Failure") return undefined
    return { nanoUsd: rung.worstOf(rendered.success).nanoUsd, isPartial }
  })
  return foreseeCall
})
