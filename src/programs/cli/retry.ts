// `inkfast retry`: rejected items taken up again, by the cause of their reject.
import * as Effect from "effect/Effect"
import { DataDirectory } from "../../services/durability/DataDirectory.ts"
import { openInput } from "../openInput.ts"
import { foreseeRetry } from "../retry/foreseeRetry.ts"
import type { RetryForecast } from "../retry/foreseeRetry.ts"
import { UsageError, withExitCodes } from "./failures.ts"
import * as flags from "./flags.ts"
import { printJson, printLine, say, visible } from "./output.ts"
import { resolveJob } from "./resolveJob.ts"
import { choiceOf } from "./retryChoice.ts"
import { graceMsOf, runAndReport } from "./runAndReport.ts"
import type { Options } from "./tree/retry.ts"

const describe = (forecast: RetryForecast): string =>
  visible([
    `${forecast.rejected} rejected, ${forecast.taken} to take up again` +
    (forecast.exhausted > 0
      ? `, ${forecast.exhausted} taken up as often as retry.timesMax allows`
      : ""),
    ...forecast.byCause.map(({ cause, exhausted, phase, rejected, taken }) =>
      `  ${cause.padEnd(24)} ${phase === null ? "by name" : `phase ${phase}`}  ` +
      `${rejected} rejected, ${taken} to take up${exhausted > 0 ? `, ${exhausted} exhausted` : ""}`
    )
  ].join("\n"))

const refuseOthers = Effect.fnUntraced(function*({ notRejected }: RetryForecast) {
  if (notRejected.length === 0) return
  const lines = notRejected.map(({ nearest, slug, state }) =>
    state === "accepted"
      ? `"${slug}" is accepted: there is nothing to retry`
      : state === "pending"
      ? `"${slug}" is pending: inkfast generate takes it up`
      : `"${slug}" is in no reject and not in the input${
        nearest.length > 0 ? `; did you mean ${nearest.join(" or ")}?` : ""
      }`
  )
  return yield* new UsageError({ message: `--slug: ${lines.join("\n        ")}` })
})

export const handle = (options: Options) =>
  Effect.scoped(Effect.gen(function*() {
    const shard = yield* flags.shardOf(options.shard)
    const limit = yield* flags.limitOf(options.limit)
    const graceMs = yield* graceMsOf(options.grace)
    const choice = choiceOf(options)
    if (choice === undefined) {
      return yield* new UsageError({
        message: "say what to take up again: --phase A, B, C, D or all, --cause, or --slug"
      })
    }
    const { fromEnvironment, job } = yield* resolveJob(options.job, flags.overridesOf(options))
    const source = yield* openInput(job)
    const forecast = yield* foreseeRetry(source, choice, job.retry.timesMax, shard).pipe(
      Effect.provide(DataDirectory.layer(job.dataDirectory))
    )
    yield* refuseOthers(forecast)
    if (options.dryRun) {
      return yield* options.json ? printJson(forecast) : printLine(describe(forecast))
    }
    yield* say(describe(forecast))
    const { json } = options
    const plan = { _tag: "Retry", choice } as const
    return yield* runAndReport({
      job,
      source,
      plan,
      shard,
      limit,
      graceMs,
      json,
      fromEnvironment
    })
  })).pipe(withExitCodes(options.json))
