// `inkfast probe`: what a run would find and cost, for nothing.
import * as Effect from "effect/Effect"
import * as Probe from "../../layers/Probe.ts"
import { openItems } from "../../services/items/OpenItems.ts"
import type { Shard } from "../../services/items/Shard.ts"
import type { Job } from "../../services/job/Job.ts"
import { formatUsd } from "../../services/spending/Money.ts"
import { probe } from "../probe.ts"
import type { ProbedItem, ProbeReport } from "../probe.ts"
import { withExitCodes } from "./failures.ts"
import * as flags from "./flags.ts"
import { printJson, printLine, say, visible } from "./output.ts"
import { resolveJob } from "./resolveJob.ts"
import type { Options } from "./tree/probe.ts"

const itemLine = (item: ProbedItem): string =>
  visible(
    `${item.slug}: ${item.outcome}: ${item.reason}${
      item.promptTokens === null
        ? ""
        : `; ${item.promptTokens} prompt tokens, at most ${formatUsd(item.maxNanoUsd)}`
    }`
  )

const summaryOf = (report: ProbeReport): string =>
  [
    `input ${report.input}, ${report.settled} settled before, ${report.probed} probed`,
    ...Object.entries(report.byOutcome).map(([outcome, count]) =>
      `  ${outcome.padEnd(14)} ${count}`
    ),
    `generating the ${report.enough} with enough evidence: ${report.promptTokens} prompt tokens, ` +
    `at most ${formatUsd(report.maxNanoUsd)} for one call of the base model each`
  ].join("\n")

/** Probes the job and tells: items and totals on stdout, as JSON lines or as text. */
export const probeAndReport = Effect.fnUntraced(function*(
  job: Job,
  options: { readonly limit: number | undefined; readonly shard: Shard; readonly json: boolean }
) {
  const source = yield* openItems(job.input)
  const report = yield* probe({
    source,
    shard: options.shard,
    limit: options.limit,
    onItem: (item) =>
      options.json ? printJson({ event: "probed", ...item }) : printLine(itemLine(item))
  }).pipe(Effect.provide(Probe.layer(job)))
  yield* options.json ? printJson({ event: "finished", report }) : say(summaryOf(report))
})

export const handle = (options: Options) =>
  Effect.scoped(Effect.gen(function*() {
    const shard = yield* flags.shardOf(options.shard)
    const limit = yield* flags.limitOf(options.limit)
    const { job } = yield* resolveJob(options.job, flags.overridesOf(options))
    return yield* probeAndReport(job, { limit, shard, json: options.json })
  })).pipe(withExitCodes(options.json))
