// The flags that several commands share, each described once.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Flag from "effect/cli/Flag"
import { parseShard, wholeInput } from "../../services/items/Shard.ts"
import type { Shard } from "../../services/items/Shard.ts"
import { UsageError } from "./failures.ts"
import type { JobFlags } from "./resolveJob.ts"

export const json = Flag.Boolean("json").pipe(
  Flag.withDescription("Print machine-readable output on stdout, one JSON value a line"),
  Flag.withDefault(false)
)

export const job = Flag.String("job").pipe(
  Flag.withMetavar("DIR"),
  Flag.withDescription(
    "Directory of the job, with its inkfast.yaml (default: the working directory)"
  ),
  Flag.withDefault(".")
)

export const data = Flag.String("data").pipe(
  Flag.withMetavar("DIR"),
  Flag.withDescription("Data directory (default: as the job says, or data/content)"),
  Flag.optional
)

const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar(metavar),
    Flag.withDescription(description),
    Flag.optional
  )

const number = (name: string, metavar: string, description: string) =>
  Flag.Finite(name).pipe(
    Flag.withMetavar(metavar),
    Flag.withDescription(description),
    Flag.optional
  )

/** What the input and the models are: for every command that looks at items. */
export const jobFlags = {
  job,
  data,
  in: text(
    "in",
    "FILE",
    "Input: .jsonl, .csv, .tsv, or - for standard input (default: as the job says)"
  ),
  key: text("key", "FIELD", "Field that holds the slug (default: as the job says, or slug)"),
  model: text("model", "NAME", "Base model; environment MODEL (default: as the job says)"),
  strongModel: text(
    "strong-model",
    "NAME",
    "Model for what QA rejects, none for no escalation; environment STRONG_MODEL"
  ),
  baseUrl: text(
    "base-url",
    "URL",
    "OpenAI-compatible endpoint; environment OPENAI_BASE_URL (default: as the job says)"
  ),
  prices: text(
    "prices",
    "FILE",
    "Prices by model name, in the job's words or LiteLLM's JSON; environment PRICES_FILE"
  )
}

/** A data directory, and the input to count it against. */
export const countFlags = { job, data, in: jobFlags.in, key: jobFlags.key, json }

export const runFlags = {
  batch: Flag.Int("batch").pipe(
    Flag.withAlias("concurrency"),
    Flag.withMetavar("N"),
    Flag.withDescription("Items in flight (default: as the job says, or 8)"),
    Flag.optional
  ),
  itemBudget: number(
    "item-budget",
    "USD",
    "Dollars an item may cost over all runs; environment ITEM_BUDGET_USD"
  ),
  budget: number("budget", "USD", "Dollars this run may spend"),
  totalBudget: number(
    "total-budget",
    "USD",
    "Dollars that all runs on the data directory may spend together; environment TOTAL_BUDGET_USD"
  ),
  holdAtRisk: Flag.Boolean("hold-at-risk").pipe(
    Flag.withDescription(
      "Leave an item pending while a call of its may have been billed without an answer; environment HOLD_AT_RISK"
    ),
    Flag.optional
  ),
  consolidateEvery: Flag.Int("consolidate-every").pipe(
    Flag.withMetavar("N"),
    Flag.withDescription(
      "After every N accepted, audit what is new, and consolidate if a fifth of the lines is superseded; 0 never; " +
        "environment CONSOLIDATE_EVERY (default: as the job says, or 50)"
    ),
    Flag.optional
  )
}

export const grace = Flag.Finite("grace").pipe(
  Flag.withMetavar("SECONDS"),
  Flag.withDescription("After a first signal, calls in flight may go on so long (default 30)"),
  Flag.withDefault(30)
)

export const out = text(
  "out",
  "FILE",
  "Write the probe's items and totals to this .json file, outside the data directory"
)

export const renew = (description: string) =>
  Flag.Literals("renew", ["stale"]).pipe(Flag.withDescription(description), Flag.optional)

export const limit = Flag.Int("limit").pipe(
  Flag.withMetavar("N"),
  Flag.withDescription("Begin at most N items"),
  Flag.optional
)

export const limitOf = (
  given: Option.Option<number>
): Effect.Effect<number | undefined, UsageError> =>
  Option.isNone(given)
    ? Effect.undefined
    : given.value >= 1
    ? Effect.succeed(given.value)
    : Effect.fail(new UsageError({ message: `--limit: is ${given.value}; must be 1 or more` }))

export const shard = Flag.String("shard").pipe(
  Flag.withMetavar("i/n"),
  Flag.withDescription(
    "Work on the i-th of n parts of the input, by hash of the slug; the others may run beside it"
  ),
  Flag.optional
)

/** Without the flag, the whole input. */
export const shardOf = (given: Option.Option<string>): Effect.Effect<Shard, UsageError> => {
  if (Option.isNone(given)) return Effect.succeed(wholeInput)
  const parsed = parseShard(given.value)
  return Result.isSuccess(parsed)
    ? Effect.succeed(parsed.success)
    : Effect.fail(new UsageError({ message: `--shard: ${parsed.failure}` }))
}

export type Values<Flags> = {
  readonly [name in keyof Flags]: Flags[name] extends Flag.Flag<infer A> ? A : never
}

/** The flags given, as what they change in the job. */
export const overridesOf = (
  flags: Partial<Values<typeof jobFlags> & Values<typeof runFlags>>
): JobFlags => ({
  input: orUndefined(flags.in),
  key: orUndefined(flags.key),
  dataDirectory: orUndefined(flags.data),
  model: orUndefined(flags.model),
  strongModel: orUndefined(flags.strongModel),
  baseUrl: orUndefined(flags.baseUrl),
  pricesFile: orUndefined(flags.prices),
  concurrency: orUndefined(flags.batch),
  itemBudgetUsd: orUndefined(flags.itemBudget),
  budgetUsd: orUndefined(flags.budget),
  totalBudgetUsd: orUndefined(flags.totalBudget),
  holdAtRisk: orUndefined(flags.holdAtRisk),
  consolidateEvery: orUndefined(flags.consolidateEvery)
})

const orUndefined = <A>(value: Option.Option<A> | undefined): A | undefined =>
  value === undefined ? undefined : Option.getOrUndefined(value)
