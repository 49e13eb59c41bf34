// `inkfast audit`: the invariants checked on the files as they are.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Live from "../../layers/Live.ts"
import { DataDirectory } from "../../services/durability/DataDirectory.ts"
import { openItems } from "../../services/items/OpenItems.ts"
import { Audit } from "../../services/master/Audit.ts"
import type { AuditReport } from "../../services/master/Audit.ts"
import { ExitCode } from "../ExitCode.ts"
import { existingData } from "./dataOf.ts"
import { exitWith, withExitCodes } from "./failures.ts"
import { printJson, printLine, visible } from "./output.ts"
import { resolveJob } from "./resolveJob.ts"
import type { Options } from "./tree/audit.ts"

const describe = (report: AuditReport): string => {
  const { counts } = report
  const lines = report.checks.flatMap((check) => [
    `${check.outcome.padEnd(10)} ${check.id.padEnd(4)} ${check.title} (${check.checked} checked` +
    `${check.violations > 0 ? `, ${check.violations} violations` : ""})${
      check.note === "" ? "" : `: ${check.note}`
    }`,
    ...check.examples.map((example) => `             ${example}`)
  ])
  return visible([
    ...lines,
    `${counts.records} records, ${counts.acceptedSlugs} slugs accepted, ${counts.rejectedSlugs} rejected, ` +
    `${counts.foreignLines} lines of others (unverified), ${counts.quarantineFiles} files in quarantine` +
    (counts.inputItems === null
      ? ""
      : `; input ${counts.inputItems}, ${counts.pending ?? 0} pending`),
    report.ok ? "no broken invariant" : "BROKEN: see above; nothing was changed"
  ].join("\n"))
}

/** With a data directory alone there is no input to count against. */
const auditOf = (
  options: {
    readonly data: Option.Option<string>
    readonly job: string
    readonly in: Option.Option<string>
    readonly key: Option.Option<string>
  }
) =>
  Effect.gen(function*() {
    const run = (root: string, slugs: Parameters<Audit["Service"]["audit"]>[0]) =>
      Effect.flatMap(Audit, (audit) => audit.audit(slugs)).pipe(
        Effect.provide(Layer.provide(Live.masters, DataDirectory.layer(root)))
      )
    if (Option.isSome(options.data) && Option.isNone(options.in)) {
      return yield* run(yield* existingData(options.data.value), undefined)
    }
    const { job } = yield* resolveJob(options.job, {
      dataDirectory: Option.getOrUndefined(options.data),
      input: Option.getOrUndefined(options.in),
      key: Option.getOrUndefined(options.key)
    })
    return yield* run(job.dataDirectory, (yield* openItems(job.input)).slugs)
  })

export const handle = (options: Options) =>
  Effect.scoped(Effect.gen(function*() {
    const report = yield* auditOf(options)
    yield* options.json ? printJson(report) : printLine(describe(report))
    return yield* exitWith(report.ok ? ExitCode.done : ExitCode.auditBroken)
  })).pipe(withExitCodes(options.json))
