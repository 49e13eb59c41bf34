// A run from the command line: told while it works, summed up at its end, with the words that go on from there.
import * as Effect from "effect/Effect"
import * as Live from "../../layers/Live.ts"
import type { ItemSource } from "../../services/items/ItemSource.ts"
import type { Shard } from "../../services/items/Shard.ts"
import type { Job } from "../../services/job/Job.ts"
import { Shutdown } from "../../services/Shutdown.ts"
import { runJob } from "../../runJob.ts"
import { exitCodeOf } from "../generate/exitCode.ts"
import type { Plan } from "../generate/Plan.ts"
import { apiKey } from "./apiKey.ts"
import { exitWith, UsageError } from "./failures.ts"
import { makeNarrator } from "./narrate.ts"
import { printJson, say } from "./output.ts"
import type { FromEnvironment } from "./resolveJob.ts"
import { summaryOf } from "./summary.ts"
import { tellNext } from "./tellNext.ts"
import { screen } from "./terminal.ts"

export interface RunOptions {
  readonly job: Job
  readonly source: ItemSource
  readonly plan: Plan
  readonly shard: Shard
  readonly limit: number | undefined
  readonly graceMs: number
  readonly json: boolean
  /** As `resolveJob` answers it. */
  readonly fromEnvironment: FromEnvironment
}

/** Runs the plan; ends with the run's exit code. */
export const runAndReport = Effect.fnUntraced(function*(options: RunOptions) {
  const { fromEnvironment, graceMs, job, json, limit, plan, shard, source } = options
  const shutdown = yield* (yield* Shutdown).subscribe
  const key = yield* apiKey
  let toDo = 0
  const report = yield* Effect.scoped(Effect.gen(function*() {
    const narrator = yield* makeNarrator(yield* screen, job)
    return yield* runJob({
      job,
      source,
      shard,
      plan,
      limit,
      stopRequested: Effect.map(shutdown, (signal) => ({ _tag: "Signal", signal }) as const),
      graceMs,
      onEvent: (event) => {
        if (event.event === "started") toDo = event.toDo
        return Effect.andThen(narrator.tell(event), json ? printJson(event) : Effect.void)
      }
    })
  })).pipe(Effect.provide(Live.model(job, key)))
  yield* say(summaryOf(report))
  yield* tellNext({ job, report, toDo, fromEnvironment })
  return yield* exitWith(exitCodeOf(report))
})

/** Seconds, as the flag says, in milliseconds. */
export const graceMsOf = (grace: number): Effect.Effect<number, UsageError> =>
  grace < 0
    ? Effect.fail(new UsageError({ message: `--grace: is ${grace}; must be 0 or more` }))
    : Effect.succeed(grace * 1000)
