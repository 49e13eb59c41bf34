// `inkfast validate`: whether prompt, schema, rules and input agree.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ImportedRuleModules from "../../layers/ImportedRuleModules.ts"
import { openItems } from "../../services/items/OpenItems.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import { ExitCode } from "../ExitCode.ts"
import { validate } from "../validate.ts"
import type { ValidateReport } from "../validate.ts"
import { exitWith, withExitCodes } from "./failures.ts"
import * as flags from "./flags.ts"
import { printJson, printLine, visible } from "./output.ts"
import { resolveJob } from "./resolveJob.ts"
import type { Options } from "./tree/validate.ts"

const describe = (report: ValidateReport): string =>
  visible([
    ...report.contradictions.map(({ field, message }) =>
      `${field === "" ? "*" : field}: ${message}`
    ),
    ...report.columns.map(({ file, line, message, rows }) =>
      `${file}:${line}: ${message}${rows > 1 ? ` (${rows} rows)` : ""}`
    ),
    ...(report.isPromptRead
      ? []
      : ["the prompt could not be rendered for any row, so it was not held against the rules"]),
    report.ok
      ? `prompt, schema, rules and ${report.rows} rows agree`
      : `${report.contradictions.length} contradictions, ${report.columns.length} faults of columns`
  ].join("\n"))

export const handle = (options: Options) =>
  Effect.scoped(Effect.gen(function*() {
    const { job } = yield* resolveJob(options.job, flags.overridesOf(options))
    const source = yield* openItems(job.input)
    const report = yield* Effect.provide(
      validate(source),
      Layer.merge(Layer.succeed(CurrentJob, job), ImportedRuleModules.layer)
    )
    yield* options.json ? printJson(report) : printLine(describe(report))
    return yield* exitWith(report.ok ? ExitCode.done : ExitCode.usage)
  })).pipe(withExitCodes(options.json))
