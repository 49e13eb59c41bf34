// The flags of `inkfast status`; its work is loaded when it is asked for.
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as flags from "../flags.ts"
import { lazily } from "../lazily.ts"

const config = {
  ...flags.jobFlags,
  json: flags.json,
  slug: Flag.String("slug").pipe(
    Flag.withMetavar("SLUG"),
    Flag.withDescription(
      "Only what this item is settled as, and its line in the masters; the input is not read"
    ),
    Flag.optional
  )
}
export type Options = Command.Command.Config.Infer<typeof config>

export const command = Command.make(
  "status",
  config,
  lazily(() => import("../status.ts"))
).pipe(
  Command.withShortDescription("Counts items by state, money spent, calls at risk"),
  Command.withDescription(
    "Counts items by state, the money spent, and the calls that may have been billed without an answer. Writes nothing."
  ),
  Command.withExamples([
    { command: "inkfast status", description: "The job in this directory" },
    { command: "inkfast status --data data/content --json", description: "A data directory alone" },
    { command: "inkfast status --slug desk-lamp", description: "The record or reject of one item" },
    {
      command: "inkfast status --model gpt-4.1-mini --strong-model none",
      description: "What is stale by the models of a run that was given them"
    }
  ])
)
