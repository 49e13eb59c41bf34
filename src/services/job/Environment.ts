// What the environment variables say over a job.
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Record from "effect/Record"
import { JobError } from "./JobError.ts"
import type { JobFault } from "./JobError.ts"
import { defined, overrideFaults } from "./Overrides.ts"
import type { JobOverrides, Override } from "./Overrides.ts"
import { shown } from "./SettingFaults.ts"

const variables = {
  model: "MODEL",
  strongModel: "STRONG_MODEL",
  baseUrl: "OPENAI_BASE_URL",
  itemBudgetUsd: "ITEM_BUDGET_USD",
  consolidateEvery: "CONSOLIDATE_EVERY"
} as const satisfies { readonly [name in Override]?: string }
type Variable = keyof typeof variables

const truths: { readonly [word: string]: boolean | undefined } = {
  "1": true,
  true: true,
  yes: true,
  on: true,
  "0": false,
  false: false,
  no: false,
  off: false
}

/** A variable's text, blanks trimmed; one that is set to nothing is not set. A source that fails has no variables. */
const variable = (name: string): Effect.Effect<string | undefined> =>
  Effect.gen(function*() {
    const value = (yield* Config.String(name).pipe(Config.withDefault(""))).trim()
    return value === "" ? undefined : value
  }).pipe(Effect.orElseSucceed(() => undefined))

/** What is no plain number becomes one that no range contains. */
const numeric = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN

const switchFaults = (
  text: string | undefined,
  value: boolean | undefined
): ReadonlyArray<JobFault> =>
  value === undefined
    ? [{
      file: "environment",
      line: 0,
      key: "EVIDENCE_ONLY",
      message: `is ${shown(text)}; must be 1 or 0 (true or false)`
    }]
    : []

/**
 * `MODEL`, `STRONG_MODEL`, `OPENAI_BASE_URL`, `ITEM_BUDGET_USD`, `CONSOLIDATE_EVERY` and `EVIDENCE_ONLY`. Fails with
 * every variable whose value is not allowed.
 */
export const environmentOverrides: Effect.Effect<
  JobOverrides & { readonly evidenceOnly: boolean },
  JobError
> = Effect.gen(function*() {
  const texts = yield* Effect.all(Record.map(variables, variable))
  const values: JobOverrides = {
    ...texts,
    itemBudgetUsd: numeric(texts.itemBudgetUsd),
    consolidateEvery: numeric(texts.consolidateEvery)
  }
  const only = yield* variable("EVIDENCE_ONLY")
  const evidenceOnly = only === undefined ? false : truths[only.toLowerCase()]
  const faults = [
    ...overrideFaults(
      values,
      "environment",
      (name) => variables[name as Variable],
      (name) => texts[name as Variable]
    ),
    ...switchFaults(only, evidenceOnly)
  ]
  if (evidenceOnly === undefined || faults.length > 0) return yield* new JobError({ faults })
  return { ...defined(values), evidenceOnly }
})
