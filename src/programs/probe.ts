// Evidence only: what generating would find and cost, without a model call and without a byte written (I11).
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { canonicalJson } from "../services/Digest.ts"
import { Evidence } from "../services/evidence/Evidence.ts"
import type { Item } from "../services/items/Item.ts"
import type { ItemSource } from "../services/items/ItemSource.ts"
import { inShard } from "../services/items/InShard.ts"
import type { Shard } from "../services/items/Shard.ts"
import { CurrentJob } from "../services/job/Job.ts"
import { countSettled, loadSettled, settledAs } from "../services/master/Settled.ts"
import type { NanoUsd } from "../services/spending/Money.ts"
import { costOf, Prices } from "../services/spending/Prices.ts"
import { promptTokens } from "../services/spending/Tokens.ts"

export interface ProbeOptions {
  readonly source: ItemSource
  readonly shard: Shard
  /** At most this many pending items are looked at. */
  readonly limit: number | undefined
  readonly onItem: (item: ProbedItem) => Effect.Effect<void>
}

export interface ProbedItem {
  readonly slug: string
  /** `Enough`, or why not: `NotFound`, `ThinEvidence`, `Network`, `Timeout`, or `PromptError`. */
  readonly outcome: string
  readonly reason: string
  readonly sources: ReadonlyArray<
    { readonly kind: string; readonly name: string; readonly chars: number }
  >
  readonly misses: ReadonlyArray<
    {
      readonly kind: string
      readonly name: string
      readonly cause: string
      readonly reason: string
    }
  >
  readonly evidenceChars: number
  /** The base model's prompt, by OpenAI's tokenizer; null where none could be rendered. */
  readonly promptTokens: number | null
  /** One call of the base model with an answer as long as the job allows. */
  readonly maxNanoUsd: NanoUsd
}

export interface ProbeReport {
  readonly input: number
  readonly settled: number
  readonly probed: number
  readonly enough: number
  readonly byOutcome: { readonly [outcome: string]: number }
  readonly promptTokens: number
  /** If every item with enough evidence took one call of the base model, each answer at its limit. */
  readonly maxNanoUsd: NanoUsd
}

/** Gathers for every pending item, reports each, and sums up. Reads the masters and writes nothing. */
export const probe = Effect.fnUntraced(function*(options: ProbeOptions) {
  const job = yield* CurrentJob
  const evidence = yield* Evidence
  const price = yield* (yield* Prices).priceOf(job.rungs[0]?.model ?? "")
  const settled = yield* loadSettled
  const known = countSettled(options.source.slugs, settled)
  const schemaJson = canonicalJson(job.outputSchema.schema)

  const look = Effect.fnUntraced(function*(item: Item) {
    const bundle = yield* evidence.gather(item)
    const prompt = yield* Effect.result(job.prompt.render(item, bundle, undefined))
    const tokens = prompt._tag === "Success"
      ? yield* promptTokens(prompt.success, schemaJson)
      : null
    const outcome = prompt._tag === "Failure"
      ? { name: "PromptError", reason: prompt.failure.message }
      : bundle.outcome._tag === "Enough"
      ? { name: "Enough", reason: `${bundle.text.length} characters of evidence` }
      : { name: bundle.outcome.cause, reason: bundle.outcome.reason }
    const probed: ProbedItem = {
      slug: item.slug,
      outcome: outcome.name,
      reason: outcome.reason,
      sources: bundle.sources.map(({ kind, name, text }) => ({ kind, name, chars: text.length })),
      misses: bundle.misses,
      evidenceChars: bundle.text.length,
      promptTokens: tokens,
      maxNanoUsd: costOf(price, {
        inputTokens: tokens ?? 0,
        cachedInputTokens: 0,
        outputTokens: tokens === null ? 0 : job.rungs[0]?.outputTokensMax ?? 0,
        reasoningTokens: 0
      })
    }
    return probed
  })

  const sums = {
    probed: 0,
    enough: 0,
    promptTokens: 0,
    maxNanoUsd: 0,
    byOutcome: new Map<string, number>()
  }
  const count = (probed: ProbedItem): void => {
    sums.probed++
    sums.byOutcome.set(probed.outcome, (sums.byOutcome.get(probed.outcome) ?? 0) + 1)
    if (probed.outcome !== "Enough") return
    sums.enough++
    sums.promptTokens += probed.promptTokens ?? 0
    sums.maxNanoUsd += probed.maxNanoUsd
  }
  yield* options.source.items.pipe(
    Stream.filter((item) =>
      inShard(item.slug, options.shard) && settledAs(settled, item.slug) === undefined
    ),
    options.limit === undefined ? (stream) => stream : Stream.take(options.limit),
    // In the input's order, so that two reports can be laid side by side.
    Stream.mapEffect(look, { concurrency: job.concurrency }),
    Stream.runForEach((probed) =>
      Effect.andThen(Effect.sync(() => count(probed)), options.onItem(probed))
    )
  )
  const report: ProbeReport = {
    input: options.source.count,
    settled: known.accepted + known.rejected,
    probed: sums.probed,
    enough: sums.enough,
    byOutcome: Object.fromEntries(sums.byOutcome),
    promptTokens: sums.promptTokens,
    maxNanoUsd: sums.maxNanoUsd
  }
  return report
})
