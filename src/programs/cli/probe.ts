// `inkfast probe`: what a run would find and cost, for nothing.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Probe from "../../layers/Probe.ts"
import { openInput } from "../openInput.ts"
import type { Shard } from "../../services/items/Shard.ts"
import type { Job } from "../../services/job/Job.ts"
import { formatUsd } from "../../services/spending/Money.ts"
import { probe } from "../probe.ts"
import type { ProbedItem, ProbeReport } from "../probe.ts"
import { withExitCodes } from "./failures.ts"
import * as flags from "./flags.ts"
import { printJson, printLine, say, visible } from "./output.ts"
import { openProbeOut } from "./probeOut.ts"
import { resolveJob } from "./resolveJob.ts"
import type { Options } from "./tree/probe.ts"

const itemLine = (item: ProbedItem): string => {
  const outcome = item.missCause === undefined
    ? item.outcome
    : `${item.outcome}/${item.missCause}`
  const cost = item.promptTokens === null
    ? ""
    : `; ${item.promptTokens} prompt tokens, at most ${formatUsd(item.maxNanoUsd)}`
  return visible(`${item.slug}: ${outcome}: ${item.reason}${cost}`)
}

const causeTable = (causes: ProbeReport["causes"]): ReadonlyArray<string> =>
  causes.length === 0 ? [] : [
    `  ${"source".padEnd(7)} ${"cause".padEnd(13)} ${"count".padStart(8)}  for example`,
    ...causes.map(({ cause, count, example, kind }) =>
      `  ${kind.padEnd(7)} ${cause.padEnd(13)} ${String(count).padStart(8)}  ${
        visible(`${example.slug}: ${example.name}: ${example.reason}`).slice(0, 160)
      }`
    )
  ]

const listed = (counts: { readonly [name: string]: number }): string =>
  Object.entries(counts).map(([name, count]) => `${name} ${count}`).join(", ")

const summaryOf = (report: ProbeReport): string =>
  [
    `input ${report.input}, ${report.settled} settled before, ${report.probed} probed`,
    ...Object.entries(report.byOutcome).map(([outcome, count]) =>
      `  ${outcome.padEnd(14)} ${count}`
    ),
    ...causeTable(report.causes),
    ...(listed(report.languages) === "" ? [] : [`languages: ${listed(report.languages)}`]),
    ...(report.flagged === 0
      ? []
      : [`WARNING words that address the model stand in the evidence of ${report.flagged} items`]),
    `generating the ${report.enough} with enough evidence: ${report.promptTokens} prompt tokens, ` +
    `at most ${formatUsd(report.maxNanoUsd)} for one call of the base model each`,
    ...(report.probed > report.enough
      ? [`the ${report.probed - report.enough} others would not be generated and cost nothing`]
      : [])
  ].join("\n")

interface ProbeRun {
  readonly limit: number | undefined
  readonly shard: Shard
  readonly json: boolean
  /** Where the report goes beside. */
  readonly out: string | undefined
}

/** Probes the job and tells: items and totals on stdout, as JSON lines or as text. */
export const probeAndReport = Effect.fnUntraced(function*(
  job: Job,
  options: ProbeRun
) {
  const out = options.out === undefined ? undefined : yield* openProbeOut(job, options.out)
  const source = yield* openInput(job)
  const report = yield* probe({
    source,
    shard: options.shard,
    limit: options.limit,
    onItem: (item) =>
      Effect.andThen(
        out === undefined ? Effect.void : out.item(item),
        options.json ? printJson({ event: "probed", ...item }) : printLine(itemLine(item))
      )
  }).pipe(Effect.provide(Probe.layer(job)))
  if (out !== undefined) yield* out.finish(report)
  yield* options.json ? printJson({ event: "finished", report }) : say(summaryOf(report))
})

export const handle = (options: Options) =>
  Effect.scoped(Effect.gen(function*() {
    const shard = yield* flags.shardOf(options.shard)
    const limit = yield* flags.limitOf(options.limit)
    const { job } = yield* resolveJob(options.job, flags.overridesOf(options))
    const out = Option.getOrUndefined(options.out)
    return yield* probeAndReport(job, { limit, shard, json: options.json, out })
  })).pipe(withExitCodes(options.json))
