// The flags of `inkfast generate`; its work is loaded when it is asked for.
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as flags from "../flags.ts"
import { lazily } from "../lazily.ts"

const config = {
  ...flags.jobFlags,
  ...flags.runFlags,
  limit: flags.limit,
  shard: flags.shard,
  grace: flags.grace,
  renew: flags.renew(
    "Also write the records anew whose prompt, schema, model or evidence has changed; each stands until its new one does"
  ),
  evidenceOnly: Flag.Boolean("evidence-only").pipe(
    Flag.withDescription(
      "Only gather evidence and report, as inkfast probe does; environment EVIDENCE_ONLY"
    ),
    Flag.withDefault(false)
  ),
  out: flags.out,
  json: flags.json
}
export type Options = Command.Command.Config.Infer<typeof config>

export const command = Command.make("generate", config, lazily(() => import("../generate.ts")))
  .pipe(
    Command.withShortDescription("Writes every pending item; run it again to go on"),
    Command.withDescription(
      "Writes every pending item: gathers evidence, calls the model, checks the answer, and keeps what passes on disk at once. " +
        "Run it again to go on where it stopped."
    ),
    Command.withExamples([
      { command: "inkfast generate", description: "Run the job in this directory" },
      {
        command: "inkfast generate --renew stale --budget 5",
        description:
          "Write stale records anew: inkfast status says how many there are and what it may cost"
      },
      {
        command: "inkfast generate --job shop --budget 5 --batch 32",
        description: "Spend at most 5 dollars, 32 items in flight"
      },
      {
        command: "inkfast generate --in items.csv --key sku --limit 10",
        description: "Try ten rows of a CSV file"
      },
      {
        command: "inkfast generate --shard 1/4",
        description: "One of four processes that share the work"
      },
      {
        command:
          "inkfast generate --base-url http://127.0.0.1:11434/v1 --model llama3.2 --strong-model none --prices free.json",
        description:
          `A local model; free.json: { "llama3.2": { "inputUsdPerMtok": 0, "outputUsdPerMtok": 0 } }`
      }
    ])
  )
