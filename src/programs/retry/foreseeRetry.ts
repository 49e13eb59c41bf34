// What a retry would take up, by cause, without taking anything up: reads the masters and writes nothing.
import * as Effect from "effect/Effect"
import { nearestOf } from "../../services/Nearest.ts"
import type { ItemSource } from "../../services/items/ItemSource.ts"
import { inShard } from "../../services/items/InShard.ts"
import type { Shard } from "../../services/items/Shard.ts"
import { loadSettled, settledAs } from "../../services/master/Settled.ts"
import { loadStandingRejects } from "../../services/master/StandingRejects.ts"
import { phaseOf } from "./Phase.ts"
import type { Phase } from "./Phase.ts"
import { nameOf } from "./RetryCause.ts"
import { choose } from "./RetryChoice.ts"
import type { RetryChoice } from "./RetryChoice.ts"

export interface RetryForecast {
  /** Rejected items of the input, of the shard. */
  readonly rejected: number
  readonly taken: number
  /** They were asked for, but taken up as often as is allowed before. */
  readonly exhausted: number
  readonly byCause: ReadonlyArray<{
    /** With what the source that decided it came to, where evidence was missing: `ThinEvidence/Blocked`. */
    readonly cause: string
    /** Null for a cause that is retried only when it is named. */
    readonly phase: Phase | null
    readonly rejected: number
    readonly taken: number
    readonly exhausted: number
  }>
  /** Slugs that were named and are not rejected: what they are instead. */
  readonly notRejected: ReadonlyArray<{
    readonly slug: string
    readonly state: "accepted" | "pending" | "unknown"
    /** Rejected slugs that are written alike, for one that is unknown. */
    readonly nearest: ReadonlyArray<string>
  }>
}

const nearestMax = 3

export const foreseeRetry = Effect.fnUntraced(function*(
  source: ItemSource,
  choice: RetryChoice,
  timesMax: number,
  shard: Shard
) {
  const settled = yield* loadSettled
  const input = yield* source.slugs
  const rejects = yield* loadStandingRejects(settled)
  const counts = new Map<string, { phase: Phase | null; rejected: number } & Totals>()
  const total: Totals & { rejected: number } = { rejected: 0, taken: 0, exhausted: 0 }
  for (const [slug, reject] of rejects) {
    if (input.get(slug) === undefined || !inShard(slug, shard)) continue
    const cause = nameOf(reject)
    let count = counts.get(cause)
    if (count === undefined) {
      count = { phase: phaseOf(reject) ?? null, rejected: 0, taken: 0, exhausted: 0 }
      counts.set(cause, count)
    }
    const chosen = choose(choice, slug, reject, timesMax)
    for (const each of [count, total]) {
      each.rejected++
      if (chosen === "Taken") each.taken++
      if (chosen === "Exhausted") each.exhausted++
    }
  }
  const notRejected = choice.slugs.filter((slug) => settledAs(settled, slug) !== "rejected")
  const forecast: RetryForecast = {
    ...total,
    byCause: [...counts].map(([cause, count]) => ({ cause, ...count })),
    notRejected: notRejected.map((slug) => {
      const state = settledAs(settled, slug) === "accepted"
        ? "accepted"
        : input.get(slug) === undefined
        ? "unknown"
        : "pending"
      return {
        slug,
        state,
        nearest: state === "unknown" ? nearestOf(slug, rejects.keys(), nearestMax) : []
      }
    })
  }
  return forecast
})

interface Totals {
  taken: number
  exhausted: number
}
