// An estimate by doing: a sample of the pending items is written for real, by the ordinary durable path, and the rest is
// estimated by what its calls were like. What passes is kept; nothing of it is done, or paid, again.
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Item } from "../../services/items/Item.ts"
import type { ItemSource } from "../../services/items/ItemSource.ts"
import { inShard } from "../../services/items/InShard.ts"
import { wholeInput } from "../../services/items/Shard.ts"
import { readItemCosts } from "../../services/journal/ItemCosts.ts"
import { loadSettled, isPending } from "../../services/master/Settled.ts"
import type { NanoUsd } from "../../services/spending/Money.ts"
import { generate } from "../generate/generate.ts"
import type { GenerateOptions } from "../generate/generate.ts"
import { recordRun } from "../generate/recordRun.ts"
import type { RunReport } from "../generate/RunEvent.ts"
import { estimate } from "./estimate.ts"
import type { EstimateReport } from "./estimate.ts"
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
  /** For the items that are left, with 95 % confidence. Null where no answer says anything of them. */
  readonly rest: {
    readonly items: number
    readonly expectedNanoUsd: NanoUsd
    readonly lowNanoUsd: NanoUsd
    readonly highNanoUsd: NanoUsd
  } | null
}

/** The cost of one item says little where a dear rung takes one of ten: the rest is played through, rung by rung. */
const restOf = ({ expectedNanoUsd, highNanoUsd, lowNanoUsd, rungs, toDo }: EstimateReport) =>
  rungs.some(({ answersSeen }) => answersSeen > 0)
    ? { items: toDo, expectedNanoUsd, lowNanoUsd, highNanoUsd }
    : null

/** Of the rest so many prompts are counted. */
const promptsMax = 100

const choose = Effect.fnUntraced(function*({ sample, shard = wholeInput, source }: SampleOptions) {
  const settled = yield* loadSettled
  const sampler = makeSampler<string>(sample, "sample")
  let pending = 0
  const visit = (item: Item): void => {
    pending++
    sampler.add(item.slug, item.slug)
  }
  yield* source.pick(isPending(settled)).pipe(
    Stream.filter(({ slug }) => inShard(slug, shard)),
    Stream.runForEach((item) => Effect.sync(() => visit(item)))
  )
  return { pending, slugs: new Set(sampler.chosen()) }
})

/** Requires what `generate` does; its run is an ordinary one, of some items only. */
export const estimateSample = Effect.fnUntraced(function*(options: SampleOptions) {
  const { sample: _, ...wish } = options
  const { pending, slugs } = yield* choose(options)
  const isChosen = ({ slug }: Item): boolean => slugs.has(slug)
  const source: ItemSource = {
    ...options.source,
    items: Stream.filter(options.source.items, isChosen),
    pick: (isPicked) => Stream.filter(options.source.pick(isPicked), isChosen)
  }
  const ended = new Set<string>()
  const run = yield* recordRun(
    options.shard ?? wholeInput,
    generate({
      ...wish,
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
  const { shard = wholeInput } = options
  // Whoever stopped the run does not wait for pages of the rest.
  const rest = run.stop === null || run.stop._tag === "Budget"
    ? restOf(yield* estimate({ source: options.source, shard, promptsMax }))
    : null
  const report: SampleReport = {
    run,
    pendingBefore: pending,
    settled: ended.size,
    spentNanoUsd,
    perItemNanoUsd: Math.round(spentNanoUsd / Math.max(1, ended.size)),
    rest
  }
  return report
})
