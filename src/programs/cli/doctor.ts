// `inkfast doctor`: whether this machine, disk and endpoint can do the job.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as HttpEndpoint from "../../layers/HttpEndpoint.ts"
import * as Live from "../../layers/Live.ts"
import { Host } from "../../services/Host.ts"
import { doctor, doctorWithCall } from "../doctor.ts"
import type { DoctorReport } from "../doctor/DoctorReport.ts"
import { ExitCode } from "../ExitCode.ts"
import { apiKey } from "./apiKey.ts"
import { exitWith, withExitCodes } from "./failures.ts"
import * as flags from "./flags.ts"
import { printJson, printLine, visible } from "./output.ts"
import { resolveJob } from "./resolveJob.ts"

const describe = (report: DoctorReport): string =>
  visible([
    ...report.checks.flatMap(({ advice, name, outcome, seen }) => [
      `${outcome.padEnd(4)} ${name.padEnd(8)} ${seen}`,
      ...(advice === "" ? [] : [`              -> ${advice}`])
    ]),
    report.ok ? "ready" : "not ready: see above"
  ].join("\n"))

export const command = Command.make("doctor", {
  ...flags.jobFlags,
  call: Flag.Boolean("call").pipe(
    Flag.withDescription("Also make one short paid call per model, to see whether the endpoint enforces the schema"),
    Flag.withDefault(false)
  ),
  json: flags.json
}, (options) =>
  Effect.gen(function*() {
    const { job } = yield* resolveJob(options.job, flags.overridesOf(options))
    const key = yield* apiKey
    const facts = { nodeVersion: (yield* Host).versions.node, keyPresent: key !== undefined }
    const report = yield* (options.call ? doctorWithCall(facts) : doctor(facts)).pipe(
      Effect.provide(Layer.mergeAll(
        Live.settings(job),
        HttpEndpoint.layer({ baseUrl: job.baseUrl, apiKey: key }),
        Live.model(job, key)
      ))
    )
    yield* options.json ? printJson(report) : printLine(describe(report))
    return yield* exitWith(report.ok ? ExitCode.done : ExitCode.usage)
  }).pipe(withExitCodes(options.json))).pipe(
    Command.withDescription(
      "Checks Node, the disk (a real sync, timed), locks, the key, the endpoint and the prices, and says what to do. Spends " +
        "nothing unless --call is given."
    ),
    Command.withExamples([
      { command: "inkfast doctor", description: "Before the first run of the job here" },
      { command: "inkfast doctor --call", description: "Does the endpoint hold its models to the schema?" }
    ])
  )
