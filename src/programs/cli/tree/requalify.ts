// The flags of `inkfast requalify`; its work is loaded when it is asked for.
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as flags from "../flags.ts"
import { lazily } from "../lazily.ts"

const config = {
  job: flags.jobFlags.job,
  data: flags.jobFlags.data,
  in: flags.jobFlags.in,
  key: flags.jobFlags.key,
  apply: Flag.Boolean("apply").pipe(
    Flag.withDescription("Also take back the records that would fail now, or replace them"),
    Flag.withDefault(false)
  ),
  json: flags.json
}
export type Options = Command.Command.Config.Infer<typeof config>

export const command = Command.make(
  "requalify",
  config,
  lazily(() => import("../requalify.ts"))
).pipe(
  Command.withShortDescription("Judges what is paid for by today's rules, for nothing"),
  Command.withDescription(
    "Runs today's QA over every answer in the journals, for nothing: what passes now is accepted, what would fail now is " +
      "listed. Calls no model and fetches no page."
  ),
  Command.withExamples([
    { command: "inkfast requalify", description: "After a rule was loosened or mended" },
    { command: "inkfast requalify --apply", description: "Take back what would fail now as well" }
  ])
)
