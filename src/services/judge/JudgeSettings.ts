// The judge as the job describes it: a model that looks last at pieces which every rule has passed.
import { canonicalJson, digest } from "../Digest.ts"
import type { Rung } from "../generation/Rung.ts"
import type { NanoUsd } from "../spending/Money.ts"
import type { JudgePrompt } from "./JudgePrompt.ts"

export interface JudgeSettings {
  /** Its model. It stands above the last rung of the ladder, and is none. */
  readonly rung: Rung
  readonly prompt: JudgePrompt
  /** For one run. It counts against the budgets of item, run and data directory as well. */
  readonly runBudgetNanoUsd: NanoUsd
  /** Share of the items whose pieces it sees, above 0 to 1. */
  readonly share: number
  /** A piece that it gives less is rejected; from 0 to 10. */
  readonly minScore: number
}

/** What decides its verdicts: model, prompt version, sample and threshold. Goes into the hash of the rules. */
export const judgeIdentity = (
  { minScore, prompt, rung, share }: JudgeSettings
): { readonly [key: string]: unknown } => ({
  model: rung.model,
  outputTokensMax: rung.outputTokensMax,
  temperature: rung.temperature ?? null,
  promptHash: prompt.hash,
  share,
  minScore
})

/** Whether it was today's judge that said something: the same model under the same version of the prompt. */
export const isOfJudge = (
  { prompt, rung }: JudgeSettings,
  said: { readonly model: string; readonly promptHash: string }
): boolean => said.promptHash === prompt.hash && said.model === rung.model

/** The hash of the rules with that of the judge in it, where there is one. */
export const withJudge = (rulesHash: string, judge: JudgeSettings | null): string =>
  judge === null ? rulesHash : digest(canonicalJson({ rulesHash, judge: judgeIdentity(judge) }))

const hashDigits = 8

/** Whether the judge sees the item's pieces. Told by the slug alone, so that every run and every draft tells the same. */
export const isSampled = ({ share }: JudgeSettings, slug: string): boolean =>
  share >= 1 ||
  Number.parseInt(digest(`judge ${slug}`).slice(0, hashDigits), 16) < share * 16 ** hashDigits
