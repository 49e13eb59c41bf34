// `inkfast audit`: the invariants checked on the files as they are.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Checking from "../../layers/Checking.ts"
import * as Live from "../../layers/Live.ts"
import { DataDirectory } from "../../services/durability/DataDirectory.ts"
import { Audit } from "../../services/master/Audit.ts"
import type { AuditReport } from "../../services/master/Audit.ts"
import type { AuditCheck } from "../../services/master/AuditCheck.ts"
import { auditDeep } from "../auditDeep.ts"
import { ExitCode } from "../ExitCode.ts"
import { countedOf } from "./dataOf.ts"
import { exitWith, UsageError, withExitCodes } from "./failures.ts"
import { printJson, printLine, visible } from "./output.ts"
import type { Options } from "./tree/audit.ts"

const verdictOf = ({ checks, ok }: AuditReport, strict: boolean): string => {
  if (!ok) return "BROKEN: see above; nothing was changed"
  const unverified = checks.filter(({ outcome }) => outcome === "unverified").map(({ id }) => id)
  if (unverified.length === 0) return "no broken invariant"
  return `no broken invariant; could not verify ${unverified.join(", ")}${
    strict ? ", which --strict does not let pass" : ""
  }`
}

const describe = (report: AuditReport, strict: boolean): string => {
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
    verdictOf(report, strict)
  ].join("\n"))
}

const passes = ({ checks, ok }: AuditReport, strict: boolean): boolean =>
  ok && (!strict || checks.every(({ outcome }) => outcome === "holds"))

const withCheck = (report: AuditReport, check: AuditCheck): AuditReport => ({
  ...report,
  ok: report.ok && check.outcome !== "broken",
  checks: [...report.checks, check]
})

export const handle = (options: Options) =>
  Effect.scoped(Effect.gen(function*() {
    const { job, root, source } = yield* countedOf(options)
    if (options.deep && job === undefined) {
      return yield* new UsageError({
        message:
          "--deep judges by a job's schema and rules: name the input too, with --in, or leave --data out"
      })
    }
    const slugs = source === undefined ? undefined : yield* source.slugs
    const shallow = yield* Effect.flatMap(Audit, (audit) => audit.audit(slugs)).pipe(
      Effect.provide(Layer.provide(Live.masters, DataDirectory.layer(root)))
    )
    const report = options.deep && job !== undefined
      ? withCheck(shallow, yield* Effect.provide(auditDeep(source), Checking.layer(job)))
      : shallow
    const { json, strict } = options
    yield* json ? printJson(report) : printLine(describe(report, strict))
    return yield* exitWith(passes(report, strict) ? ExitCode.done : ExitCode.auditBroken)
  })).pipe(withExitCodes(options.json))
