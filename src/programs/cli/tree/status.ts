// The flags of `inkfast status`; its work is loaded when it is asked for.
import * as Command from "effect/cli/Command"
import * as flags from "../flags.ts"
import { lazily } from "../lazily.ts"

export type Options = Command.Command.Config.Infer<typeof flags.countFlags>

export const command = Command.make(
  "status",
  flags.countFlags,
  lazily(() => import("../status.ts"))
).pipe(
  Command.withDescription(
    "Counts items by state, the money spent, and the calls that may have been billed without an answer. Writes nothing."
  ),
  Command.withExamples([
    { command: "inkfast status", description: "The job in this directory" },
    { command: "inkfast status --data data/content --json", description: "A data directory alone" }
  ])
)
