// A file of prices: in the job's own words, or LiteLLM's model_prices_and_context_window.json, entry by entry.
//
// The words of an entry tell which it is. LiteLLM's list holds thousands of models, many of them billed by the image,
// the second or the request: those are left out, so that a job which names one is refused, and not billed as if free.
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Disk } from "../durability/Disk.ts"
import { readTextFile } from "../durability/FileIo.ts"
import { jsonFault } from "../items/JsonSyntax.ts"
import type { Price } from "../spending/Price.ts"
import type { PriceList } from "../spending/PriceList.ts"
import type { Job } from "./Job.ts"
import { JobError } from "./JobError.ts"
import type { JobFault } from "./JobError.ts"
import { jobHash } from "./JobHash.ts"
import { placeAt, placeOfKey } from "./JsonPlace.ts"
import type { TextPlace } from "./JsonPlace.ts"
import { PriceSettings } from "./PriceSettings.ts"
import { decodeSetting, keyOf } from "./SettingFaults.ts"

const fileBytesMax = 64 * 1024 * 1024

type Entry = { readonly [key: string]: unknown }

const isEntry = (value: unknown): value is Entry =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const usdPerMtok = (entry: Entry, key: string): number | undefined => {
  const usd = entry[key]
  // Per token, 1.5e-7 is written for $0.15 a million; fifteen digits drop the noise of the product.
  return typeof usd === "number" && Number.isFinite(usd) && usd >= 0
    ? Number((usd * 1e6).toPrecision(15))
    : undefined
}

type Rates = Omit<Price, "tiers" | "serviceTiers">

const rateKeys = {
  inputUsdPerMtok: "input_cost_per_token",
  outputUsdPerMtok: "output_cost_per_token",
  cachedInputUsdPerMtok: "cache_read_input_token_cost",
  cacheWriteUsdPerMtok: "cache_creation_input_token_cost",
  reasoningUsdPerMtok: "output_cost_per_reasoning_token"
} as const satisfies { readonly [rate in keyof Required<Rates>]: string }

/** The rates under keys with the suffix, what is not given there as it is without. */
const ratesOf = (entry: Entry, suffix: string): Rates | undefined => {
  const rates = Object.fromEntries(
    Object.entries(rateKeys).flatMap(([rate, key]) => {
      const usd = usdPerMtok(entry, key + suffix) ?? usdPerMtok(entry, key)
      return usd === undefined ? [] : [[rate, usd]]
    })
  ) as Partial<Rates>
  const { inputUsdPerMtok, outputUsdPerMtok } = rates
  return inputUsdPerMtok === undefined || outputUsdPerMtok === undefined
    ? undefined
    : { ...rates, inputUsdPerMtok, outputUsdPerMtok }
}

const tierKey = /^(?:input|output)_cost_per_token_above_(\d+)k_tokens$/
const serviceTierKey = /^(?:input|output)_cost_per_token_([a-z]+)$/

/** How much dearer a service tier is at most, whatever a call is made of. */
const factorOf = (entry: Entry, base: Rates, tier: string): number => {
  const rates = ratesOf(entry, `_${tier}`) ?? base
  return Math.max(
    ...(Object.keys(rateKeys) as ReadonlyArray<keyof Rates>).map((rate) => {
      const ordinary = base[rate] ?? 0
      return ordinary === 0 ? 0 : Number(((rates[rate] ?? ordinary) / ordinary).toPrecision(12))
    })
  )
}

const keysMatching = (entry: Entry, pattern: RegExp): ReadonlyArray<string> => [
  ...new Set(Object.keys(entry).flatMap((key) => pattern.exec(key)?.[1] ?? []))
]

/** Billed by something else than tokens as well. */
const billedOtherwise = (entry: Entry): boolean =>
  ["input_cost_per_request", "output_cost_per_request"].some((key) => Number(entry[key] ?? 0) > 0)

const textModes: ReadonlySet<unknown> = new Set(["chat", "completion", "responses", undefined])

const fromLiteLlm = (entry: Entry): Price | undefined => {
  const base = ratesOf(entry, "")
  if (base === undefined || !textModes.has(entry["mode"])) return undefined
  if (billedOtherwise(entry)) return undefined
  const tiers = keysMatching(entry, tierKey).map(Number).sort((a, b) => a - b).map((thousands) => ({
    aboveInputTokens: thousands * 1000,
    ...(ratesOf(entry, `_above_${thousands}k_tokens`) ?? base)
  }))
  const services = keysMatching(entry, serviceTierKey).filter((name) => name !== "batches")
  return {
    ...base,
    ...(tiers.length === 0 ? {} : { tiers }),
    ...(services.length === 0 ? {} : {
      serviceTiers: Object.fromEntries(
        services.map((name) => [name, factorOf(entry, base, name)] as const)
      )
    })
  }
}

/** LiteLLM's words, and those that stand in every entry of its list, also where it has no price by the token. */
const isLiteLlm = (entry: Entry): boolean =>
  "litellm_provider" in entry || "input_cost_per_token" in entry || "output_cost_per_token" in entry

const isNoList = "is no JSON object of prices by model name, such as " +
  `{ "my-model": { "inputUsdPerMtok": 0.15, "outputUsdPerMtok": 0.60 } }`

const faultAt = (
  file: string,
  { column, line }: TextPlace,
  key: string,
  message: string
): JobFault => ({ file, line, key, message: `column ${column}: ${message}` })

/** The text as an object, or what is wrong with it and where. */
const entriesOf = (file: string, text: string): Result.Result<Entry, JobFault> => {
  try {
    const value = JSON.parse(text) as unknown
    return isEntry(value)
      ? Result.succeed(value)
      : Result.fail(faultAt(file, placeAt(text, text.search(/\S|$/)), "", isNoList))
  } catch {
    const { message, offset } = jsonFault(text, "file")
    return Result.fail(faultAt(file, placeAt(text, offset), "", `not JSON: ${message}`))
  }
}

/** The prices of a file's text, or its faults. Pure. */
export const parsePrices = (
  file: string,
  text: string
): Result.Result<PriceList, ReadonlyArray<JobFault>> => {
  const parsed = entriesOf(file, text)
  if (Result.isFailure(parsed)) return Result.fail([parsed.failure])
  const prices = new Map<string, Price>()
  const faults: Array<JobFault> = []
  for (const [model, entry] of Object.entries(parsed.success)) {
    if (isEntry(entry) && isLiteLlm(entry)) {
      // LiteLLM's list begins with a specification that looks like a model.
      const price = model === "sample_spec" ? undefined : fromLiteLlm(entry)
      if (price !== undefined) prices.set(model, price)
      continue
    }
    const own = decodeSetting(PriceSettings, entry, [model])
    if (Result.isSuccess(own)) prices.set(model, own.success)
    else {
      faults.push(
        ...own.failure.map(({ message, path }) =>
          faultAt(file, placeOfKey(text, path), keyOf(path), message)
        )
      )
    }
  }
  return faults.length > 0 ? Result.fail(faults) : Result.succeed(Object.fromEntries(prices))
}

/** The job with the prices of the file, in place of those of another file. */
export const withPriceFile = Effect.fnUntraced(
  function*(job: Job, file: string): Effect.fn.Return<Job, JobError, Disk> {
    const text = yield* Effect.mapError(
      readTextFile(yield* Disk, file, fileBytesMax),
      (error) => {
        const message = error.code === "ENOENT"
          ? "no such file; it holds prices by model name (pricesFile in inkfast.yaml, or --prices)"
          : `cannot be read: ${error.code}: ${error.detail}`
        return new JobError({ faults: [{ file, line: 0, key: "", message }] })
      }
    )
    const parsed = parsePrices(file, text)
    if (Result.isFailure(parsed)) return yield* new JobError({ faults: parsed.failure })
    const { hash: _, ...before } = job
    const after = { ...before, filePrices: parsed.success }
    return { ...after, hash: jobHash(after) }
  }
)
