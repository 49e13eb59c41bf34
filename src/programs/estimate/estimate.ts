// What a run will take and cost: from the prompts of its items, the job's prices and what the journals tell of earlier
// calls. Without a model call, and without a byte written (I11).
import * as Effect from "effect/Effect"
import type { ItemSource } from "../../services/items/ItemSource.ts"
import type { Shard } from "../../services/items/Shard.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import { readCallHistory } from "../../services/journal/CallHistory.ts"
import { replayJournals } from "../../services/journal/JournalReplay.ts"
import { compareInput, isTakenUp, loadSettled, settledAs } from "../../services/master/Settled.ts"
import type { SettledSlugs } from "../../services/master/SettledSlugs.ts"
import type { NanoUsd } from "../../services/spending/Money.ts"
import { Prices } from "../../services/spending/Prices.ts"
import { meanError } from "../../services/Statistics.ts"
import { passesOf } from "../generate/Plan.ts"
import type { Passes, Plan } from "../generate/Plan.ts"
import { countPrompts } from "./countPrompts.ts"
import { expectedOdds, seenByRung, seenOf } from "./odds.ts"
import { judgeProspect } from "./judgeProspect.ts"
import type { JudgeEstimate } from "./judgeProspect.ts"
import { project } from "./project.ts"
import type { RungProspect } from "./project.ts"
import { survey } from "./survey.ts"

export interface EstimateOptions {
  readonly source: ItemSource
  readonly shard: Shard
  /** Prompts rendered and counted; of more items a sample is taken. */
  readonly promptsMax: number
  /** What the run would take up. Default: the pending items. */
  readonly plan?: Plan | undefined
}

export interface RungEstimate {
  readonly rung: number
  readonly model: string
  /** Answers of the model in the journals; 0: what it will do is assumed. */
  readonly answersSeen: number
  /** Of answers that are judged; of none, what is assumed. */
  readonly passShare: number
  readonly outputTokensPerAnswer: number
  readonly expected: RungProspect
  readonly highNanoUsd: NanoUsd
}

export interface EstimateReport {
  readonly input: number
  readonly settled: number
  readonly toDo: number
  /** The same by the passes of the plan; the pending items have no name. */
  readonly passes: ReadonlyArray<{ readonly phase: string | null; readonly toDo: number }>
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
  /** Null where the job has none. */
  readonly judge: JudgeEstimate | null
  /** Of the rungs and the judge. */
  readonly expectedNanoUsd: NanoUsd
  /** The ends of the interval that the cost lies in, with 95 % confidence; the low one is without the judge. */
  readonly lowNanoUsd: NanoUsd
  readonly highNanoUsd: NanoUsd
  /** Over all runs so far. */
  readonly spentNanoUsd: NanoUsd
  readonly atRiskNanoUsd: NanoUsd
  readonly budgets: {
    readonly runNanoUsd: NanoUsd | null
    readonly totalNanoUsd: NanoUsd | null
  }
}

/** Estimates what the passes take up; `settled` is what they were made from. */
export const estimatePasses = Effect.fnUntraced(function*(
  { promptsMax, shard, source }: Omit<EstimateOptions, "plan">,
  settled: SettledSlugs,
  { passes, reopened }: Passes
) {
  const job = yield* CurrentJob
  const prices = yield* Prices
  const priced = yield* Effect.forEach(
    job.rungs,
    (rung) => Effect.map(prices.priceOf(rung.model, rung.serviceTier), (price) => ({ rung, price }))
  )
  const known = yield* compareInput(source, settled)
  const replay = yield* replayJournals({
    isSettled: (slug) => settledAs(settled, slug) !== undefined && reopened.get(slug) === undefined,
    isWanted: isTakenUp(known.pending, reopened)
  })
  const { byModel, ofJudge } = yield* readCallHistory
  const { history } = replay
  const found = yield* survey({ source, shard, passes, history, sampleMax: promptsMax })
  const { bytesMean, enough, judgeTokensMean, looked, tokens } = yield* countPrompts(found.sample)
  const seen = seenByRung(job.rungs, byModel)
  const cases = priced.map(({ price, rung }, index) => ({
    rung,
    price,
    seen: seen[index] ?? seenOf(undefined),
    withDraft: found.withDraft[index] ?? 0,
    toJudge: found.toJudge[index] ?? 0
  }))
  const isWhole = found.sample.length === found.toDo
  const { sure, toDo, unsure } = found
  const projection = project(cases, {
    sure,
    unsure,
    looked: isWhole ? unsure : looked,
    enough: isWhole && looked > 0 ? unsure * enough / looked : enough,
    tokens,
    bytesMean,
    of: isWhole ? tokens.count : toDo
  })
  const error = meanError(tokens, isWhole ? tokens.count : toDo)
  const rungs = cases.map(({ rung, seen }, index): RungEstimate => ({
    rung: index,
    model: rung.model,
    answersSeen: seen.answers,
    passShare: seen.judged === 0
      ? expectedOdds(rung, seen).passShare
      : seen.accepted / seen.judged,
    outputTokensPerAnswer: Math.round(expectedOdds(rung, seen).outputTokens),
    expected: projection.expected[index] ?? nothing,
    highNanoUsd: projection.highByRung[index] ?? 0
  }))
  const judge = job.judge === null ? null : judgeProspect(
    job.judge,
    yield* prices.priceOf(job.judge.rung.model, job.judge.rung.serviceTier),
    { rungs, toJudge: found.toJudge, promptTokensMean: judgeTokensMean },
    ofJudge(job.judge)
  )
  const report: EstimateReport = {
    input: source.count,
    settled: known.accepted + known.rejected,
    toDo,
    passes: passes.map(({ phase, toDo }) => ({ phase, toDo })),
    reused: found.reused,
    withDraft: found.withDraft.reduce((sum, count) => sum + count, 0),
    prompts: {
      looked: found.sample.length,
      of: toDo,
      counted: tokens.count,
      tokensMean: tokens.mean,
      error: tokens.mean === 0 ? 0 : error / tokens.mean,
      enoughShare: looked === 0 ? 1 : enough / looked
    },
    rungs,
    judge,
    expectedNanoUsd: projection.expectedNanoUsd + (judge?.expected.nanoUsd ?? 0),
    lowNanoUsd: projection.lowNanoUsd,
    highNanoUsd: projection.highNanoUsd + (judge?.highNanoUsd ?? 0),
    spentNanoUsd: replay.totals.spentNanoUsd,
    atRiskNanoUsd: replay.totals.atRiskNanoUsd,
    budgets: { runNanoUsd: job.runBudgetNanoUsd, totalNanoUsd: job.totalBudgetNanoUsd }
  }
  return report
})

const nothing: RungProspect = { items: 0, calls: 0, inputTokens: 0, outputTokens: 0, nanoUsd: 0 }

/** Looks, counts and reckons. Reads the masters, the journals and the evidence, and writes nothing. */
export const estimate = Effect.fnUntraced(function*(options: EstimateOptions) {
  const { plan = { _tag: "Pending" }, shard, source } = options
  const settled = yield* loadSettled
  const { pending } = yield* compareInput(source, settled)
  const passes = yield* passesOf(plan, { source, shard, settled, pending })
  return yield* estimatePasses(options, settled, passes)
})
