// The flags of `inkfast init`; its work is loaded when it is asked for.
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { presetNames } from "../../init/presetNames.ts"
import * as flags from "../flags.ts"
import { lazily } from "../lazily.ts"

const config = {
  directory: Argument.String("directory").pipe(
    Argument.withDescription("Where to write the job (default: the working directory)"),
    Argument.withDefault(".")
  ),
  preset: Flag.Literals("preset", presetNames).pipe(
    Flag.withMetavar("NAME"),
    Flag.withDescription(
      "A job of a kind, with the rules for it: product-pages or package-catalogue"
    ),
    Flag.optional
  ),
  json: flags.json
}
export type Options = Command.Command.Config.Infer<typeof config>

export const command = Command.make("init", config, lazily(() => import("../init.ts"))).pipe(
  Command.withShortDescription("Writes a working job to start from"),
  Command.withDescription(
    "Writes a working job: inkfast.yaml, prompt.md, schema.json and a small input. Overwrites nothing."
  ),
  Command.withExamples([{
    command: "inkfast init shop",
    description: "A new job in the directory shop"
  }, {
    command: "inkfast init shop --preset product-pages",
    description: "Pages of memberships and digital products"
  }])
)
