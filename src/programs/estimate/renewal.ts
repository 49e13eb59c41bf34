// What writing stale records anew may cost: estimated like any run, from what is known without asking for pages.
import * as Effect from "effect/Effect"
import type { ItemSource } from "../../services/items/ItemSource.ts"
import { wholeInput } from "../../services/items/Shard.ts"
import { loadSettled } from "../../services/master/Settled.ts"
import type { StandingRecord } from "../../services/master/StandingRecords.ts"
import { stalePass } from "../generate/Plan.ts"
import { estimatePasses } from "./estimate.ts"
import type { EstimateReport } from "./estimate.ts"

export type RenewalEstimate = Pick<
  EstimateReport,
  "expectedNanoUsd" | "lowNanoUsd" | "highNanoUsd"
>

const promptsMax = 50

/** Undefined where no prompt can be counted, since no page of the items is kept, or a model has no known price. */
export const estimateRenewal = Effect.fnUntraced(function*(
  source: ItemSource,
  stale: ReadonlyMap<string, StandingRecord>
) {
  const { pass, reopened } = stalePass(stale)
  const options = { source, shard: wholeInput, promptsMax }
  const { expectedNanoUsd, highNanoUsd, lowNanoUsd, prompts } = yield* estimatePasses(
    options,
    yield* loadSettled,
    { passes: [pass], reopened }
  )
  const found: RenewalEstimate = { expectedNanoUsd, lowNanoUsd, highNanoUsd }
  return prompts.counted === 0 ? undefined : found
}, Effect.catchTag("UnknownPrice", () => Effect.undefined))
