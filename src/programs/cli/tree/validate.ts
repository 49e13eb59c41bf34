// The flags of `inkfast validate`; its work is loaded when it is asked for.
import * as Command from "effect/cli/Command"
import * as flags from "../flags.ts"
import { lazily } from "../lazily.ts"

const config = { ...flags.jobFlags, json: flags.json }
export type Options = Command.Command.Config.Infer<typeof config>

export const command = Command.make("validate", config, lazily(() => import("../validate.ts")))
  .pipe(
    Command.withShortDescription("Finds contradictions in prompt, schema, rules and input"),
    Command.withDescription(
      "Finds contradictions between prompt, schema and rules, such as a list of 4 to 6 steps asked for and 3 to 5 allowed, " +
        "and columns that the prompt names and the rows do not have. Calls no model and writes nothing."
    ),
    Command.withExamples([
      { command: "inkfast validate", description: "Check the job before the first dollar" }
    ])
  )
