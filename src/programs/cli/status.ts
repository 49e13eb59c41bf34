// `inkfast status`: where the job stands.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { DataDirectory, paths } from "../../services/durability/DataDirectory.ts"
import type { DataPaths } from "../../services/durability/DataDirectory.ts"
import type { ItemSource } from "../../services/items/ItemSource.ts"
import { wholeInput } from "../../services/items/Shard.ts"
import { findStanding } from "../../services/master/FindStanding.ts"
import type { StandingLine } from "../../services/master/FindStanding.ts"
import type { StandingRecord } from "../../services/master/StandingRecords.ts"
import { formatUsd, toUsd } from "../../services/spending/Money.ts"
import * as Known from "../../layers/Known.ts"
import { estimateRenewal } from "../estimate/renewal.ts"
import { findStale } from "../findStale.ts"
import { counted } from "../counted.ts"
import { judgeLines } from "../generate/judgeWords.ts"
import { ladderLines } from "../generate/rungReport.ts"
import { status } from "../status.ts"
import type { StatusReport } from "../status.ts"
import { countedOf, dataOf } from "./dataOf.ts"
import { UsageError, withExitCodes } from "./failures.ts"
import { printJson, printLine, visible } from "./output.ts"
import { spentWords } from "./spentWords.ts"
import { staleWords } from "./staleWords.ts"
import type { Options } from "./tree/status.ts"

const atRiskShownMax = 20

const runLine = (run: StatusReport["runs"][number]): string => {
  const { inFlight, manifest, runId, state, totals } = run
  const ended = state === "alive"
    ? `at work, ${counted(inFlight, "call")} in flight`
    : manifest?.endedAt
    ? `ended with exit code ${manifest.exitCode}`
    : "died without an end"
  return `${runId}: ${ended}; ${counted(totals.calls, "call")}, ${totals.accepted} accepted, ` +
    spentWords(totals.spentNanoUsd, totals.atRiskNanoUsd)
}

const describe = (report: StatusReport, stale: ReadonlyArray<string>): string => {
  const { atRisk, items, masters, unjudged } = report
  const atRiskNanoUsd = atRisk.reduce((sum, call) => sum + call.maxNanoUsd, 0)
  const last = report.runs.at(-1)
  return visible([
    items === null
      ? "items     (no input to count against)"
      : `items     ${items.input} = ${items.accepted} accepted + ${items.rejected} rejected + ${items.pending} pending`,
    `masters   ${masters.accepted.slugs} slugs accepted in ${
      counted(masters.accepted.lines, "line")
    }, ` +
    `${masters.rejected.slugs} rejected in ${counted(masters.rejected.lines, "line")}, ` +
    `${counted(masters.quarantineFiles, "file")} in quarantine`,
    ...stale,
    `spent     ${formatUsd(report.spentNanoUsd)} for ${counted(report.calls, "call")} in ${
      counted(report.runs.length, "run")
    }` +
    (unjudged > 0 ? `; ${counted(unjudged, "answer")} to be judged by QA, already paid` : ""),
    ...ladderLines(report.rungs),
    ...judgeLines(report.judge),
    atRisk.length === 0
      ? "at risk   nothing"
      : `at risk   ${formatUsd(atRiskNanoUsd)} at most, for ${
        counted(atRisk.length, "call")
      } without an answer; budgets count it as well. A run makes them again, or leaves them with --hold-at-risk`,
    ...atRisk.slice(0, atRiskShownMax).map((call) =>
      `  ${call.slug}  ${call.model}  ${call.at}  ${formatUsd(call.maxNanoUsd)}`
    ),
    ...(atRisk.length > atRiskShownMax
      ? [`  … and ${atRisk.length - atRiskShownMax} more: --json lists all`]
      : []),
    `last run  ${last === undefined ? "none" : runLine(last)}`
  ].join("\n"))
}

const toJson = (report: StatusReport) => ({
  ...report,
  spentUsd: toUsd(report.spentNanoUsd),
  atRiskUsd: toUsd(report.atRisk.reduce((sum, call) => sum + call.maxNanoUsd, 0))
})

const oneText = (slug: string, data: DataPaths, found: StandingLine | null): string =>
  found === null
    ? `${slug}: not settled, so it is pending or no item of the input`
    : `${slug}: ${found.state}, ${data[found.file]} at byte ${found.offset}\n` +
      JSON.stringify(found.object, null, 2)

const tellOne = Effect.fnUntraced(function*(options: Options, slug: string) {
  const data = paths(yield* dataOf(options))
  const found = Option.getOrNull(
    yield* findStanding(slug).pipe(Effect.provideService(DataDirectory, data))
  )
  if (options.json) {
    const { atMs: _, ...line } = found ?? { atMs: 0, state: null }
    return yield* printJson({ slug, ...line })
  }
  yield* printLine(visible(oneText(slug, data, found)))
})

/** Without a job there is nothing that the models could be compared with. */
const refuseModels = Effect.fnUntraced(function*(options: Options) {
  const given = (["model", "strongModel", "baseUrl", "prices"] as const).filter((name) =>
    Option.isSome(options[name])
  )
  if (given.length === 0) return
  return yield* new UsageError({
    message:
      "--model, --strong-model, --base-url and --prices are compared with a job: name its input too, with --in, or leave --data out"
  })
})

/** Stale records, and what writing them anew may cost. */
const lookForStale = Effect.fnUntraced(function*(source: ItemSource) {
  const records = new Map<string, StandingRecord>()
  const stale = yield* findStale({
    source,
    shard: wholeInput,
    onStale: (slug, record) => void records.set(slug, record)
  })
  const renewal = records.size === 0 ? undefined : yield* estimateRenewal(source, records)
  return { stale, renewal }
})

export const handle = (options: Options) =>
  Effect.scoped(Effect.gen(function*() {
    if (Option.isSome(options.slug)) return yield* tellOne(options, options.slug.value)
    const { job, root, source } = yield* countedOf(options)
    if (job === undefined) yield* refuseModels(options)
    const found = job === undefined
      ? undefined
      : yield* lookForStale(source).pipe(Effect.provide(Known.reckoning(job)))
    const report = yield* status(source, found?.stale, found?.renewal).pipe(
      Effect.provide(DataDirectory.layer(root))
    )
    yield* options.json
      ? printJson(toJson(report))
      : printLine(describe(report, yield* staleWords(report, job)))
  })).pipe(withExitCodes(options.json))
