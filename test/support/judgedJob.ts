// The small job of the pipeline's tests with a judge behind its one rule, and what that answers.
import * as Effect from "effect/Effect"
import { answerJson } from "../../src/layers/ScriptedLlm.ts"
import type { LlmRequest } from "../../src/services/generation/Llm.ts"
import { defineJob } from "../../src/services/job/DefineJob.ts"
import type { JobDefinition } from "../../src/services/job/DefineJob.ts"
import type { MemoryStore } from "../../src/layers/MemoryStore.ts"
import { linesOf } from "./pipeline.ts"
import { data, definition } from "./smallJob.ts"

type Settings = JobDefinition["settings"]

const judgePrompt =
  "--- system\nYou judge titles.\n--- user\nItem {{ slug }}.\n{{ evidence }}\n{{ piece }}\n"

/** The judge is a model of its own, which is asked about every piece unless `judge` says otherwise. */
export const judgedJob = (
  judge: Partial<NonNullable<Settings["judge"]>> = {},
  settings: Partial<Settings> = {},
  prompt = judgePrompt
) => {
  const whole = definition(settings)
  return Effect.orDie(defineJob({
    ...whole,
    settings: {
      ...whole.settings,
      prices: { ...whole.settings.prices, judge: { inputUsdPerMtok: 1, outputUsdPerMtok: 2 } },
      judge: { model: { name: "judge", maxOutputTokens: 50 }, runUsd: 1, ...judge }
    },
    judgePrompt: prompt
  }))
}

export const isJudged = ({ model }: LlmRequest): boolean => model === "judge"

export const approves = (score = 8) => answerJson({ findings: [], score })

export const disapproves = (score = 2) =>
  answerJson({
    findings: [{ field: "/title", text: "On", message: "It says nothing." }],
    score
  })

/** What the item's first record keeps of the judge. */
export const judgeNoteOf = (store: MemoryStore, slug: string): unknown => {
  const record = linesOf(store, data.successes).find((line) => line["slug"] === slug)
  const meta = record?.["_meta"] as { readonly qa?: { readonly judge?: unknown } } | undefined
  return meta?.qa?.judge
}
