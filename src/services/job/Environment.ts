// What the environment variables say over a job.
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Record from "effect/Record"
import * as Result from "effect/Result"
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
  totalBudgetUsd: "TOTAL_BUDGET_USD",
  consolidateEvery: "CONSOLIDATE_EVERY"
} as const satisfies { readonly [name in Override]?: string }
type Variable = keyof typeof variables

const holdAtRiskVariable = "HOLD_AT_RISK"
const evidenceOnlyVariable = "EVIDENCE_ONLY"
const pricesFileVariable = "PRICES_FILE"

/** Every variable that changes what a command does. */
export const environmentVariables: ReadonlyArray<string> = [
  ...Object.values(variables),
  holdAtRiskVariable,
  evidenceOnlyVariable,
  pricesFileVariable
]

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

/** A variable that is on or off; undefined where it is not set. */
const switched = Effect.fnUntraced(
  function*(name: string): Effect.fn.Return<boolean | undefined, JobError> {
    const text = yield* variable(name)
    if (text === undefined) return undefined
    const value = truths[text.toLowerCase()]
    if (value !== undefined) return value
    const message = `is ${shown(text)}; must be 1 or 0 (true or false)`
    return yield* new JobError({ faults: [{ file: "environment", line: 0, key: name, message }] })
  }
)

const faultsOf = (read: Result.Result<unknown, JobError>): ReadonlyArray<JobFault> =>
  Result.isFailure(read) ? read.failure.faults : []

/** What `environmentVariables` say. Fails with every variable whose value is not allowed. */
export const environmentOverrides: Effect.Effect<
  JobOverrides & { readonly evidenceOnly: boolean; readonly pricesFile?: string },
  JobError
> = Effect.gen(function*() {
  const texts = yield* Effect.all(Record.map(variables, variable))
  const holdAtRisk = yield* Effect.result(switched(holdAtRiskVariable))
  const evidenceOnly = yield* Effect.result(switched(evidenceOnlyVariable))
  const values: JobOverrides = {
    ...texts,
    itemBudgetUsd: numeric(texts.itemBudgetUsd),
    totalBudgetUsd: numeric(texts.totalBudgetUsd),
    consolidateEvery: numeric(texts.consolidateEvery),
    holdAtRisk: Result.getOrUndefined(holdAtRisk)
  }
  const faults = [
    ...overrideFaults(
      values,
      "environment",
      (name) => variables[name as Variable],
      (name) => texts[name as Variable]
    ),
    ...faultsOf(holdAtRisk),
    ...faultsOf(evidenceOnly)
  ]
  if (faults.length > 0) return yield* new JobError({ faults })
  const pricesFile = yield* variable(pricesFileVariable)
  return {
    ...defined(values),
    ...(pricesFile === undefined ? {} : { pricesFile }),
    evidenceOnly: Result.getOrUndefined(evidenceOnly) ?? false
  }
})
