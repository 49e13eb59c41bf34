// `inkfast generate`: the job's pending items through the model into the masters.
import * as Effect from "effect/Effect"
import * as Stdio from "effect/Stdio"
import * as Live from "../../layers/Live.ts"
import { openItems } from "../../services/items/OpenItems.ts"
import type { Shard } from "../../services/items/Shard.ts"
import type { Job } from "../../services/job/Job.ts"
import { Shutdown } from "../../services/Shutdown.ts"
import { apiKey } from "./apiKey.ts"
import { exitCodeOf } from "../generate/exitCode.ts"
import { exitWith, UsageError, withExitCodes } from "./failures.ts"
import * as flags from "./flags.ts"
import { makeNarrator, summaryOf } from "./narrate.ts"
import { printJson, say } from "./output.ts"
import { probeAndReport } from "./probe.ts"
import { runJob } from "../../runJob.ts"
import { resolveJob } from "./resolveJob.ts"
import { screen } from "./terminal.ts"
import type { Options } from "./tree/generate.ts"

/** The words that start this very command again. */
const resumeLine = Effect.gen(function*() {
  const stdio = yield* Stdio.Stdio
  return ["inkfast", ...(yield* stdio.args).map(shellQuoted)].join(" ")
})

const shellQuoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

interface RunOptions {
  readonly job: Job
  readonly shard: Shard
  readonly limit: number | undefined
  readonly graceMs: number
  readonly json: boolean
}

const run = Effect.fnUntraced(function*({ graceMs, job, json, limit, shard }: RunOptions) {
  const source = yield* openItems(job.input)
  const shutdown = yield* (yield* Shutdown).subscribe
  const key = yield* apiKey
  const report = yield* Effect.scoped(Effect.gen(function*() {
    const narrator = yield* makeNarrator(yield* screen, job.runBudgetNanoUsd)
    return yield* runJob({
      job,
      source,
      shard,
      limit,
      stopRequested: Effect.map(shutdown, (signal) => ({ _tag: "Signal", signal }) as const),
      graceMs,
      onEvent: (event) =>
        Effect.andThen(narrator.tell(event), json ? printJson(event) : Effect.void)
    })
  })).pipe(Effect.provide(Live.model(job, key)))
  yield* say(summaryOf(report))
  const code = exitCodeOf(report)
  if (report.stop !== null || report.deferredNow > 0) yield* say(`to go on: ${yield* resumeLine}`)
  return yield* exitWith(code)
})

export const handle = (options: Options) =>
  Effect.scoped(Effect.gen(function*() {
    const shard = yield* flags.shardOf(options.shard)
    const limit = yield* flags.limitOf(options.limit)
    if (options.grace < 0) {
      return yield* new UsageError({ message: `--grace: is ${options.grace}; must be 0 or more` })
    }
    const { evidenceOnly, job } = yield* resolveJob(options.job, flags.overridesOf(options))
    if (evidenceOnly || options.evidenceOnly) {
      return yield* probeAndReport(job, { limit, shard, json: options.json })
    }
    return yield* run({ job, shard, limit, graceMs: options.grace * 1000, json: options.json })
  })).pipe(withExitCodes(options.json))
