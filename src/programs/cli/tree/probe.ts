// The flags of `inkfast probe`; its work is loaded when it is asked for.
import * as Command from "effect/cli/Command"
import * as flags from "../flags.ts"
import { lazily } from "../lazily.ts"

const config = {
  ...flags.jobFlags,
  limit: flags.limit,
  shard: flags.shard,
  out: flags.out,
  json: flags.json
}
export type Options = Command.Command.Config.Infer<typeof config>

export const command = Command.make("probe", config, lazily(() => import("../probe.ts"))).pipe(
  Command.withShortDescription("Gathers evidence, reports what is thin; calls no model"),
  Command.withDescription(
    "Gathers evidence for every pending item and reports what is enough, what is thin and why, and what generating would " +
      "cost. Calls no model and writes nothing into the data directory."
  ),
  Command.withExamples([
    { command: "inkfast probe --limit 20", description: "Look at the first twenty pending items" },
    {
      command: "inkfast probe --out report.json",
      description: "Every item and the totals in one file"
    },
    {
      command: "inkfast probe --json > report.jsonl",
      description: "One JSON value an item, and the totals"
    }
  ])
)
