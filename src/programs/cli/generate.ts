// `inkfast generate`: the job's pending items through the model into the masters.
import * as Effect from "effect/Effect"
import * as Stdio from "effect/Stdio"
import * as Live from "../../layers/Live.ts"
import { openItems } from "../../services/items/OpenItems.ts"
import type { Shard } from "../../services/items/Shard.ts"
import type { Job } from "../../services/job/Job.ts"
import { Shutdown } from "../../services/Shutdown.ts"
import { apiKey } from "./apiKey.ts"
import type { RunReport } from "../generate/RunEvent.ts"
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

/** Without the flag and its value, in either form. */
const without = (args: ReadonlyArray<string>, flag: string): ReadonlyArray<string> =>
  args.filter((word, index) =>
    word !== flag && args[index - 1] !== flag && !word.startsWith(`${flag}=`)
  )

/** A total that carries what is pending, going by what a settled item has cost: never less than one more call. */
const enoughUsd = ({ accepted, budget, pending, rejected, stop }: RunReport): number => {
  const { budgetNanoUsd = 0, spentNanoUsd = 0 } = budget.total ?? {}
  const perItem = spentNanoUsd / Math.max(1, accepted + rejected)
  const needed = stop?._tag === "Budget" ? stop.neededNanoUsd : 0
  const enough = Math.max(budgetNanoUsd, spentNanoUsd + Math.max(needed, pending * perItem * 1.2))
  return Number((Math.ceil(enough / 1e7) / 100).toFixed(2))
}

/** The words that go on where this command stopped: the same, but for a total budget that would stop it again. */
const resumeLine = Effect.fnUntraced(function*(report: RunReport) {
  const stdio = yield* Stdio.Stdio
  const args = yield* stdio.args
  const again = report.stop?._tag === "Budget" && report.stop.scope === "total"
    ? [...without(args, "--total-budget"), "--total-budget", String(enoughUsd(report))]
    : args
  return ["inkfast", ...again.map(shellQuoted)].join(" ")
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
  if (report.stop !== null || report.deferredNow > 0) {
    yield* say(`to go on: ${yield* resumeLine(report)}`)
  }
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
