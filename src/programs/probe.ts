// Evidence only: what generating would find and cost, without a model call and without a byte written (I11).
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { canonicalJson } from "../services/Digest.ts"
import { Evidence } from "../services/evidence/Evidence.ts"
import type {
  EvidenceBundle,
  EvidenceFinding,
  EvidenceMiss,
  EvidenceSource
} from "../services/evidence/Evidence.ts"
import type { MissCause } from "../services/evidence/MissCause.ts"
import type { Item } from "../services/items/Item.ts"
import type { ItemSource } from "../services/items/ItemSource.ts"
import { inShard } from "../services/items/InShard.ts"
import type { Shard } from "../services/items/Shard.ts"
import { CurrentJob } from "../services/job/Job.ts"
import { compareInput, loadSettled, isPending } from "../services/master/Settled.ts"
import type { NanoUsd } from "../services/spending/Money.ts"
import { costOf } from "../services/spending/Cost.ts"
import { Prices } from "../services/spending/Prices.ts"
import { promptTokens } from "../services/spending/Tokens.ts"

export interface ProbeOptions {
  readonly source: ItemSource
  readonly shard: Shard
  /** At most this many pending items are looked at. */
  readonly limit: number | undefined
  readonly onItem: (item: ProbedItem) => Effect.Effect<void>
}

/** A source without its text. */
export interface ProbedSource extends Omit<EvidenceSource, "text"> {
  readonly chars: number
}

/** How often sources of a kind came to this, and one of them. */
export interface ProbeCause {
  readonly kind: EvidenceSource["kind"]
  readonly cause: "Found" | MissCause
  readonly count: number
  readonly example: { readonly slug: string; readonly name: string; readonly reason: string }
}

export interface ProbedItem {
  readonly slug: string
  /** `Enough`, or why not: `NotFound`, `ThinEvidence`, `Network`, `Timeout`, or `PromptError`. */
  readonly outcome: string
  /** Where evidence is missing: what the source that decided it came to. */
  readonly missCause?: MissCause
  readonly reason: string
  readonly sources: ReadonlyArray<ProbedSource>
  readonly misses: ReadonlyArray<EvidenceMiss>
  /** Words in the evidence that address the model. */
  readonly findings: ReadonlyArray<EvidenceFinding>
  readonly evidenceChars: number
  /** The base model's prompt, by OpenAI's tokenizer; null for an item that would not be generated. */
  readonly promptTokens: number | null
  /** One call of the base model with an answer as long as the job allows; 0 for an item that would not be generated. */
  readonly maxNanoUsd: NanoUsd
}

export interface ProbeReport {
  readonly input: number
  readonly settled: number
  readonly probed: number
  readonly enough: number
  readonly byOutcome: { readonly [outcome: string]: number }
  /** All sources of all items by kind and by what came of them, the most frequent first. */
  readonly causes: ReadonlyArray<ProbeCause>
  /** Items in whose evidence words address the model. */
  readonly flagged: number
  /** Sources by their language; only of files and pages that were long enough to tell. */
  readonly languages: { readonly [language: string]: number }
  readonly promptTokens: number
  /** If every item with enough evidence took one call of the base model, each answer at its limit. */
  readonly maxNanoUsd: NanoUsd
}

const told = ({ findings, misses, sources }: EvidenceBundle) => ({
  sources: sources.map(({ text, ...source }): ProbedSource => ({ ...source, chars: text.length })),
  misses,
  findings
})

const outcomeOf = ({ outcome, text }: EvidenceBundle) =>
  outcome._tag === "Enough"
    ? { outcome: "Enough", reason: `${text.length} characters of evidence` }
    : {
      outcome: outcome.cause,
      ...(outcome.missCause === undefined ? {} : { missCause: outcome.missCause }),
      reason: outcome.reason
    }

/** Counts what is told of each item; the first of a kind and cause is its example. */
const makeTally = () => {
  const causes = new Map<string, ProbeCause>()
  const languages = new Map<string, number>()
  let flagged = 0
  const count = (
    { kind, name }: Pick<EvidenceMiss, "kind" | "name">,
    cause: ProbeCause["cause"],
    slug: string,
    reason: string
  ): void => {
    const key = `${kind} ${cause}`
    const before = causes.get(key)
    const example = before?.example ?? { slug, name, reason }
    causes.set(key, { kind, cause, count: (before?.count ?? 0) + 1, example })
  }
  return {
    add: ({ findings, misses, slug, sources }: ProbedItem): void => {
      for (const source of sources) {
        count(source, "Found", slug, `${source.chars} characters`)
        const { language } = source
        if (language !== undefined) languages.set(language, (languages.get(language) ?? 0) + 1)
      }
      for (const miss of misses) count(miss, miss.cause, slug, miss.reason)
      if (findings.length > 0) flagged++
    },
    sums: () => ({
      causes: [...causes.values()].sort((a, b) => b.count - a.count),
      flagged,
      languages: Object.fromEntries([...languages].sort(([, a], [, b]) => b - a))
    })
  }
}

/** Gathers for every pending item, reports each, and sums up. Reads the masters and writes nothing. */
export const probe = Effect.fnUntraced(function*(options: ProbeOptions) {
  const job = yield* CurrentJob
  const evidence = yield* Evidence
  const price = yield* (yield* Prices).priceOf(job.rungs[0]?.model ?? "")
  const settled = yield* loadSettled
  const known = yield* compareInput(options.source, settled)
  const schemaJson = canonicalJson(job.outputSchema.schema)

  const look = Effect.fnUntraced(function*(item: Item) {
    const bundle = yield* evidence.gather(item)
    const prompt = yield* Effect.result(job.prompt.render(item, bundle, undefined))
    const isGenerated = prompt._tag === "Success" && bundle.outcome._tag === "Enough"
    const tokens = isGenerated ? yield* promptTokens(prompt.success, schemaJson) : null
    const probed: ProbedItem = {
      slug: item.slug,
      ...(prompt._tag === "Failure"
        ? { outcome: "PromptError", reason: prompt.failure.message }
        : outcomeOf(bundle)),
      ...told(bundle),
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
  const tally = makeTally()
  const count = (probed: ProbedItem): void => {
    sums.probed++
    tally.add(probed)
    sums.byOutcome.set(probed.outcome, (sums.byOutcome.get(probed.outcome) ?? 0) + 1)
    if (probed.outcome !== "Enough") return
    sums.enough++
    sums.promptTokens += probed.promptTokens ?? 0
    sums.maxNanoUsd += probed.maxNanoUsd
  }
  yield* options.source.pick(isPending(settled)).pipe(
    Stream.filter(({ slug }) => inShard(slug, options.shard)),
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
    ...tally.sums(),
    promptTokens: sums.promptTokens,
    maxNanoUsd: sums.maxNanoUsd
  }
  return report
})
