// The flags of `inkfast audit`; its work is loaded when it is asked for.
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as flags from "../flags.ts"
import { lazily } from "../lazily.ts"

const config = {
  ...flags.countFlags,
  deep: Flag.Boolean("deep").pipe(
    Flag.withDescription("Also holds every record against the schema and the QA rules of today"),
    Flag.withDefault(false)
  ),
  strict: Flag.Boolean("strict").pipe(
    Flag.withDescription("Exits with 7 also when something could not be verified"),
    Flag.withDefault(false)
  )
}
export type Options = Command.Command.Config.Infer<typeof config>

export const command = Command.make("audit", config, lazily(() => import("../audit.ts")))
  .pipe(
    Command.withShortDescription("Checks the invariants on the files as they are"),
    Command.withDescription(
      "Checks the invariants on the files as they are, changing nothing. Exits with 7 when one is broken; what could not be " +
        "checked is called unverified, never passed."
    ),
    Command.withExamples([
      {
        command: "inkfast audit",
        description: "The job's data directory, counted against its input"
      },
      {
        command: "inkfast audit --data data/content",
        description: "A data directory alone: conservation stays unverified"
      },
      {
        command: "inkfast audit --deep --strict",
        description: "Everything, today's rules included, and nothing taken on trust"
      }
    ])
  )
