// The data directory of a command that needs nothing else of the job: the flag, or what the job says.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { loadJob } from "../../services/job/LoadJob.ts"

export const dataOf = (options: { readonly job: string; readonly data: Option.Option<string> }) =>
  Option.isSome(options.data)
    ? Effect.succeed(options.data.value)
    : Effect.map(loadJob(options.job), (job) => job.dataDirectory)
