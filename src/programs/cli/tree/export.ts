// The flags of `inkfast export`; its work is loaded when it is asked for.
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as flags from "../flags.ts"
import { lazily } from "../lazily.ts"

const config = {
  job: flags.job,
  data: flags.data,
  out: Flag.String("out").pipe(
    Flag.withMetavar("FILE"),
    Flag.withDescription("File to replace, or - for standard output (default -)"),
    Flag.withDefault("-")
  ),
  format: Flag.Literals("format", ["jsonl", "csv"]).pipe(
    Flag.withMetavar("FORMAT"),
    Flag.withDescription("jsonl or csv (default: by the file's name, else jsonl)"),
    Flag.optional
  ),
  fields: Flag.String("fields").pipe(
    Flag.withMetavar("A,B"),
    Flag.withDescription("Fields in this order; dots reach into objects (default: all but _meta)"),
    Flag.optional
  ),
  changedSince: Flag.String("changed-since").pipe(
    Flag.withMetavar("TIME"),
    Flag.withDescription("Only records accepted then or later: 2026-01-31, 2026-01-31T12:00:00Z"),
    Flag.optional
  ),
  slug: Flag.String("slug").pipe(Flag.withDescription("Only this item"), Flag.optional),
  rawCells: Flag.Boolean("raw-cells").pipe(
    Flag.withDescription("Leave CSV cells as they are that a spreadsheet would run as formulas"),
    Flag.withDefault(false)
  ),
  json: flags.json
}
export type Options = Command.Command.Config.Infer<typeof config>

export const command = Command.make("export", config, lazily(() => import("../export.ts"))).pipe(
  Command.withShortDescription("Writes the records that stand as JSONL or CSV"),
  Command.withDescription(
    "Writes the records that stand as JSONL or CSV, in the order of the masters. A file is replaced whole."
  ),
  Command.withExamples([
    { command: "inkfast export --out products.csv --fields slug,title", description: "As CSV" },
    { command: "inkfast export --changed-since 2026-01-31", description: "What is new, as JSONL" }
  ])
)
