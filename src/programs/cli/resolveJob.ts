// The job a command works on: its files, the environment over them, the flags over both.
import * as Effect from "effect/Effect"
import { loadJob } from "../../services/job/LoadJob.ts"
import { environmentOverrides } from "../../services/job/Environment.ts"
import { applyOverrides } from "../../services/job/Overrides.ts"
import type { JobOverrides } from "../../services/job/Overrides.ts"

export const resolveJob = Effect.fnUntraced(function*(path: string, flags: JobOverrides) {
  const { evidenceOnly, ...environment } = yield* environmentOverrides
  const job = yield* applyOverrides(yield* loadJob(path), flags, environment)
  return { job, evidenceOnly }
})
