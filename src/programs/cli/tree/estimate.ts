// The flags of `inkfast estimate`; its work is loaded when it is asked for.
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as flags from "../flags.ts"
import { lazily } from "../lazily.ts"
import { retryFlags } from "./retryFlags.ts"

const config = {
  ...flags.jobFlags,
  ...flags.runFlags,
  shard: flags.shard,
  prompts: Flag.Int("prompts").pipe(
    Flag.withMetavar("N"),
    Flag.withDescription("Count the tokens of at most N prompts, a sample of more (default 200)"),
    Flag.withDefault(200)
  ),
  sample: Flag.Int("sample").pipe(
    Flag.withMetavar("K"),
    Flag.withDescription(
      "Write K pending items for real, keep what passes, and extrapolate what they cost"
    ),
    Flag.optional
  ),
  renew: flags.renew(
    "Also estimate the records whose prompt, schema, model or evidence has changed"
  ),
  ...retryFlags,
  json: flags.json
}
export type Options = Command.Command.Config.Infer<typeof config>

export const command = Command.make("estimate", config, lazily(() => import("../estimate.ts")))
  .pipe(
    Command.withShortDescription("Says what writing the pending items will cost"),
    Command.withDescription(
      "Says what writing the pending items will take and cost, from their prompts, the prices, and how earlier calls went; " +
        "with --renew of the stale records too, with --phase, --cause or --slug of a retry instead. " +
        "Calls no model and writes nothing, but for --sample."
    ),
    Command.withExamples([
      { command: "inkfast estimate", description: "Expected and high dollars for each model" },
      { command: "inkfast estimate --renew stale", description: "The stale records besides" },
      { command: "inkfast estimate --phase B", description: "What QA rejected, taken up again" },
      {
        command: "inkfast estimate --sample 20",
        description: "Write twenty items for real, and say what the rest will cost"
      }
    ])
  )
