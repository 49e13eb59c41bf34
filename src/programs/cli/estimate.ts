// `inkfast estimate`: what writing the pending items will cost.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { counted } from "../counted.ts"
import * as Live from "../../layers/Live.ts"
import * as Probe from "../../layers/Probe.ts"
import { openInput } from "../openInput.ts"
import type { Shard } from "../../services/items/Shard.ts"
import type { Job } from "../../services/job/Job.ts"
import { Shutdown } from "../../services/Shutdown.ts"
import { formatUsd } from "../../services/spending/Money.ts"
import { estimate } from "../estimate/estimate.ts"
import type { EstimateReport, RungEstimate } from "../estimate/estimate.ts"
import { estimateSample } from "../estimate/estimateSample.ts"
import type { SampleReport } from "../estimate/estimateSample.ts"
import { admit } from "../generate/admit.ts"
import { exitCodeOf } from "../generate/exitCode.ts"
import type { Plan } from "../generate/Plan.ts"
import { apiKey } from "./apiKey.ts"
import { exitWith, UsageError, withExitCodes } from "./failures.ts"
import * as flags from "./flags.ts"
import { makeNarrator } from "./narrate.ts"
import { printJson, printLine, say, visible } from "./output.ts"
import { resolveJob } from "./resolveJob.ts"
import { choiceOf } from "./retryChoice.ts"
import type { FromEnvironment } from "./resolveJob.ts"
import { summaryOf } from "./summary.ts"
import { tellNext } from "./tellNext.ts"
import { screen } from "./terminal.ts"
import type { Options } from "./tree/estimate.ts"

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`

const seenIn = (answers: number): string =>
  answers === 0 ? "assumed" : `from ${counted(answers, "answer")}`

const rungLine = (
  { answersSeen, expected, highNanoUsd, model, outputTokensPerAnswer, passShare }: RungEstimate
) =>
  `  ${model}: ${expected.calls.toFixed(expected.calls < 10 ? 1 : 0)} calls, ` +
  `${expected.inputTokens} tokens in, ${expected.outputTokens} out: ` +
  `${formatUsd(expected.nanoUsd)} expected, ${formatUsd(highNanoUsd)} high ` +
  `(${seenIn(answersSeen)}: ${outputTokensPerAnswer} tokens each, ${percent(passShare)} pass)`

const judgeLines = ({ judge }: EstimateReport): ReadonlyArray<string> =>
  judge === null ? [] : [
    "judge",
    `  ${judge.model}, for ${percent(judge.share)} of the items: ` +
    `${judge.expected.calls.toFixed(judge.expected.calls < 10 ? 1 : 0)} calls, ` +
    `${judge.expected.inputTokens} tokens in, ${judge.expected.outputTokens} out: ` +
    `${formatUsd(judge.expected.nanoUsd)} expected, ${formatUsd(judge.highNanoUsd)} high, ` +
    `at most ${formatUsd(judge.budgetNanoUsd)} a run ` +
    `(${seenIn(judge.answersSeen)}: ${judge.outputTokensPerAnswer} tokens each)`
  ]

const budgetLines = ({ budgets, expectedNanoUsd, spentNanoUsd, atRiskNanoUsd }: EstimateReport) => {
  const left = budgets.totalNanoUsd === null
    ? undefined
    : budgets.totalNanoUsd - spentNanoUsd - atRiskNanoUsd
  return [
    ...(left === undefined ? [] : [
      `total budget  ${formatUsd(Math.max(0, left))} of ${
        formatUsd(budgets.totalNanoUsd ?? 0)
      } left${left < expectedNanoUsd ? ": not enough for what is expected" : ""}`
    ]),
    ...(budgets.runNanoUsd === null ? [] : [
      `run's budget  ${formatUsd(budgets.runNanoUsd)}${
        budgets.runNanoUsd < expectedNanoUsd
          ? `: some ${Math.ceil(expectedNanoUsd / Math.max(1, budgets.runNanoUsd))} runs`
          : ""
      }`
    ])
  ]
}

const phaseLines = ({ passes }: EstimateReport): ReadonlyArray<string> =>
  passes.flatMap(({ phase, toDo }) =>
    phase === null
      ? []
      : [`              ${toDo} ${phase === "stale" ? "stale records" : `of phase ${phase}`}`]
  )

const describe = (report: EstimateReport): string => {
  const { expectedNanoUsd, highNanoUsd, prompts, reused, rungs, toDo, withDraft } = report
  const counted = prompts.looked === prompts.of
    ? `all ${prompts.of} looked at`
    : `a sample; ${
      Number.isFinite(prompts.error) ? `±${percent(prompts.error)}` : "too small to tell its error"
    }`
  return visible([
    `to do         ${toDo} of ${report.input}, ${report.settled} settled`,
    ...phaseLines(report),
    `paid already  ${reused.answers} answers of ${reused.items} items, ${
      formatUsd(reused.paidNanoUsd)
    }: judged for nothing; ${withDraft} items go on from a rejected draft`,
    `prompts       ${
      Math.round(prompts.tokensMean)
    } tokens on average (${prompts.counted} counted, ${counted}); ` +
    `${percent(prompts.enoughShare)} of the items have enough evidence`,
    "models",
    ...rungs.map(rungLine),
    ...judgeLines(report),
    `in all        ${formatUsd(expectedNanoUsd)} expected, ${
      formatUsd(highNanoUsd)
    } high; spent so far ${formatUsd(report.spentNanoUsd)}, at risk ${
      formatUsd(report.atRiskNanoUsd)
    }`,
    ...budgetLines(report)
  ].join("\n"))
}

const sampleLines = ({ perItemNanoUsd, rest, settled, spentNanoUsd }: SampleReport): string =>
  [
    settled === 0
      ? "sample        none of its items was settled: what one costs is not known yet"
      : `sample        ${settled} items settled for ${formatUsd(spentNanoUsd)}, ${
        formatUsd(perItemNanoUsd)
      } each`,
    rest === null
      ? "the rest      nothing was answered that tells of it"
      : `the rest      ${rest.items} items: ${formatUsd(rest.expectedNanoUsd)} expected, ${
        formatUsd(rest.lowNanoUsd)
      } to ${formatUsd(rest.highNanoUsd)} with 95 % confidence`
  ].join("\n")

interface SampleRun {
  readonly job: Job
  readonly shard: Shard
  readonly sample: number
  readonly json: boolean
  readonly fromEnvironment: FromEnvironment
}

/** Writes a sample for real: an ordinary run, with its events, its summary and its exit code. */
const runSample = Effect.fnUntraced(
  function*({ fromEnvironment, job, json, sample, shard }: SampleRun) {
    const source = yield* openInput(job)
    yield* Effect.provide(admit(source), Live.settings(job))
    const shutdown = yield* (yield* Shutdown).subscribe
    const key = yield* apiKey
    let toDo = 0
    const report = yield* Effect.scoped(Effect.gen(function*() {
      const narrator = yield* makeNarrator(yield* screen, job)
      return yield* estimateSample({
        source,
        shard,
        sample,
        stopRequested: Effect.map(shutdown, (signal) => ({ _tag: "Signal", signal }) as const),
        onEvent: (event) => {
          if (event.event === "started") toDo = event.toDo
          return Effect.andThen(narrator.tell(event), json ? printJson(event) : Effect.void)
        }
      })
    })).pipe(
      Effect.provide(Live.run(job, shard).pipe(Layer.provideMerge(Live.model(job, key))))
    )
    yield* say(summaryOf(report.run))
    yield* json ? printJson({ event: "estimated", sample: report }) : printLine(sampleLines(report))
    yield* tellNext({ job, report: report.run, toDo, fromEnvironment })
    // Items beyond the sample are pending by intent.
    return yield* exitWith(exitCodeOf(report.run))
  }
)

const atLeastOne = (flag: string, value: number) =>
  value >= 1
    ? Effect.void
    : Effect.fail(new UsageError({ message: `${flag}: is ${value}; must be 1 or more` }))

const planOf = Effect.fnUntraced(function*(options: Options): Effect.fn.Return<Plan, UsageError> {
  const choice = choiceOf(options)
  const renews = Option.isSome(options.renew)
  if (choice !== undefined && renews) {
    const message = "--renew: goes with no --phase, --cause or --slug, which are of a retry"
    return yield* new UsageError({ message })
  }
  return choice !== undefined
    ? { _tag: "Retry", choice }
    : { _tag: renews ? "Renew" : "Pending" }
})

export const handle = (options: Options) =>
  Effect.scoped(Effect.gen(function*() {
    const shard = yield* flags.shardOf(options.shard)
    yield* atLeastOne("--prompts", options.prompts)
    const { fromEnvironment, job } = yield* resolveJob(options.job, flags.overridesOf(options))
    if (Option.isSome(options.sample)) {
      if ((yield* planOf(options))._tag !== "Pending") {
        const message =
          "--sample: takes pending items only; leave out --renew, --phase, --cause and --slug"
        return yield* new UsageError({ message })
      }
      yield* atLeastOne("--sample", options.sample.value)
      return yield* runSample({
        job,
        shard,
        sample: options.sample.value,
        json: options.json,
        fromEnvironment
      })
    }
    const source = yield* openInput(job)
    const plan = yield* planOf(options)
    const report = yield* estimate({ source, shard, plan, promptsMax: options.prompts }).pipe(
      Effect.provide(Probe.layer(job))
    )
    yield* options.json
      ? printJson({ event: "estimated", report })
      : printLine(describe(report))
  })).pipe(withExitCodes(options.json))
