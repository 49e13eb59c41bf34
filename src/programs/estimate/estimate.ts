// What writing the pending items will take and cost: from their own prompts, the job's prices and what the journals tell
// of earlier calls. Without a model call, and without a byte written (I11).
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { canonicalJson } from "../../services/Digest.ts"
import { Evidence } from "../../services/evidence/Evidence.ts"
import type { Item } from "../../services/items/Item.ts"
import type { ItemSource } from "../../services/items/ItemSource.ts"
import { inShard } from "../../services/items/InShard.ts"
import type { Shard } from "../../services/items/Shard.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import { readCallHistory } from "../../services/journal/CallHistory.ts"
import { replayJournals } from "../../services/journal/JournalReplay.ts"
import type { ItemHistory, Replay } from "../../services/journal/JournalReplay.ts"
import { countSettled, isTakenUp, loadSettled, settledAs } from "../../services/master/Settled.ts"
import type { NanoUsd } from "../../services/spending/Money.ts"
import { Prices } from "../../services/spending/Prices.ts"
import { promptTokens } from "../../services/spending/Tokens.ts"
import { meanError, shareInterval, summarise } from "../../services/Statistics.ts"
import { figuresOf, project } from "./project.ts"
import type { RungProspect } from "./project.ts"
import { makeSampler } from "./sampleOf.ts"

export interface EstimateOptions {
  readonly source: ItemSource
  readonly shard: Shard
  /** Prompts rendered and counted; of more pending items a sample is taken. */
  readonly promptsMax: number
}

export interface RungEstimate {
  readonly rung: number
  readonly model: string
  /** Answers of the model in the journals; 0: what it will do is assumed. */
  readonly answersSeen: number
  /** Of answers that are judged. */
  readonly passShare: number
  readonly outputTokensPerAnswer: number
  readonly expected: RungProspect
  readonly high: RungProspect
}

export interface EstimateReport {
  readonly input: number
  readonly settled: number
  readonly toDo: number
  /** Answers that are paid and not judged: their items cost nothing more if they pass. */
  readonly reused: {
    readonly answers: number
    readonly items: number
    readonly paidNanoUsd: NanoUsd
  }
  /** Items that go on with a draft that was rejected before. */
  readonly withDraft: number
  /** Of the first prompts, by OpenAI's tokenizer. */
  readonly prompts: {
    /** Items looked at, of so many; and prompts counted, of those with enough evidence. */
    readonly looked: number
    readonly of: number
    readonly counted: number
    readonly tokensMean: number
    /** What the mean may be off by, with 95 % confidence, as a part of it; 0 where all were counted. */
    readonly error: number
    /** Items with enough evidence to be written; the others end without a call. */
    readonly enoughShare: number
  }
  readonly rungs: ReadonlyArray<RungEstimate>
  readonly expectedNanoUsd: NanoUsd
  readonly highNanoUsd: NanoUsd
  /** Over all runs so far. */
  readonly spentNanoUsd: NanoUsd
  readonly atRiskNanoUsd: NanoUsd
  readonly budgets: {
    readonly runNanoUsd: NanoUsd | null
    readonly totalNanoUsd: NanoUsd | null
  }
}

/** The pending items counted by what they need next, and a sample of those that need a first prompt. */
const survey = Effect.fnUntraced(function*(
  options: EstimateOptions,
  isPending: (slug: string) => boolean,
  history: Replay["history"],
  rungCount: number
) {
  const sampler = makeSampler(options.promptsMax, "prompt")
  const counts = {
    toDo: 0,
    fresh: 0,
    startingAt: Array.from({ length: rungCount }, () => 0),
    toJudgeAt: Array.from({ length: rungCount }, () => 0),
    reused: { answers: 0, items: 0, paidNanoUsd: 0 },
    withDraft: 0
  }
  const judged = ({ unjudged }: ItemHistory): void => {
    const rung = Math.max(...unjudged.map((answer) => answer.rung))
    counts.toJudgeAt[rung] = (counts.toJudgeAt[rung] ?? 0) + 1
    counts.reused.items++
    counts.reused.answers += unjudged.length
    counts.reused.paidNanoUsd += unjudged.reduce((sum, answer) => sum + answer.costNanoUsd, 0)
  }
  const visit = (item: Item): void => {
    counts.toDo++
    const past = history.get(item.slug)
    sampler.add(item)
    if (past !== undefined && past.unjudged.length > 0) return judged(past)
    if (past?.rejection === undefined) {
      counts.fresh++
      return
    }
    counts.withDraft++
    const next = past.rejection.answer.rung + 1
    if (next < rungCount) counts.startingAt[next] = (counts.startingAt[next] ?? 0) + 1
  }
  yield* options.source.items.pipe(
    Stream.filter(({ slug }) => inShard(slug, options.shard) && isPending(slug)),
    Stream.runForEach((item) => Effect.sync(() => visit(item)))
  )
  return { ...counts, sample: sampler.items() }
})

/** Evidence gathered and prompts rendered for the sample: their tokens, and how many have enough to be written from. */
const countPrompts = Effect.fnUntraced(function*(sample: ReadonlyArray<Item>) {
  const job = yield* CurrentJob
  const evidence = yield* Evidence
  const schemaJson = canonicalJson(job.outputSchema.schema)
  const counted = yield* Effect.forEach(sample, (item) =>
    Effect.gen(function*() {
      const bundle = yield* evidence.gather(item)
      if (bundle.outcome._tag !== "Enough") return undefined
      const prompt = yield* Effect.result(job.prompt.render(item, bundle, undefined))
      return prompt._tag === "Failure"
        ? undefined
        : yield* promptTokens(prompt.success, schemaJson)
    }), { concurrency: job.concurrency })
  return counted.filter((tokens) => tokens !== undefined)
})

/** Looks, counts and reckons. Reads the masters, the journals and the evidence, and writes nothing. */
export const estimate = Effect.fnUntraced(function*(options: EstimateOptions) {
  const job = yield* CurrentJob
  const prices = yield* Prices
  const rungs = yield* Effect.forEach(
    job.rungs,
    (rung) => Effect.map(prices.priceOf(rung.model, rung.serviceTier), (price) => ({ rung, price }))
  )
  const settled = yield* loadSettled
  const isPending = (slug: string): boolean => settledAs(settled, slug) === undefined
  const replay = yield* replayJournals({
    isSettled: (slug) => !isPending(slug),
    isWanted: isTakenUp(options.source.slugs, settled)
  })
  const calls = yield* readCallHistory
  const found = yield* survey(options, isPending, replay.history, rungs.length)
  const tokens = summarise(yield* countPrompts(found.sample))
  const looked = found.sample.length
  const enough = shareInterval(tokens.count, looked)
  const isWhole = looked === found.toDo
  const error = meanError(tokens, isWhole ? tokens.count : found.toDo)
  const enoughShare = looked === 0 ? 1 : tokens.count / looked

  const figures = rungs.map(({ rung }) => figuresOf(rung, calls.get(rung.model)))
  const casesFor = (which: "expected" | "high", share: number) =>
    rungs.map(({ price, rung }, index) => ({
      rung,
      price,
      odds: figures[index]?.[which] ?? { outputTokens: 0, passShare: 1, callsPerAnswer: 1 },
      startingHere: (found.startingAt[index] ?? 0) + (index === 0 ? found.fresh * share : 0),
      toJudge: found.toJudgeAt[index] ?? 0
    }))
  const expected = project(casesFor("expected", enoughShare), tokens.mean)
  const high = project(
    casesFor("high", isWhole ? enoughShare : enough.high),
    tokens.mean + (Number.isFinite(error) ? error : tokens.mean)
  )
  const sum = (prospects: ReadonlyArray<RungProspect>): NanoUsd =>
    prospects.reduce((total, { nanoUsd }) => total + nanoUsd, 0)
  const none: RungProspect = { items: 0, calls: 0, inputTokens: 0, outputTokens: 0, nanoUsd: 0 }
  const known = countSettled(options.source.slugs, settled)
  const report: EstimateReport = {
    input: options.source.count,
    settled: known.accepted + known.rejected,
    toDo: found.toDo,
    reused: found.reused,
    withDraft: found.withDraft,
    prompts: {
      looked,
      of: found.toDo,
      counted: tokens.count,
      tokensMean: tokens.mean,
      error: tokens.mean === 0 ? 0 : error / tokens.mean,
      enoughShare
    },
    rungs: rungs.map(({ rung }, index) => ({
      rung: index,
      model: rung.model,
      answersSeen: figures[index]?.answersSeen ?? 0,
      passShare: figures[index]?.expected.passShare ?? 1,
      outputTokensPerAnswer: Math.round(figures[index]?.expected.outputTokens ?? 0),
      expected: expected[index] ?? none,
      high: high[index] ?? none
    })),
    expectedNanoUsd: sum(expected),
    highNanoUsd: sum(high),
    spentNanoUsd: replay.totals.spentNanoUsd,
    atRiskNanoUsd: replay.totals.atRiskNanoUsd,
    budgets: { runNanoUsd: job.runBudgetNanoUsd, totalNanoUsd: job.totalBudgetNanoUsd }
  }
  return report
})
