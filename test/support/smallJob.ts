// A small job, and where its data are: base and strong model, made-up prices, no consolidation but where a test asks for it.
import * as Effect from "effect/Effect"
import { paths } from "../../src/services/durability/DataDirectory.ts"
import { defineJob } from "../../src/services/job/DefineJob.ts"
import type { JobDefinition } from "../../src/services/job/DefineJob.ts"
import type { Job } from "../../src/services/job/Job.ts"

export const data = paths("/data")

/** Base and strong model, a title of at most 20 characters, no consolidation but where a test asks for it. */
export const definition = (settings: Partial<JobDefinition["settings"]> = {}): JobDefinition => ({
  settings: {
    data: "/data",
    models: {
      base: { name: "base", maxOutputTokens: 100 },
      strong: { name: "strong", maxOutputTokens: 100 }
    },
    prices: {
      base: { inputUsdPerMtok: 1, outputUsdPerMtok: 2 },
      strong: { inputUsdPerMtok: 10, outputUsdPerMtok: 20 }
    },
    evidence: { minChars: 0 },
    consolidateEvery: 0,
    qa: [{ rule: "length", field: "/title", maxChars: 20 }],
    ...settings
  },
  prompt: "--- system\nYou write titles.\n--- user\nItem {{ slug }}.\n{{ evidence }}\n",
  schema: {
    type: "object",
    properties: { title: { type: "string" } },
    required: ["title"],
    additionalProperties: false
  }
})

export const makeJob = (settings?: Partial<JobDefinition["settings"]>): Effect.Effect<Job> =>
  Effect.orDie(defineJob(definition(settings)))
