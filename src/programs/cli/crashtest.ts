// `inkfast doctor --crashtest`: the crash test of a disk, its verdict as words or as JSON.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as NodeOwnCommand from "../../layers/NodeOwnCommand.ts"
import * as NodeScratch from "../../layers/NodeScratch.ts"
import * as Subprocesses from "../../layers/Subprocesses.ts"
import { loadJob } from "../../services/job/LoadJob.ts"
import { crashtest } from "../doctor/crashtest/crashtest.ts"
import type { CrashtestReport } from "../doctor/crashtest/CrashtestReport.ts"
import { ExitCode } from "../ExitCode.ts"
import { exitWith } from "./failures.ts"
import { printJson, printLine, say, visible } from "./output.ts"

export interface CrashtestFlags {
  readonly job: string
  readonly data: Option.Option<string>
  readonly dir: Option.Option<string>
  readonly seconds: number
  readonly json: boolean
}

/** Where the data is or will be; a job is read only where no flag tells. */
const directoryOf = ({ data, dir, job }: CrashtestFlags) => {
  const given = Option.orElse(dir, () => data)
  return Option.isSome(given)
    ? Effect.succeed(given.value)
    : Effect.map(loadJob(job), ({ dataDirectory }) => dataDirectory)
}

const describe = (report: CrashtestReport): string =>
  visible([
    ...report.checks.flatMap(({ advice, name, outcome, seen }) => [
      `${outcome.padEnd(4)} ${name.padEnd(8)} ${seen}`,
      ...(advice === "" ? [] : [`              -> ${advice}`])
    ]),
    report.notTested,
    report.ok
      ? "every acknowledged record was there after every kill"
      : "not fit for a data directory: see above"
  ].join("\n"))

export const runCrashtest = Effect.fnUntraced(function*(flags: CrashtestFlags) {
  const directory = yield* directoryOf(flags)
  yield* say(`killing writers for ${flags.seconds} s in a scratch directory at ${directory} …`)
  const report = yield* crashtest({ directory, seconds: flags.seconds }).pipe(
    Effect.provide(Layer.mergeAll(NodeOwnCommand.layer, NodeScratch.layer, Subprocesses.layer))
  )
  yield* flags.json ? printJson(report) : printLine(describe(report))
  return yield* exitWith(report.ok ? ExitCode.done : ExitCode.usage)
})
