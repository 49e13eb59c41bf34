// A run from the command line: told while it works, summed up at its end, with the words that go on from there.
import * as Effect from "effect/Effect"
import * as Stdio from "effect/Stdio"
import * as Live from "../../layers/Live.ts"
import type { ItemSource } from "../../services/items/ItemSource.ts"
import type { Shard } from "../../services/items/Shard.ts"
import type { Job } from "../../services/job/Job.ts"
import { Shutdown } from "../../services/Shutdown.ts"
import { runJob } from "../../runJob.ts"
import { exitCodeOf } from "../generate/exitCode.ts"
import type { Plan } from "../generate/Plan.ts"
import type { RunReport } from "../generate/RunEvent.ts"
import { apiKey } from "./apiKey.ts"
import { exitWith, UsageError } from "./failures.ts"
import { makeNarrator, summaryOf } from "./narrate.ts"
import { printJson, say } from "./output.ts"
import { screen } from "./terminal.ts"

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

export interface RunOptions {
  readonly job: Job
  readonly source: ItemSource
  readonly plan: Plan
  readonly shard: Shard
  readonly limit: number | undefined
  readonly graceMs: number
  readonly json: boolean
}

/** Runs the plan; ends with the run's exit code. */
export const runAndReport = Effect.fnUntraced(function*(options: RunOptions) {
  const { graceMs, job, json, limit, plan, shard, source } = options
  const shutdown = yield* (yield* Shutdown).subscribe
  const key = yield* apiKey
  const report = yield* Effect.scoped(Effect.gen(function*() {
    const narrator = yield* makeNarrator(yield* screen, job.runBudgetNanoUsd)
    return yield* runJob({
      job,
      source,
      shard,
      plan,
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

/** Seconds, as the flag says, in milliseconds. */
export const graceMsOf = (grace: number): Effect.Effect<number, UsageError> =>
  grace < 0
    ? Effect.fail(new UsageError({ message: `--grace: is ${grace}; must be 0 or more` }))
    : Effect.succeed(grace * 1000)
