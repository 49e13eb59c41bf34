// Flags and environment laid over a job: flag beats environment beats job beats default.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Rung } from "../generation/Rung.ts"
import { fromUsd } from "../spending/Money.ts"
import type { Job } from "./Job.ts"
import { JobError } from "./JobError.ts"
import type { JobFault } from "./JobError.ts"
import { jobHash } from "./JobHash.ts"
import { shown, unknownKey } from "./SettingFaults.ts"
import { settingTypes } from "./Settings.ts"
import { expectedOf } from "./SettingTypes.ts"

/** What a flag or a variable may say differently from the job; absent or undefined leaves it as it is. */
export interface JobOverrides {
  /** A path from the working directory, or `-`. Its format is told by its name or contents. */
  readonly input?: string | undefined
  readonly key?: string | undefined
  /** A path from the working directory. */
  readonly dataDirectory?: string | undefined
  readonly concurrency?: number | undefined
  readonly model?: string | undefined
  /**
   * The model of the rung above the base; rungs above that stay. `none` takes them all away. Where the job has none, it
   * is added with the base model's limits.
   */
  readonly strongModel?: string | undefined
  readonly baseUrl?: string | undefined
  readonly itemBudgetUsd?: number | undefined
  readonly budgetUsd?: number | undefined
  /** For the data directory, over all runs. */
  readonly totalBudgetUsd?: number | undefined
  readonly holdAtRisk?: boolean | undefined
  readonly consolidateEvery?: number | undefined
}

export type Override = keyof JobOverrides

/** For each override its allowed values, its flag, and the flag's other name. */
const overrides: {
  readonly [name in Override]: {
    readonly type: Schema.declare<string> | Schema.declare<number> | typeof settingTypes.truth
    readonly flag: string
    readonly alias?: string
  }
} = {
  input: { type: settingTypes.inputPath, flag: "--in" },
  key: { type: settingTypes.key, flag: "--key" },
  dataDirectory: { type: settingTypes.dataDirectory, flag: "--data" },
  concurrency: { type: settingTypes.concurrency, flag: "--batch", alias: "--concurrency" },
  model: { type: settingTypes.model, flag: "--model" },
  strongModel: { type: settingTypes.model, flag: "--strong-model" },
  baseUrl: { type: settingTypes.baseUrl, flag: "--base-url" },
  itemBudgetUsd: { type: settingTypes.usd, flag: "--item-budget" },
  budgetUsd: { type: settingTypes.usd, flag: "--budget" },
  totalBudgetUsd: { type: settingTypes.usd, flag: "--total-budget" },
  holdAtRisk: { type: settingTypes.truth, flag: "--hold-at-risk" },
  consolidateEvery: { type: settingTypes.consolidateEvery, flag: "--consolidate-every" }
}

/** Any of its names may have been typed. */
const flagNames = (override: Override): string => {
  const { alias, flag } = overrides[override]
  return alias === undefined ? flag : `${flag} (or ${alias})`
}

/** The flags that say what the values say. */
export const flagsOf = (
  values: JobOverrides
): ReadonlyArray<readonly [flag: string, value: string]> =>
  (Object.keys(overrides) as ReadonlyArray<Override>).flatMap((override) => {
    const value = values[override]
    return value === undefined ? [] : [[overrides[override].flag, String(value)] as const]
  })

/** One fault for each value outside its range; `name` gives an override's flag or variable, `text` what was written. */
export const overrideFaults = (
  values: JobOverrides,
  file: string,
  name: (override: Override) => string,
  text: (override: Override) => unknown = (override) => values[override]
): ReadonlyArray<JobFault> =>
  (Object.keys(overrides) as ReadonlyArray<Override>).flatMap((override) => {
    const value = values[override]
    const { type } = overrides[override]
    return value === undefined ||
        Schema.is(type as Schema.declare<string | number | boolean>)(value)
      ? []
      : [{
        file,
        line: 0,
        key: name(override),
        message: `is ${shown(text(override))}; must be ${expectedOf(type)}`
      }]
  })

const rungsOf = (
  rungs: ReadonlyArray<Rung>,
  { model, strongModel }: JobOverrides
): ReadonlyArray<Rung> => {
  const named = rungs.map((rung) =>
    rung.index === 0 && model !== undefined ? { ...rung, model } : rung
  )
  if (strongModel === undefined) return named
  const [base, strong = base, ...stronger] = named
  if (base === undefined || strong === undefined || strongModel === "none") return named.slice(0, 1)
  return [base, { ...strong, index: 1, model: strongModel }, ...stronger]
}

const budgetOf = (usd: number | undefined, job: number | null): number | null =>
  usd === undefined ? job : fromUsd(usd)

/** Programs without types spell a name wrong, and a budget that is ignored is none. */
const unknownOverrides = (values: JobOverrides): ReadonlyArray<JobFault> =>
  Object.keys(defined(values)).filter((name) => !Object.hasOwn(overrides, name)).map((name) => ({
    file: "overrides",
    line: 0,
    key: name,
    message: unknownKey(name, Object.keys(overrides))
  }))

/** Without the keys that are undefined. */
export const defined = (values: JobOverrides): JobOverrides =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

/** The job as a run works on it, its hash renewed. Pure; fails with every flag that is unknown or out of its range. */
export const applyOverrides = (
  job: Job,
  flags: JobOverrides,
  environment: JobOverrides = {}
): Effect.Effect<Job, JobError> =>
  Effect.suspend(() => {
    const faults = [
      ...unknownOverrides(flags),
      ...overrideFaults(flags, "command line", flagNames)
    ]
    if (faults.length > 0) return Effect.fail(new JobError({ faults }))
    const over = { ...defined(environment), ...defined(flags) }
    const { hash: _, ...before } = job
    const after = {
      ...before,
      input: {
        path: over.input ?? job.input.path,
        // The file's format was said of another file.
        format: over.input === undefined ? job.input.format : "auto" as const,
        key: over.key ?? job.input.key
      },
      dataDirectory: over.dataDirectory ?? job.dataDirectory,
      concurrency: over.concurrency ?? job.concurrency,
      rungs: rungsOf(job.rungs, over),
      baseUrl: over.baseUrl ?? job.baseUrl,
      itemBudgetNanoUsd: budgetOf(over.itemBudgetUsd, job.itemBudgetNanoUsd),
      runBudgetNanoUsd: budgetOf(over.budgetUsd, job.runBudgetNanoUsd),
      totalBudgetNanoUsd: budgetOf(over.totalBudgetUsd, job.totalBudgetNanoUsd),
      holdAtRisk: over.holdAtRisk ?? job.holdAtRisk,
      consolidateEvery: over.consolidateEvery ?? job.consolidateEvery
    }
    return Effect.succeed({ ...after, hash: jobHash(after) })
  })
