// `inkfast doctor`: whether this machine, disk and endpoint can do the job.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as HttpEndpoint from "../../layers/HttpEndpoint.ts"
import * as Live from "../../layers/Live.ts"
import { Host } from "../../services/Host.ts"
import { doctor, doctorWithCall } from "../doctor.ts"
import type { DoctorReport } from "../doctor/DoctorReport.ts"
import { ExitCode } from "../ExitCode.ts"
import { apiKey } from "./apiKey.ts"
import { runCrashtest } from "./crashtest.ts"
import { exitWith, withExitCodes } from "./failures.ts"
import * as flags from "./flags.ts"
import { printJson, printLine, visible } from "./output.ts"
import { resolveJob } from "./resolveJob.ts"
import type { Options } from "./tree/doctor.ts"

const describe = (report: DoctorReport): string =>
  visible([
    ...report.checks.flatMap(({ advice, name, outcome, seen }) => [
      `${outcome.padEnd(4)} ${name.padEnd(8)} ${seen}`,
      ...(advice === "" ? [] : [`              -> ${advice}`])
    ]),
    report.ok ? "ready" : "not ready: see above"
  ].join("\n"))

export const handle = (options: Options) =>
  Effect.gen(function*() {
    if (options.crashtest) return yield* runCrashtest(options)
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
  }).pipe(withExitCodes(options.json))
