// The flags of `inkfast repair`; its work is loaded when it is asked for.
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as flags from "../flags.ts"
import { lazily } from "../lazily.ts"

const config = {
  job: flags.job,
  data: flags.data,
  json: flags.json,
  apply: Flag.Boolean("apply").pipe(
    Flag.withDescription("Mends what is found (default: only tells it)"),
    Flag.withDefault(false)
  )
}
export type Options = Command.Command.Config.Infer<typeof config>

export const command = Command.make("repair", config, lazily(() => import("../repair.ts"))).pipe(
  Command.withShortDescription("Mends what can be mended without a doubt"),
  Command.withDescription(
    "Finds what can be mended without a doubt in a data directory, and mends it with --apply. Nothing is dropped that was not set " +
      "aside in quarantine/ before; every mend is written to a log there."
  ),
  Command.withExamples([
    { command: "inkfast repair", description: "What would be mended" },
    {
      command: "inkfast repair --data data/content --apply",
      description: "Mends one data directory"
    }
  ])
)
