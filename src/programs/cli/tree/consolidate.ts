// The flags of `inkfast consolidate`; its work is loaded when it is asked for.
import * as Command from "effect/cli/Command"
import * as flags from "../flags.ts"
import { lazily } from "../lazily.ts"

const config = {
  job: flags.job,
  data: flags.data,
  json: flags.json
}
export type Options = Command.Command.Config.Infer<typeof config>

export const command = Command.make(
  "consolidate",
  config,
  lazily(() => import("../consolidate.ts"))
).pipe(
  Command.withShortDescription("Rewrites the masters to one line per slug"),
  Command.withDescription(
    "Rewrites updates, successes and rejects to one line per slug, the newest. Runs that append meanwhile go on."
  ),
  Command.withExamples([
    { command: "inkfast consolidate", description: "The data directory of the job here" },
    {
      command: "inkfast consolidate --data data/content --json",
      description: "One data directory, report as JSON"
    }
  ])
)
