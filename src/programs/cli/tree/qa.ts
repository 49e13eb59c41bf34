// The flags of `inkfast qa check` and `inkfast qa report`; their work is loaded when it is asked for.
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as flags from "../flags.ts"
import { lazily } from "../lazily.ts"

const checkConfig = {
  file: Argument.String("file").pipe(
    Argument.withDescription("A JSONL file of pieces, such as successes.jsonl")
  ),
  ...flags.jobFlags,
  json: flags.json
}
export type Options = Command.Command.Config.Infer<typeof checkConfig>

const reportConfig = { job: flags.job, data: flags.data, json: flags.json }
export type ReportOptions = Command.Command.Config.Infer<typeof reportConfig>

const check = Command.make("check", checkConfig, lazily(() => import("../qaCheck.ts"))).pipe(
  Command.withShortDescription("Runs schema and rules over any JSONL file"),
  Command.withDescription(
    "Runs the job's schema and rules over the lines of any JSONL file, the pieces of the file compared with each other. " +
      "Calls no model and writes nothing. Exits with 5 when a line fails."
  ),
  Command.withExamples([{
    command: "inkfast qa check old-pages.jsonl",
    description: "Which of them would pass today"
  }])
)

const report = Command.make("report", reportConfig, lazily(() => import("../qaReport.ts"))).pipe(
  Command.withShortDescription("Pass rates and frequent findings over all runs"),
  Command.withDescription(
    "Pass rates by rule and by rung over all runs, the most frequent findings with examples, and the sentences and openers " +
      "that accepted pieces share. Writes nothing."
  ),
  Command.withExamples([{
    command: "inkfast qa report --json",
    description: "The same as one JSON value"
  }])
)

export const command = Command.make("qa").pipe(
  Command.withShortDescription("Checks any file by the rules, reports on all runs"),
  Command.withDescription("What QA finds: over any file, and over all runs."),
  Command.withSubcommands([check, report])
)
