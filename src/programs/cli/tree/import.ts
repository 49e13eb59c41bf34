// The flags of `inkfast import`; its work is loaded when it is asked for.
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as flags from "../flags.ts"
import { lazily } from "../lazily.ts"

const config = {
  files: Argument.String("file").pipe(
    Argument.withDescription("JSONL: records with a slug, rejects with a slug and an error"),
    Argument.variadic({ min: 1 })
  ),
  job: flags.job,
  data: flags.data,
  json: flags.json
}
export type Options = Command.Command.Config.Infer<typeof config>

export const command = Command.make("import", config, lazily(() => import("../import.ts"))).pipe(
  Command.withShortDescription("Takes in the files of an older pipeline"),
  Command.withDescription(
    "Takes the masters and run files of an older pipeline into the data directory. Of a slug the last line counts; what has " +
      "an end here already is left alone, so it may be repeated. Every line that does not come in is told, and why."
  ),
  Command.withExamples([
    {
      command: "inkfast import old/successes.jsonl old/rejects.jsonl",
      description: "Into the data directory of the job here"
    },
    {
      command: "inkfast import old/*.jsonl --data data/content --json",
      description: "One JSON value for each line skipped, and the totals"
    }
  ])
)
