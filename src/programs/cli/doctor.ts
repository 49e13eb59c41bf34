// `inkfast doctor`: whether this machine, disk and endpoint can do the job; without a job, whether the machine can.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as path from "node:path"
import * as HttpEndpoint from "../../layers/HttpEndpoint.ts"
import * as Live from "../../layers/Live.ts"
import { DataDirectory } from "../../services/durability/DataDirectory.ts"
import { Disk } from "../../services/durability/Disk.ts"
import { Host } from "../../services/Host.ts"
import type { JobError } from "../../services/job/JobError.ts"
import { doctor, doctorWithCall, doctorWithoutJob } from "../doctor.ts"
import type { DoctorCheck, DoctorReport } from "../doctor/DoctorReport.ts"
import { fail, warn } from "../doctor/DoctorReport.ts"
import { ExitCode } from "../ExitCode.ts"
import { apiKey } from "./apiKey.ts"
import { runCrashtest } from "./crashtest.ts"
import { placeForData } from "./dataOf.ts"
import { doctorLines } from "./doctorLines.ts"
import { exitWith, UsageError, withExitCodes } from "./failures.ts"
import * as flags from "./flags.ts"
import { printJson, printLine, visible } from "./output.ts"
import { resolveJob } from "./resolveJob.ts"
import type { Options } from "./tree/doctor.ts"

const describe = (report: DoctorReport): string =>
  visible([...doctorLines(report), report.ok ? "ready" : "not ready: see above"].join("\n"))

const unchecked = "the key, the endpoint and the prices were not looked at"

/** Nobody asked for a job that is not in the working directory: the machine may be what matters. */
const jobCheck = Effect.fnUntraced(function*(options: Options, error: JobError) {
  const isThere = Option.isSome(
    yield* (yield* Disk).stat(path.join(options.job, "inkfast.yaml"))
  )
  return !isThere && options.job === "."
    ? warn("job", `none here: ${unchecked}`, "name one with --job, or write one: inkfast init")
    : fail("job", `${error.message}; ${unchecked}`, "mend it, or name another with --job")
})

/** A job that cannot be used is one more finding: the machine is looked at all the same. */
const machineOnly = Effect.fnUntraced(function*(options: Options, check: DoctorCheck) {
  const root = Option.isSome(options.data)
    ? yield* placeForData(options.data.value)
    : options.job
  return yield* doctorWithoutJob((yield* Host).versions.node, check).pipe(
    Effect.provide(DataDirectory.layer(root))
  )
})

const examine = Effect.fnUntraced(function*(options: Options) {
  const resolved = yield* Effect.result(resolveJob(options.job, flags.overridesOf(options)))
  if (resolved._tag === "Failure") {
    return yield* machineOnly(options, yield* jobCheck(options, resolved.failure))
  }
  const { job } = resolved.success
  yield* placeForData(job.dataDirectory)
  const key = yield* apiKey
  const facts = { nodeVersion: (yield* Host).versions.node, keyPresent: key !== undefined }
  return yield* (options.call ? doctorWithCall(facts) : doctor(facts)).pipe(
    Effect.provide(Layer.mergeAll(
      Live.settings(job),
      HttpEndpoint.layer({ baseUrl: job.baseUrl, apiKey: key }),
      Live.model(job, key)
    ))
  )
})

/** What goes with the crash test says nothing without it. */
const refuseAlone = Effect.fnUntraced(function*({ dir, seconds }: Options) {
  const given = [
    ...(Option.isSome(dir) ? ["--dir"] : []),
    ...(Option.isSome(seconds) ? ["--seconds"] : [])
  ]
  if (given.length === 0) return
  return yield* new UsageError({ message: `${given.join(", ")}: goes with --crashtest` })
})

export const handle = (options: Options) =>
  Effect.gen(function*() {
    if (options.crashtest) return yield* runCrashtest(options)
    yield* refuseAlone(options)
    const report = yield* examine(options)
    yield* options.json ? printJson(report) : printLine(describe(report))
    return yield* exitWith(report.ok ? ExitCode.done : ExitCode.usage)
  }).pipe(withExitCodes(options.json))
