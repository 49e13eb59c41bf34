// `inkfast generate`: the job's pending items, and stale ones if asked for, through the model into the masters.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { openInput } from "../openInput.ts"
import { UsageError, withExitCodes } from "./failures.ts"
import * as flags from "./flags.ts"
import { probeAndReport } from "./probe.ts"
import { resolveJob } from "./resolveJob.ts"
import { graceMsOf, runAndReport } from "./runAndReport.ts"
import type { Options } from "./tree/generate.ts"

export const handle = (options: Options) =>
  Effect.scoped(Effect.gen(function*() {
    const shard = yield* flags.shardOf(options.shard)
    const limit = yield* flags.limitOf(options.limit)
    const graceMs = yield* graceMsOf(options.grace)
    const { evidenceOnly, fromEnvironment, job } = yield* resolveJob(
      options.job,
      flags.overridesOf(options)
    )
    if (evidenceOnly || options.evidenceOnly) {
      const out = Option.getOrUndefined(options.out)
      return yield* probeAndReport(job, { limit, shard, json: options.json, out })
    }
    if (Option.isSome(options.out)) {
      return yield* new UsageError({ message: "--out: goes with --evidence-only" })
    }
    return yield* runAndReport({
      job,
      source: yield* openInput(job),
      plan: Option.isSome(options.renew) ? { _tag: "Renew" } : { _tag: "Pending" },
      shard,
      limit,
      graceMs,
      json: options.json,
      fromEnvironment
    })
  })).pipe(withExitCodes(options.json))
