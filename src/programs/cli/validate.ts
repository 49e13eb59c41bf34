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

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`

const verdictOf = ({ asked, columns, contradictions, ok, rows }: ValidateReport): string =>
  !ok
    ? `${counted(contradictions.length, "contradiction")}, ` +
      counted(columns.length, "fault of columns", "faults of columns")
    : asked.length === 0
    ? `schema, rules and ${
      counted(rows, "row")
    } agree; of the prompt no amounts were understood, so none were checked`
    : `prompt, schema, rules and ${counted(rows, "row")} agree`

const describe = (report: ValidateReport): string =>
  visible([
    ...report.asked.map(({ amount, by, field }) => `understood: ${field}: ${amount} (${by})`),
    ...report.unplaced.map(({ sentence, text }) =>
      `not checked: "${text}" belongs to no field that could be told, in: ${sentence}`
    ),
    ...report.contradictions.map(({ field, message }) =>
      `${field === "" ? "*" : field}: ${message}`
    ),
    ...report.warnings.map((warning) => `WARNING ${warning}`),
    ...report.columns.map(({ file, line, message, rows }) =>
      `${file}:${line}: ${message}${rows > 1 ? ` (${rows} rows)` : ""}`
    ),
    ...(report.isPromptRead
      ? []
      : ["the prompt could not be rendered for any row, so it was not held against the rules"]),
    verdictOf(report)
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
