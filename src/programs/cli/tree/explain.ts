// The flags of `inkfast explain`; its work is loaded when it is asked for.
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as flags from "../flags.ts"
import { lazily } from "../lazily.ts"

const config = {
  slug: Argument.String("slug").pipe(Argument.withDescription("The item")),
  ...flags.countFlags
}
export type Options = Command.Command.Config.Infer<typeof config>

export const command = Command.make("explain", config, lazily(() => import("../explain.ts"))).pipe(
  Command.withShortDescription("Tells everything that happened to an item"),
  Command.withDescription(
    "Everything that happened to an item, in order and over all runs: evidence, prompts, calls, costs, findings, verdicts, " +
      "and where its lines stand. Reads only."
  ),
  Command.withExamples([
    { command: "inkfast explain desk-lamp", description: "An item of the job in this directory" },
    {
      command: "inkfast explain desk-lamp --data data/content --json",
      description: "Of a data directory alone, whole texts included"
    }
  ])
)
