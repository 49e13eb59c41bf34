// The parts of a job held against each other and put together, wherever their texts came from.
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { isAbsolute, join } from "node:path"
import type { Rung } from "../generation/Rung.ts"
import { compileOutputSchema } from "../generation/OutputSchema.ts"
import type { OutputSchema } from "../generation/OutputSchema.ts"
import { compileJudgePrompt } from "../judge/JudgePrompt.ts"
import type { JudgePrompt } from "../judge/JudgePrompt.ts"
import { judgeRule } from "../judge/Judgement.ts"
import type { JudgeSettings } from "../judge/JudgeSettings.ts"
import { compilePrompt } from "../generation/Prompt.ts"
import type { Prompt } from "../generation/Prompt.ts"
import type { Rule, RuleSet } from "../qa/RuleSet.ts"
import { ruleId } from "../qa/RuleTypes.ts"
import { fromUsd } from "../spending/Money.ts"
import type { Job } from "./Job.ts"
import { JobError } from "./JobError.ts"
import { jobHash } from "./JobHash.ts"
import { decodeRules } from "./QaSettings.ts"
import { decodeSetting, keyOf, looksSecret, secretAdvice } from "./SettingFaults.ts"
import type { KeyPath, SettingFault } from "./SettingFaults.ts"
import { Settings } from "./Settings.ts"
import { sourceFaults } from "./SourceSettings.ts"
import type { Judge, Model } from "./Settings.ts"

/** A path of the settings, which starts in the job's directory. */
export const resolve = (directory: string, path: string): string =>
  path === "-" || isAbsolute(path) ? path : join(directory, path)

const secretsIn = (value: unknown, path: KeyPath): ReadonlyArray<SettingFault> => {
  if (typeof value === "string") {
    return looksSecret(value)
      ? [{ path, message: `holds a secret: ${secretAdvice}` }]
      : []
  }
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    secretsIn(inner, [...path, Array.isArray(value) ? Number(key) : key])
  )
}

const crossFaults = ({ evidence, models }: Settings): ReadonlyArray<SettingFault> => [
  ...(evidence.minChars > evidence.maxChars
    ? [{
      path: ["evidence", "minChars"],
      message: `is ${evidence.minChars}, above evidence.maxChars, which is ${evidence.maxChars}`
    }]
    : []),
  ...sourceFaults(evidence.sources, ["evidence", "sources"]),
  ...(models.strong === undefined && models.stronger.length > 0
    ? [{
      path: ["models", "stronger"],
      message: "stands without models.strong; the first model above the base goes there"
    }]
    : [])
]

/** A judge never is the only gate: it may be out, or its budget used up, and then the rules alone decide. */
const judgeFaults = (
  { judge }: Settings,
  rules: ReadonlyArray<Rule>
): ReadonlyArray<SettingFault> =>
  judge === undefined ? [] : [
    ...(rules.every(({ severity }) => severity === "warn")
      ? [{
        path: ["judge"],
        message:
          "is the only gate: no rule of qa rejects anything. A judge comes after rules and " +
          "does not stand in for them; give at least one that blocks"
      }]
      : []),
    ...(rules.some((rule) => ruleId(rule) === judgeRule)
      ? [{
        path: ["judge"],
        message: `stands beside a rule with the id "${judgeRule}"; rename that`
      }]
      : [])
  ]

/** Decodes the settings as far as it stands alone; rules are held against the schema later. */
export const decodeSettings = (
  value: unknown
): Result.Result<Settings, ReadonlyArray<SettingFault>> => {
  const secrets = secretsIn(value, [])
  const decoded = decodeSetting(Settings, value ?? {})
  // A secret's value has been said enough about by its own fault.
  const own = Result.isFailure(decoded)
    ? decoded.failure.filter(({ path }) =>
      !secrets.some((secret) => keyOf(secret.path) === keyOf(path))
    )
    : []
  const rules = Result.isSuccess(decoded)
    ? decodeRules(decoded.success.qa, undefined)
    : Result.succeed([])
  const faults = [
    ...secrets,
    ...own,
    ...(Result.isSuccess(decoded) ? crossFaults(decoded.success) : []),
    ...(Result.isFailure(rules) ? rules.failure : []),
    ...(Result.isSuccess(decoded) && Result.isSuccess(rules)
      ? judgeFaults(decoded.success, rules.success)
      : [])
  ]
  return Result.isSuccess(decoded) && faults.length === 0
    ? Result.succeed(decoded.success)
    : Result.fail(faults)
}

const promptError = (file: string, detail: string): JobError => {
  const [prefix = "", line = 0] = /^line (\d+): /.exec(detail) ?? []
  return new JobError({
    faults: [{ file, line: Number(line), key: "", message: detail.slice(prefix.length) }]
  })
}

export const promptOf = (file: string, text: string): Effect.Effect<Prompt, JobError> =>
  Effect.mapError(compilePrompt(file, text), ({ detail }) => promptError(file, detail))

export const judgePromptOf = (file: string, text: string): Effect.Effect<JudgePrompt, JobError> =>
  Effect.mapError(compileJudgePrompt(file, text), ({ detail }) => promptError(file, detail))

export const outputSchemaOf = (file: string, text: string): Effect.Effect<OutputSchema, JobError> =>
  Effect.mapError(
    compileOutputSchema(file, text),
    ({ detail, place }) =>
      new JobError({ faults: [{ file, line: 0, key: place, message: detail }] })
  )

const toRung = (model: Model, index: number): Rung => ({
  index,
  model: model.name,
  outputTokensMax: model.maxOutputTokens,
  temperature: model.temperature,
  ...(model.serviceTier === undefined ? {} : { serviceTier: model.serviceTier }),
  timeoutMs: model.timeoutMs,
  attempts: model.attempts,
  budgetShare: model.budgetShare ?? null,
  requestsPerMinute: model.requestsPerMinute ?? null,
  tokensPerMinute: model.tokensPerMinute ?? null
})

const toJudge = (
  { minScore, model, runUsd, share }: Judge,
  prompt: JudgePrompt,
  index: number
): JudgeSettings => ({
  rung: toRung({ ...model, attempts: 1 }, index),
  prompt,
  runBudgetNanoUsd: fromUsd(runUsd),
  share,
  minScore
})

const budgetOf = (usd: number | undefined) => usd === undefined ? null : fromUsd(usd)

interface Parts {
  readonly prompt: Prompt
  readonly outputSchema: OutputSchema
  readonly rules: RuleSet
  /** Where the settings name a judge. */
  readonly judgePrompt: JudgePrompt | undefined
}

export const toJob = (
  directory: string,
  settings: Settings,
  { judgePrompt, ...parts }: Parts
): Job => {
  const { budget, judge, models } = settings
  const rungs = [
    models.base,
    ...(models.strong === undefined ? [] : [models.strong]),
    ...models.stronger
  ].map(toRung)
  const job = {
    directory,
    input: { ...settings.input, path: resolve(directory, settings.input.path) },
    dataDirectory: resolve(directory, settings.data),
    baseUrl: settings.baseUrl,
    rungs,
    prices: settings.prices,
    filePrices: {},
    itemBudgetNanoUsd: budgetOf(budget.itemUsd),
    runBudgetNanoUsd: budgetOf(budget.runUsd),
    totalBudgetNanoUsd: budgetOf(budget.totalUsd),
    holdAtRisk: settings.holdAtRisk,
    concurrency: settings.concurrency,
    consolidateEvery: settings.consolidateEvery,
    transientAttemptsMax: settings.transientAttemptsMax,
    retry: settings.retry,
    transientSecondsMax: settings.transientSecondsMax,
    itemAttemptsMax: settings.itemAttemptsMax,
    itemSecondsMax: settings.itemSecondsMax,
    climbOn: settings.climbOn,
    evidence: settings.evidence,
    ...parts,
    judge: judge === undefined || judgePrompt === undefined
      ? null
      : toJudge(judge, judgePrompt, rungs.length)
  }
  return { ...job, hash: jobHash(job) }
}
