// The job of a simulation, as it stands at an act. Prompt, schema and rules are compiled once for all simulations.
import * as Effect from "effect/Effect"
import type { Job } from "../../../src/services/job/Job.ts"
import { fromUsd } from "../../../src/services/spending/Money.ts"
import type { Schedule } from "./schedule.ts"
import type { Subject } from "./subject.ts"

export const priceList = {
  base: { inputUsdPerMtok: 1, outputUsdPerMtok: 2 },
  strong: { inputUsdPerMtok: 10, outputUsdPerMtok: 20 },
  judge: { inputUsdPerMtok: 2, outputUsdPerMtok: 4 }
}

interface Standing {
  /** How often the prompt was changed. */
  readonly prompt: number
  readonly isLenient: boolean
  readonly totalUsd: number | undefined
  /** Without a budget, and without anything held back. */
  readonly isFree: boolean
}

const unlimitedUsd = 1000

const compiled = new Map<string, Job>()

const compile = Effect.fnUntraced(function*(subject: Subject, { isLenient, prompt }: Standing) {
  const key = `${prompt} ${isLenient}`
  const known = compiled.get(key)
  if (known !== undefined) return known
  const job = yield* Effect.orDie(subject.defineJob({
    settings: {
      data: "/data",
      models: {
        base: { name: "base", maxOutputTokens: 100 },
        strong: { name: "strong", maxOutputTokens: 100 }
      },
      prices: priceList,
      evidence: { minChars: 0 },
      consolidateEvery: 5,
      transientAttemptsMax: 2,
      qa: [{ rule: "length", field: "/title", maxChars: isLenient ? 60 : 20 }],
      judge: { model: { name: "judge", maxOutputTokens: 50 }, runUsd: unlimitedUsd }
    },
    judgePrompt: "--- user\nItem {{ slug }}.\n{{ piece }}\n",
    prompt: "--- system\nYou write titles.\n--- user\nItem {{ slug }}.\n{{ evidence }}\n" +
      "Again. ".repeat(prompt) + "\n",
    schema: {
      type: "object",
      properties: { title: { type: "string" } },
      required: ["title"],
      additionalProperties: false
    }
  }))
  compiled.set(key, job)
  return job
})

const nano = (usd: number | undefined): number | null => usd === undefined ? null : fromUsd(usd)

export const jobOf = Effect.fnUntraced(
  function*(subject: Subject, schedule: Schedule, standing: Standing): Effect.fn.Return<Job> {
    const { isFree, totalUsd } = standing
    const { attempts, concurrency, holdAtRisk, itemUsd, judgeUsd, runUsd, share = null } = schedule
    const job = yield* compile(subject, standing)
    return {
      ...job,
      judge: job.judge === null || judgeUsd === undefined ? null : {
        ...job.judge,
        runBudgetNanoUsd: fromUsd(isFree ? unlimitedUsd : judgeUsd)
      },
      concurrency,
      rungs: job.rungs.map((rung, index) =>
        index === 0 ? { ...rung, attempts } : { ...rung, budgetShare: isFree ? null : share }
      ),
      holdAtRisk: holdAtRisk && !isFree,
      itemBudgetNanoUsd: isFree ? null : nano(itemUsd),
      runBudgetNanoUsd: isFree ? null : nano(runUsd),
      totalBudgetNanoUsd: isFree ? null : nano(totalUsd)
    }
  }
)
