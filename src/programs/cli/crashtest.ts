// `inkfast doctor --crashtest`: the crash test of a disk, its verdict as words or as JSON.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as NodeFileSystemType from "../../layers/NodeFileSystemType.ts"
import * as NodeOwnCommand from "../../layers/NodeOwnCommand.ts"
import * as NodeScratch from "../../layers/NodeScratch.ts"
import * as Subprocesses from "../../layers/Subprocesses.ts"
import { Disk } from "../../services/durability/Disk.ts"
import { loadJob } from "../../services/job/LoadJob.ts"
import { crashtest } from "../doctor/crashtest/crashtest.ts"
import { brokenIn } from "../doctor/crashtest/CrashtestReport.ts"
import type { CrashtestReport } from "../doctor/crashtest/CrashtestReport.ts"
import { nearestDirectory } from "../doctor/nearestDirectory.ts"
import { ExitCode } from "../ExitCode.ts"
import { placeForData } from "./dataOf.ts"
import { doctorLines } from "./doctorLines.ts"
import { exitWith, UsageError } from "./failures.ts"
import { printJson, printLine, say, visible } from "./output.ts"
import type { Options } from "./tree/doctor.ts"

const secondsDefault = 10

/** What was named to be tested must be there: a test of another place would prove nothing. */
const existing = Effect.fnUntraced(function*(directory: string) {
  const found = directory === "" ? Option.none() : yield* (yield* Disk).stat(directory)
  if (Option.exists(found, ({ kind }) => kind === "directory")) return directory
  const what = Option.isSome(found) ? "is no directory" : "there is no such directory"
  return yield* new UsageError({ message: `--dir ${directory}: ${what}` })
})

/** Where the data is or will be; a job is read only where no flag tells. */
const directoryOf = ({ data, dir, job }: Options) => {
  if (Option.isSome(dir)) return existing(dir.value)
  return Option.isSome(data)
    ? placeForData(data.value)
    : Effect.map(loadJob(job), ({ dataDirectory }) => dataDirectory)
}

const others = {
  in: "--in",
  key: "--key",
  model: "--model",
  strongModel: "--strong-model",
  baseUrl: "--base-url",
  prices: "--prices"
} as const

/** A crash test looks at a disk: what asks for more is not dropped in silence. */
const refuseOthers = Effect.fnUntraced(function*(options: Options) {
  const names = Object.keys(others) as ReadonlyArray<keyof typeof others>
  const given = [
    ...(options.call ? ["--call"] : []),
    ...names.filter((name) => Option.isSome(options[name])).map((name) => others[name])
  ]
  if (given.length === 0) return
  return yield* new UsageError({
    message: `${
      given.join(", ")
    }: --crashtest looks at a disk alone; run doctor once more for the rest`
  })
})

const verdict = ({ checks, figures, ok }: CrashtestReport): string => {
  const isUnfit = checks.some(({ name, outcome }) => name === "lock" && outcome === "fail") ||
    (figures !== null && brokenIn(figures) > 0)
  if (isUnfit) return "not fit for a data directory: see above"
  if (!ok) return "nothing is proven: see above"
  const warned = checks.some(({ outcome }) => outcome === "warn")
  return "every acknowledged record was there after every kill" +
    (warned ? "; kills are not all that may happen: see the warnings above" : "")
}

const describe = (report: CrashtestReport): string =>
  visible([...doctorLines(report), report.notTested, verdict(report)].join("\n"))

export const runCrashtest = Effect.fnUntraced(function*(options: Options) {
  yield* refuseOthers(options)
  const seconds = Option.getOrElse(options.seconds, () => secondsDefault)
  const wanted = yield* directoryOf(options)
  const directory = yield* nearestDirectory(wanted)
  yield* say(`killing writers for ${seconds} s in a scratch directory in ${visible(directory)} …`)
  const report = yield* crashtest({ directory, seconds }).pipe(
    Effect.provide(
      Layer.mergeAll(
        NodeFileSystemType.layer,
        NodeOwnCommand.layer,
        NodeScratch.layer,
        Subprocesses.layer
      )
    )
  )
  yield* options.json ? printJson(report) : printLine(describe(report))
  return yield* exitWith(report.ok ? ExitCode.done : ExitCode.usage)
})
