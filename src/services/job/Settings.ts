// inkfast.yaml as a schema: every key, what it may hold, and its default. The one place where defaults stand.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { scoreMax } from "../judge/Judgement.ts"
import { PriceSettings } from "./PriceSettings.ts"
import {
  addressRange,
  baseUrl,
  decimal,
  headerText,
  oneOf,
  text,
  truth,
  whole
} from "./SettingTypes.ts"
import { SourceSetting } from "./SourceSettings.ts"

const usd = decimal(0, 1_000_000, "US dollars")
const milliseconds = (min: number, max: number) => whole(min, max, "milliseconds")
const perMinute = whole(1, 1_000_000_000, "a minute")
const share = decimal(0.001, 1, "of the item's and of the run's budget")
const day = 24 * 60 * 60 * 1000
const seconds = whole(1, 30 * 24 * 60 * 60, "seconds")
const fieldNames = Schema.Array(text("the name of a field"))

const or = <S extends Schema.Top>(type: S, value: S["Encoded"]) =>
  Schema.withDecodingDefaultKey<S>(Effect.succeed(value))(type)

const required = <S extends Schema.Top>(type: S, message: string) =>
  type.pipe(Schema.annotateKey({ messageMissingKey: message }))

/** The ranges that flags and environment variables share with the file. */
export const settingTypes = {
  inputPath: text("the path of a .jsonl, .csv or .tsv file, or - for standard input"),
  key: text("the name of the field that holds the slug"),
  dataDirectory: text("the path of a directory"),
  model: text("the name of a model"),
  baseUrl,
  usd,
  truth,
  pricesFile: text("the path of a .json file of prices by model name"),
  concurrency: whole(1, 10_000, "items in flight"),
  consolidateEvery: whole(0, 1_000_000_000, "accepted records; 0 disables")
}

const modelFields = {
  name: required(settingTypes.model, "is missing; name the model, such as name: gpt-4o-mini"),
  /** Upper bound of tokens in an answer, reasoning included. */
  maxOutputTokens: or(whole(1, 1_000_000, "tokens"), 2000),
  /** Absent: not sent, the server's default holds. */
  temperature: Schema.optionalKey(decimal(0, 2)),
  /** Absent: not sent. Its price needs a factor for it. */
  serviceTier: Schema.optionalKey(text("the name of a service tier, such as flex or priority")),
  timeoutMs: or(milliseconds(1, 3_600_000), 120_000),
  /** Absent: as the endpoint says. */
  requestsPerMinute: Schema.optionalKey(perMinute),
  tokensPerMinute: Schema.optionalKey(perMinute)
}

const Model = Schema.Struct({
  ...modelFields,
  /** Drafts that QA may reject on this model, each with the findings on the one before, until the next model writes. */
  attempts: or(whole(1, 20, "drafts"), 1),
  /** Absent: the model may take all of the budgets. */
  budgetShare: Schema.optionalKey(share)
})
export type Model = typeof Model.Type

/** A model that looks last at pieces which every rule has passed. */
const Judge = Schema.Struct({
  model: required(
    Schema.Struct(modelFields),
    "is missing; say which model judges: model: { name: gpt-4o-mini }"
  ),
  prompt: or(text("the path of the judge's prompt file"), "judge.md"),
  runUsd: required(
    usd,
    "is missing; the judge has a budget of its own for each run, in US dollars: runUsd: 1"
  ),
  share: or(decimal(0.001, 1, "of the items"), 1),
  minScore: or(whole(1, scoreMax, "points"), 6)
})
export type Judge = typeof Judge.Type

export const Settings = Schema.Struct({
  input: or(
    Schema.Struct({
      path: or(settingTypes.inputPath, "items.jsonl"),
      key: or(settingTypes.key, "slug"),
      format: or(oneOf("auto", "jsonl", "csv"), "auto")
    }),
    {}
  ),
  data: or(settingTypes.dataDirectory, "data/content"),
  prompt: or(text("the path of the prompt file"), "prompt.md"),
  schema: or(text("the path of the output schema"), "schema.json"),
  models: required(
    Schema.Struct({
      base: required(
        Model,
        "is missing; every item is written by it first: base: { name: gpt-4o-mini }"
      ),
      /** Absent: what QA rejects is not tried again on another model. */
      strong: Schema.optionalKey(Model),
      /** More rungs above the strong model, each for what the one below is rejected for. */
      stronger: or(Schema.Array(Model), [])
    }),
    "is missing; say which model writes: models: { base: { name: gpt-4o-mini } }"
  ),
  baseUrl: or(settingTypes.baseUrl, "https://api.openai.com/v1"),
  prices: or(Schema.Record(Schema.String, PriceSettings), {}),
  /** More prices, from a file of these or of LiteLLM's. */
  pricesFile: Schema.optionalKey(settingTypes.pricesFile),
  /** Absent: no limit. */
  budget: or(
    Schema.Struct({
      itemUsd: Schema.optionalKey(usd),
      runUsd: Schema.optionalKey(usd),
      totalUsd: Schema.optionalKey(usd)
    }),
    {}
  ),
  holdAtRisk: or(settingTypes.truth, false),
  concurrency: or(settingTypes.concurrency, 8),
  consolidateEvery: or(settingTypes.consolidateEvery, 50),
  transientAttemptsMax: or(whole(1, 100, "calls"), 5),
  retry: or(
    Schema.Struct({
      timesMax: or(whole(1, 1000, "retries of an item"), 3),
      giveUpAfter: or(whole(1, 1_000_000_000, "items"), 20)
    }),
    {}
  ),
  transientSecondsMax: or(seconds, 600),
  itemAttemptsMax: or(whole(1, 1000, "calls"), 20),
  itemSecondsMax: or(seconds, 3600),
  /** What another try, and then a stronger model, can mend. */
  climbOn: or(Schema.Array(oneOf("QaFailed", "Malformed", "Truncated", "Refused")), [
    "QaFailed",
    "Malformed",
    "Truncated"
  ]),
  evidence: or(
    Schema.Struct({
      fields: or(fieldNames, ["*"]),
      fileFields: or(fieldNames, []),
      urlFields: or(fieldNames, []),
      /** Beside those of the fields above, and after them. */
      sources: or(Schema.Array(SourceSetting), []),
      minChars: or(whole(0, 10_000_000, "characters"), 40),
      pageMinChars: or(whole(0, 10_000_000, "characters"), 200),
      maxChars: or(whole(1, 10_000_000, "characters"), 20_000),
      fetchTimeoutMs: or(milliseconds(1, 600_000), 15_000),
      fetchBytesMax: or(whole(1, 1_000_000_000, "bytes"), 2_000_000),
      fetchAttemptsMax: or(whole(1, 20, "tries"), 3),
      redirectsMax: or(whole(0, 20, "redirects"), 5),
      hostConcurrency: or(whole(1, 100, "requests at a time"), 2),
      hostDelayMs: or(milliseconds(0, 600_000), 200),
      robots: or(Schema.Boolean, true),
      userAgent: or(
        headerText("a name and version for the user agent, in plain letters"),
        "inkfast/0.1"
      ),
      contact: or(headerText("an address at which site owners reach you, in plain letters"), ""),
      cacheTtlMs: or(milliseconds(0, 3650 * day), 7 * day),
      allowPrivateAddresses: or(Schema.Boolean, false),
      allowAddresses: or(Schema.Array(addressRange), [])
    }),
    {}
  ),
  /** Each entry is decoded by the rule it names. */
  qa: or(Schema.Array(Schema.Unknown), []),
  /** Absent: the rules have the last word. */
  judge: Schema.optionalKey(Judge)
})
export type Settings = typeof Settings.Type
