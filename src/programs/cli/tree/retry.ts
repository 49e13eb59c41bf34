// The flags of `inkfast retry`; its work is loaded when it is asked for.
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as flags from "../flags.ts"
import { lazily } from "../lazily.ts"
import { retryFlags } from "./retryFlags.ts"

const config = {
  ...flags.jobFlags,
  ...flags.runFlags,
  ...retryFlags,
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("Say what would be taken up, by cause, and take up nothing"),
    Flag.withDefault(false)
  ),
  limit: flags.limit,
  shard: flags.shard,
  grace: flags.grace,
  json: flags.json
}
export type Options = Command.Command.Config.Infer<typeof config>

export const command = Command.make("retry", config, lazily(() => import("../retry.ts"))).pipe(
  Command.withShortDescription("Takes rejected items up again, by the cause of their reject"),
  Command.withDescription(
    "Takes rejected items up again by the cause of their reject. A reject stands until its item has a record; " +
      "an item is taken up again retry.timesMax times at most, over all runs."
  ),
  Command.withExamples([
    {
      command: "inkfast retry --phase all --dry-run",
      description: "What would be taken up, and why"
    },
    { command: "inkfast retry --phase A", description: "What failed for a passing cause" },
    { command: "inkfast retry --cause Blocked", description: "What stood behind a wall" },
    {
      command: "inkfast retry --cause QaFailed --budget 2",
      description: "Drafts that QA rejected, with their findings"
    },
    {
      command: "inkfast retry --slug desk-lamp --item-budget 0.5",
      description: "One item, with more money"
    }
  ])
)
