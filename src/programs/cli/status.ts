// `inkfast status`: where the job stands.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { DataDirectory, paths } from "../../services/durability/DataDirectory.ts"
import type { DataPaths } from "../../services/durability/DataDirectory.ts"
import { wholeInput } from "../../services/items/Shard.ts"
import { findStanding } from "../../services/master/FindStanding.ts"
import type { StandingLine } from "../../services/master/FindStanding.ts"
import { formatUsd, toUsd } from "../../services/spending/Money.ts"
import * as Known from "../../layers/Known.ts"
import { findStale } from "../findStale.ts"
import { counted } from "../counted.ts"
import { ladderLines } from "../generate/rungReport.ts"
import { status } from "../status.ts"
import type { StatusReport } from "../status.ts"
import { countedOf, dataOf } from "./dataOf.ts"
import { withExitCodes } from "./failures.ts"
import { printJson, printLine, visible } from "./output.ts"
import type { Options } from "./tree/status.ts"

const runLine = (run: StatusReport["runs"][number]): string => {
  const { manifest, runId, state, totals } = run
  const ended = state === "alive"
    ? `at work, ${run.inFlight} calls in flight`
    : manifest?.endedAt
    ? `ended with exit code ${manifest.exitCode}`
    : "died without an end"
  return `${runId}: ${ended}; ${totals.calls} calls, ${totals.accepted} accepted, ${
    formatUsd(totals.spentNanoUsd)
  }`
}

const staleLines = ({ stale }: StatusReport): ReadonlyArray<string> => {
  if (stale === null) return []
  const by = [
    [stale.byPrompt, "prompt"],
    [stale.bySchema, "schema"],
    [stale.byModel, "model"],
    [stale.byEvidence, "evidence"]
  ] as const
  const causes = by.filter(([count]) => count > 0).map(([count, what]) => `${count} by ${what}`)
  const cost = stale.renewalNanoUsd === null
    ? ""
    : `; inkfast generate --renew stale writes them anew for about ${
      formatUsd(stale.renewalNanoUsd)
    }`
  return [
    `stale     ${stale.stale} of ${stale.records} records` +
    (stale.stale > 0 ? `: ${causes.join(", ")}${cost}` : ""),
    ...(stale.unseenEvidence > 0
      ? [
        `          of ${stale.unseenEvidence} a page is not kept: whether it has changed is not known`
      ]
      : [])
  ]
}

const describe = (report: StatusReport): string => {
  const { items, masters } = report
  const atRiskNanoUsd = report.atRisk.reduce((sum, call) => sum + call.maxNanoUsd, 0)
  const last = report.runs.at(-1)
  return visible([
    items === null
      ? "items     (no input to count against)"
      : `items     ${items.input} = ${items.accepted} accepted + ${items.rejected} rejected + ${items.pending} pending`,
    `masters   ${masters.accepted.slugs} slugs accepted in ${masters.accepted.lines} lines, ` +
    `${masters.rejected.slugs} rejected in ${masters.rejected.lines} lines, ${masters.quarantineFiles} files in quarantine`,
    ...staleLines(report),
    `spent     ${formatUsd(report.spentNanoUsd)} for ${counted(report.calls, "call")} in ${
      counted(report.runs.length, "run")
    }` +
    (report.unjudged > 0 ? `; ${report.unjudged} answers wait for QA, already paid` : ""),
    ...ladderLines(report.rungs),
    `at risk   ${report.atRisk.length} calls without an answer, at most ${
      formatUsd(atRiskNanoUsd)
    }${
      report.atRisk.length === 0
        ? ""
        : "; counted as spent. A run makes them again, or leaves them with --hold-at-risk"
    }`,
    ...report.atRisk.slice(0, 20).map((call) =>
      `  ${call.slug}  ${call.model}  ${call.at}  ${formatUsd(call.maxNanoUsd)}`
    ),
    ...(report.atRisk.length > 20
      ? [`  … and ${report.atRisk.length - 20} more: --json lists all`]
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

export const handle = (options: Options) =>
  Effect.scoped(Effect.gen(function*() {
    if (Option.isSome(options.slug)) return yield* tellOne(options, options.slug.value)
    const { job, root, source } = yield* countedOf(options)
    const stale = job === undefined
      ? undefined
      : yield* findStale({ source, shard: wholeInput }).pipe(Effect.provide(Known.layer(job)))
    const report = yield* status(source, stale).pipe(Effect.provide(DataDirectory.layer(root)))
    yield* options.json ? printJson(toJson(report)) : printLine(describe(report))
  })).pipe(withExitCodes(options.json))
