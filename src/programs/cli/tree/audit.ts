// The flags of `inkfast audit`; its work is loaded when it is asked for.
import * as Command from "effect/cli/Command"
import * as flags from "../flags.ts"
import { lazily } from "../lazily.ts"

export type Options = Command.Command.Config.Infer<typeof flags.countFlags>

export const command = Command.make("audit", flags.countFlags, lazily(() => import("../audit.ts")))
  .pipe(
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
      }
    ])
  )
