// The command tree, and how a run of it ends.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Command from "effect/cli/Command"
import * as Audit from "./tree/audit.ts"
import * as CrashtestWriter from "./tree/crashtestWriter.ts"
import * as Consolidate from "./tree/consolidate.ts"
import * as Doctor from "./tree/doctor.ts"
import * as Estimate from "./tree/estimate.ts"
import { ExitCode } from "../ExitCode.ts"
import { ExitWith } from "./ExitWith.ts"
import * as Explain from "./tree/explain.ts"
import * as Export from "./tree/export.ts"
import * as FakeLlm from "./tree/fakeLlm.ts"
import * as Generate from "./tree/generate.ts"
import * as Import from "./tree/import.ts"
import * as Init from "./tree/init.ts"
import { logLine } from "./logLine.ts"
import * as Present from "./present.ts"
import * as Probe from "./tree/probe.ts"
import * as Qa from "./tree/qa.ts"
import * as Repair from "./tree/repair.ts"
import * as Requalify from "./tree/requalify.ts"
import * as Retry from "./tree/retry.ts"
import * as Status from "./tree/status.ts"
import * as Validate from "./tree/validate.ts"

const inkfast = Command.make("inkfast").pipe(
  Command.withDescription("Bulk content generation with language models that loses nothing."),
  Command.withSubcommands([
    {
      group: "WRITING",
      commands: [
        Init.command,
        Validate.command,
        Probe.command,
        Estimate.command,
        Generate.command,
        Status.command,
        Retry.command,
        Requalify.command,
        Explain.command,
        Qa.command
      ]
    },
    {
      group: "THE DATA",
      commands: [
        Audit.command,
        Repair.command,
        Consolidate.command,
        Export.command,
        Import.command
      ]
    },
    { group: "THE MACHINE", commands: [Doctor.command, FakeLlm.command] },
    CrashtestWriter.command
  ])
)

/** Words go to stderr, so that stdout carries data alone. */
const toStderr = Layer.mergeAll(
  Logger.layer([Logger.withConsoleError(logLine)]),
  Present.layer
)

/**
 * Runs the command line; fails only with `ExitWith`, everything having been said. `machine` is built when a command has
 * been understood, and only then.
 */
export const main = <Machine>(version: string, machine: Layer.Layer<Machine>) =>
  Command.run(Command.provide(inkfast, machine), { version }).pipe(
    Effect.catchTag(
      "ShowHelp",
      (help) =>
        help.errors.length > 0 ? Effect.fail(new ExitWith({ code: ExitCode.usage })) : Effect.void
    ),
    Effect.provide(toStderr)
  )
