// `inkfast audit`: the invariants checked on the files as they are.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Command from "effect/cli/Command"
import * as Live from "../../layers/Live.ts"
import { DataDirectory } from "../../services/durability/DataDirectory.ts"
import { openItems } from "../../services/items/OpenItems.ts"
import { Audit } from "../../services/master/Audit.ts"
import type { AuditReport } from "../../services/master/Audit.ts"
import { ExitCode } from "../ExitCode.ts"
import { exitWith, withExitCodes } from "./failures.ts"
import * as flags from "./flags.ts"
import { printJson, printLine, visible } from "./output.ts"
import { resolveJob } from "./resolveJob.ts"

const describe = (report: AuditReport): string => {
  const { counts } = report
  const lines = report.checks.flatMap((check) => [
    `${check.outcome.padEnd(10)} ${check.id.padEnd(4)} ${check.title} (${check.checked} checked` +
    `${check.violations > 0 ? `, ${check.violations} violations` : ""})${check.note === "" ? "" : `: ${check.note}`}`,
    ...check.examples.map((example) => `             ${example}`)
  ])
  return visible([
    ...lines,
    `${counts.records} records, ${counts.acceptedSlugs} slugs accepted, ${counts.rejectedSlugs} rejected, ` +
    `${counts.foreignLines} lines of others (unverified), ${counts.quarantineFiles} files in quarantine` +
    (counts.inputItems === null ? "" : `; input ${counts.inputItems}, ${counts.pending ?? 0} pending`),
    report.ok ? "no broken invariant" : "BROKEN: see above; nothing was changed"
  ].join("\n"))
}

/** With a data directory alone there is no input to count against. */
const auditOf = (options: { readonly data: Option.Option<string>; readonly job: string; readonly in: Option.Option<string>; readonly key: Option.Option<string> }) =>
  Effect.gen(function*() {
    const run = (root: string, slugs: Parameters<Audit["Service"]["audit"]>[0]) =>
      Effect.flatMap(Audit, (audit) => audit.audit(slugs)).pipe(
        Effect.provide(Live.masters),
        Effect.provide(DataDirectory.layer(root))
      )
    if (Option.isSome(options.data) && Option.isNone(options.in)) return yield* run(options.data.value, undefined)
    const { job } = yield* resolveJob(options.job, {
      dataDirectory: Option.getOrUndefined(options.data),
      input: Option.getOrUndefined(options.in),
      key: Option.getOrUndefined(options.key)
    })
    return yield* run(job.dataDirectory, (yield* openItems(job.input)).slugs)
  })

export const command = Command.make("audit", {
  job: flags.job,
  data: flags.data,
  in: flags.jobFlags.in,
  key: flags.jobFlags.key,
  json: flags.json
}, (options) =>
  Effect.scoped(Effect.gen(function*() {
    const report = yield* auditOf(options)
    yield* options.json ? printJson(report) : printLine(describe(report))
    return yield* exitWith(report.ok ? ExitCode.done : ExitCode.auditBroken)
  })).pipe(withExitCodes(options.json))).pipe(
    Command.withDescription(
      "Checks the invariants on the files as they are, changing nothing. Exits with 7 when one is broken; what could not be " +
        "checked is called unverified, never passed."
    ),
    Command.withExamples([
      { command: "inkfast audit", description: "The job's data directory, counted against its input" },
      { command: "inkfast audit --data data/content", description: "A data directory alone: conservation stays unverified" }
    ])
  )
