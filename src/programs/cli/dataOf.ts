// The data directory of a command that needs nothing else of the job: the flag, or what the job says.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Disk } from "../../services/durability/Disk.ts"
import { loadJob } from "../../services/job/LoadJob.ts"
import { UsageError } from "./failures.ts"
import { openInput } from "../openInput.ts"
import { overridesOf } from "./flags.ts"
import type { countFlags, jobFlags, Values } from "./flags.ts"
import { resolveJob } from "./resolveJob.ts"

/** A job that keeps its data elsewhere. */
const isMereJob = Effect.fnUntraced(function*(path: string) {
  const names = yield* (yield* Disk).list(path)
  return names.includes("inkfast.yaml") && !names.includes("master") && !names.includes("raw")
})

/** A directory that was named must be there: a slip of the pen would otherwise look like a job without a flaw. */
export const existingData = Effect.fnUntraced(function*(path: string) {
  const found = yield* (yield* Disk).stat(path)
  if (Option.exists(found, ({ kind }) => kind === "directory")) {
    if (!(yield* isMereJob(path))) return path
    return yield* new UsageError({
      message: `${path}: is a job, and no data directory; name it with --job ${path}`
    })
  }
  const what = Option.isSome(found) ? "is no directory" : "there is no such data directory"
  return yield* new UsageError({ message: `${path}: ${what}; check --data` })
})

/** A directory, or nothing yet: a run would make it. */
export const placeForData = Effect.fnUntraced(function*(path: string) {
  const found = yield* (yield* Disk).stat(path)
  if (Option.isNone(found) || found.value.kind === "directory") return path
  return yield* new UsageError({ message: `${path}: is no directory; check --data` })
})

export const dataOf = (options: { readonly job: string; readonly data: Option.Option<string> }) =>
  Option.isSome(options.data)
    ? existingData(options.data.value)
    : Effect.map(loadJob(options.job), (job) => job.dataDirectory)

type CountOptions = Pick<Values<typeof countFlags>, "job" | "data" | "in" | "key">

type JobOptions = CountOptions & Partial<Values<typeof jobFlags>>

/** The data directory and the job, whose input is not opened; with `--data` alone there is no job. */
export const dataAndJobOf = Effect.fnUntraced(function*(options: JobOptions) {
  if (Option.isSome(options.data) && Option.isNone(options.in)) {
    return { root: yield* existingData(options.data.value), job: undefined }
  }
  const { job } = yield* resolveJob(options.job, overridesOf(options))
  return { root: job.dataDirectory, job }
})

/** The same with the input to count it against, opened and checked; without a job there is none. */
export const countedOf = Effect.fnUntraced(function*(options: JobOptions) {
  const { job, root } = yield* dataAndJobOf(options)
  return job === undefined
    ? { root, job, source: undefined }
    : { root, job, source: yield* openInput(job) }
})
