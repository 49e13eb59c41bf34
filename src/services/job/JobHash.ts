// The identity of a job: what decides which content is made, at what cost, and nothing about where it lies.
import { canonicalJson, digest } from "../Digest.ts"
import { judgeIdentity } from "../judge/JudgeSettings.ts"
import { ownPriceOf } from "../spending/PriceList.ts"
import type { Job } from "./Job.ts"

/** SHA-256 over settings, prompt and schema, first 32 hex digits. Paths are left out: a moved job stays the same job. */
export const jobHash = (job: Omit<Job, "hash">): string =>
  digest(canonicalJson({
    key: job.input.key,
    baseUrl: job.baseUrl,
    rungs: job.rungs.map((rung) => ({ ...rung, temperature: rung.temperature ?? null })),
    // A list of thousands of models says nothing of the job but for those that it uses.
    prices: job.rungs.map(({ model }) => ownPriceOf(job, model) ?? null),
    itemBudgetNanoUsd: job.itemBudgetNanoUsd,
    runBudgetNanoUsd: job.runBudgetNanoUsd,
    totalBudgetNanoUsd: job.totalBudgetNanoUsd,
    holdAtRisk: job.holdAtRisk,
    concurrency: job.concurrency,
    consolidateEvery: job.consolidateEvery,
    transientAttemptsMax: job.transientAttemptsMax,
    retry: job.retry,
    transientSecondsMax: job.transientSecondsMax,
    itemAttemptsMax: job.itemAttemptsMax,
    itemSecondsMax: job.itemSecondsMax,
    climbOn: job.climbOn,
    evidence: job.evidence,
    promptHash: job.prompt.hash,
    schemaHash: job.outputSchema.hash,
    rulesHash: job.rules.hash,
    ...(job.judge === null ? {} : {
      judge: {
        ...judgeIdentity(job.judge),
        runBudgetNanoUsd: job.judge.runBudgetNanoUsd,
        price: ownPriceOf(job, job.judge.rung.model) ?? null
      }
    })
  }))
