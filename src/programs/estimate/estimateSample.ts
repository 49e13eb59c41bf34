// An estimate by doing: a sample of the pending items is written for real, by the ordinary durable path, and what it
// cost is extrapolated to the rest. What passes is kept; nothing of it is done, or paid, again.
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Item } from "../../services/items/Item.ts"
import type { ItemSource } from "../../services/items/ItemSource.ts"
import { inShard } from "../../services/items/InShard.ts"
import { wholeInput } from "../../services/items/Shard.ts"
import { readItemCosts } from "../../services/journal/ItemCosts.ts"
import { loadSettled, settledAs } from "../../services/master/Settled.ts"
import type { NanoUsd } from "../../services/spending/Money.ts"
import { meanError, summarise } from "../../services/Statistics.ts"
import { generate } from "../generate/generate.ts"
import type { GenerateOptions } from "../generate/generate.ts"
import { recordRun } from "../generate/recordRun.ts"
import type { RunReport } from "../generate/RunEvent.ts"
import { makeSampler } from "./sampleOf.ts"

export interface SampleOptions extends Omit<GenerateOptions, "limit" | "plan"> {
  /** Items to write. */
  readonly sample: number
}

export interface SampleReport {
  /** The run that wrote the sample. */
  readonly run: RunReport
  readonly pendingBefore: number
  /** Items of the sample that were settled, what they cost, and what one cost. */
  readonly settled: number
  readonly spentNanoUsd: NanoUsd
  readonly perItemNanoUsd: NanoUsd
  /** For the items that are left, with 95 % confidence. Null where too few were settled to tell. */
  readonly rest: {
    readonly items: number
    readonly expectedNanoUsd: NanoUsd
    readonly lowNanoUsd: NanoUsd
    readonly highNanoUsd: NanoUsd
  } | null
}

/** From the costs of items drawn by lot to what the others will come to. Pure. */
export const extrapolate = (
  costsNanoUsd: ReadonlyArray<NanoUsd>,
  population: number
): SampleReport["rest"] => {
  const drawn = summarise(costsNanoUsd)
  const error = meanError(drawn, population)
  if (!Number.isFinite(error)) return null
  const spent = costsNanoUsd.reduce((sum, cost) => sum + cost, 0)
  const restOf = (mean: number) => Math.max(0, Math.round(mean * population - spent))
  return {
    items: population - drawn.count,
    expectedNanoUsd: restOf(drawn.mean),
    lowNanoUsd: restOf(drawn.mean - error),
    highNanoUsd: restOf(drawn.mean + error)
  }
}

const choose = Effect.fnUntraced(function*({ sample, shard = wholeInput, source }: SampleOptions) {
  const settled = yield* loadSettled
  const sampler = makeSampler(sample, "sample")
  let pending = 0
  const visit = (item: Item): void => {
    pending++
    sampler.add(item)
  }
  yield* source.items.pipe(
    Stream.filter(({ slug }) => inShard(slug, shard) && settledAs(settled, slug) === undefined),
    Stream.runForEach((item) => Effect.sync(() => visit(item)))
  )
  return { pending, slugs: new Set(sampler.items().map(({ slug }) => slug)) }
})

/** Requires what `generate` does; its run is an ordinary one, of some items only. */
export const estimateSample = Effect.fnUntraced(function*(options: SampleOptions) {
  const { sample: _, ...rest } = options
  const { pending, slugs } = yield* choose(options)
  const source: ItemSource = {
    ...options.source,
    items: Stream.filter(options.source.items, ({ slug }) => slugs.has(slug))
  }
  const ended = new Set<string>()
  const run = yield* recordRun(
    options.shard ?? wholeInput,
    generate({
      ...rest,
      source,
      limit: slugs.size,
      onEvent: (event) =>
        Effect.andThen(
          Effect.sync(() => {
            if (event.event === "accepted" || event.event === "rejected") ended.add(event.slug)
          }),
          options.onEvent?.(event) ?? Effect.void
        )
    })
  )
  const costs = yield* readItemCosts(run.runId)
  const drawn = [...ended].map((slug) => costs.get(slug) ?? 0)
  const spentNanoUsd = drawn.reduce((sum, cost) => sum + cost, 0)
  const report: SampleReport = {
    run,
    pendingBefore: pending,
    settled: ended.size,
    spentNanoUsd,
    perItemNanoUsd: Math.round(spentNanoUsd / Math.max(1, ended.size)),
    rest: extrapolate(drawn, pending)
  }
  return report
})
