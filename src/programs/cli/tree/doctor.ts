// The flags of `inkfast doctor`; its work is loaded when it is asked for.
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as flags from "../flags.ts"
import { lazily } from "../lazily.ts"

const config = {
  ...flags.jobFlags,
  call: Flag.Boolean("call").pipe(
    Flag.withDescription(
      "Also make one short paid call per model, to see whether the endpoint enforces the schema"
    ),
    Flag.withDefault(false)
  ),
  crashtest: Flag.Boolean("crashtest").pipe(
    Flag.withDescription(
      "Instead: kill writers over and over on the disk of the data directory, and check that nothing is lost"
    ),
    Flag.withDefault(false)
  ),
  dir: Flag.String("dir").pipe(
    Flag.withMetavar("DIR"),
    Flag.withDescription("With --crashtest: the directory to test (default: the data directory)"),
    Flag.optional
  ),
  seconds: Flag.Finite("seconds").pipe(
    Flag.withMetavar("N"),
    Flag.withDescription("With --crashtest: how long (default 10)"),
    Flag.filter((value) => value > 0, (value) => `${value} is no time: it must be above 0`),
    Flag.optional
  ),
  json: flags.json
}
export type Options = Command.Command.Config.Infer<typeof config>

export const command = Command.make("doctor", config, lazily(() => import("../doctor.ts"))).pipe(
  Command.withShortDescription("Checks machine, disk, key, endpoint and prices"),
  Command.withDescription(
    "Checks Node, the disk (a real sync, timed), locks, the key, the endpoint and the prices, and says what to do; without " +
      "a job only the machine. Spends nothing unless --call is given."
  ),
  Command.withExamples([
    { command: "inkfast doctor", description: "Before the first run of the job here" },
    {
      command: "inkfast doctor --call",
      description: "Does the endpoint hold its models to the schema?"
    },
    {
      command: "inkfast doctor --crashtest --dir /mnt/data",
      description: "Does this disk keep what it acknowledges?"
    }
  ])
)
