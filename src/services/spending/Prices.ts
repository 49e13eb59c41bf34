// What a model costs: the user's own prices first, then the bundled table; an unknown model is never free.
import * as BigDecimal from "effect/BigDecimal"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { Usage } from "../generation/Llm.ts"
import { ceilNumber, type NanoUsd } from "./Money.ts"
import { lookUp } from "./PriceTable.ts"

const UsdPerMtok = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

/** Dollars per million tokens. */
const Rates = {
  inputUsdPerMtok: UsdPerMtok,
  outputUsdPerMtok: UsdPerMtok,
  /** Input read from the server's cache. Where absent, it costs what input costs. */
  cachedInputUsdPerMtok: Schema.optionalKey(UsdPerMtok),
  /** Input written into the server's cache. Where absent, it costs what input costs. */
  cacheWriteUsdPerMtok: Schema.optionalKey(UsdPerMtok),
  /** Output that is reasoning. Where absent, it costs what output costs. */
  reasoningUsdPerMtok: Schema.optionalKey(UsdPerMtok)
}

/** Dollars per million tokens. An explicit 0 is a price (a local model); only what is not given is unknown. */
export const Price = Schema.Struct({
  ...Rates,
  /** Other rates for the whole call once its input is longer, ascending: long-context prices. */
  tiers: Schema.optionalKey(
    Schema.Array(Schema.Struct({ aboveInputTokens: Schema.Int, ...Rates }))
  ),
  /** By the server's service tier (`flex`, `priority`, …): what the whole call costs is multiplied by it. */
  serviceTiers: Schema.optionalKey(Schema.Record(Schema.String, UsdPerMtok))
})
export type Price = typeof Price.Type

export class UnknownPrice extends Schema.TaggedError<UnknownPrice>()("UnknownPrice", {
  model: Schema.String,
  /** The service tier that has no factor; null where the model itself has no price. */
  serviceTier: Schema.NullOr(Schema.String)
}) {
  override get message(): string {
    const name = JSON.stringify(this.model)
    const [what, entry] = this.serviceTier === null
      ? [`no price is known for model ${name}`, ""]
      : [
        `model ${name} has a price, but no factor for its service tier "${this.serviceTier}"`,
        `, serviceTiers: { ${JSON.stringify(this.serviceTier)}: 2 }`
      ]
    return `${what}, so no call is made; name a file of prices with --prices FILE (LiteLLM's list will do), ` +
      `or add it to inkfast.yaml:\n` +
      `prices:\n  ${name}: { inputUsdPerMtok: 0.15, outputUsdPerMtok: 0.60${entry} }`
  }
}

/** By model name. */
export type PriceList = { readonly [model: string]: Price }

export interface PricesOptions {
  /** The job's own prices. They win over the file, and the file over the table. */
  readonly prices: PriceList
  readonly filePrices?: PriceList
  /** The endpoint: where the table knows the host, only what that host charges counts. */
  readonly baseUrl: string
}

export class Prices extends Context.Service<Prices, {
  /** `serviceTier`: the one that calls ask for; it must have a factor, or be the server's default. */
  readonly priceOf: (model: string, serviceTier?: string) => Effect.Effect<Price, UnknownPrice>
}>()("inkfast/services/spending/Prices") {
  static readonly layer = (options: PricesOptions): Layer.Layer<Prices> =>
    Layer.sync(Prices, () => make(options))
}

/** The list's price of a model: an entry `gpt-4o-mini` fits `openai/gpt-4o-mini` too. */
const listed = (list: PriceList, model: string): Price | undefined => {
  const short = model.slice(model.lastIndexOf("/") + 1)
  return Object.hasOwn(list, model)
    ? list[model]
    : Object.hasOwn(list, short)
    ? list[short]
    : undefined
}

/** The user's own price of a model, if there is one. */
export const ownPriceOf = (
  { filePrices = {}, prices }: Pick<PricesOptions, "prices" | "filePrices">,
  model: string
): Price | undefined => listed(prices, model) ?? listed(filePrices, model)

const make = (options: PricesOptions): Prices["Service"] => {
  const priceOf = Effect.fnUntraced(function*(model: string, serviceTier?: string) {
    const price = ownPriceOf(options, model) ??
      (yield* lookUp(model, options.baseUrl, yield* Clock.currentTimeMillis))
    if (price === undefined) return yield* new UnknownPrice({ model, serviceTier: null })
    if (serviceTier !== undefined && Number.isNaN(factorOf(price, serviceTier))) {
      return yield* new UnknownPrice({ model, serviceTier })
    }
    return price
  })
  return Prices.of({ priceOf })
}

/** Names that servers have for what they do unasked. */
const ordinaryTiers: ReadonlySet<string> = new Set(["auto", "default", "standard", "on_demand"])

/** NaN where what the tier costs is not known. */
const factorOf = (price: Price, serviceTier: string | undefined): number => {
  if (serviceTier === undefined) return 1
  const factors = price.serviceTiers ?? {}
  if (Object.hasOwn(factors, serviceTier)) return factors[serviceTier] ?? 1
  return ordinaryTiers.has(serviceTier) ? 1 : Number.NaN
}

type RatesOfCall = Omit<Price, "tiers" | "serviceTiers">

interface Tokens {
  readonly input: number
  readonly cached: number
  readonly cacheWrite: number
  readonly output: number
  readonly reasoning: number
}

/** A rate is met again at every call, and made of its digits once. */
const decimals = new Map<number, BigDecimal.BigDecimal>()
/** More than any job has; a replay of many runs' prices does not grow it beyond. */
const decimalsMax = 1024

const decimalOf = (rate: number): BigDecimal.BigDecimal => {
  const known = decimals.get(rate)
  if (known !== undefined) return known
  if (decimals.size >= decimalsMax) decimals.clear()
  const decimal = BigDecimal.fromNumberUnsafe(rate)
  decimals.set(rate, decimal)
  return decimal
}

const isCount = (count: number): boolean => Number.isSafeInteger(count) && count >= 0
const isRate = (rate: number): boolean => Number.isFinite(rate) && rate >= 0

// By decimals: in a sum of binary fractions a whole number of nanodollars may stand just above itself, and what is just
// above one at the number itself. 1 USD per million tokens is 1,000 nanodollars a token.
const nanoUsd = (tokens: Tokens, rates: RatesOfCall, factor: number): NanoUsd => {
  const terms = [
    [tokens.input, rates.inputUsdPerMtok],
    [tokens.cached, rates.cachedInputUsdPerMtok ?? rates.inputUsdPerMtok],
    [tokens.cacheWrite, rates.cacheWriteUsdPerMtok ?? rates.inputUsdPerMtok],
    [tokens.output, rates.outputUsdPerMtok],
    [tokens.reasoning, rates.reasoningUsdPerMtok ?? rates.outputUsdPerMtok]
  ] as const
  let perFactor = BigDecimal.fromBigInt(0n)
  for (const [count, rate] of terms) {
    if (!isCount(count) || !isRate(rate)) return Number.NaN
    const { scale, value } = decimalOf(rate)
    const term = BigDecimal.make(BigInt(count) * value * 1000n, scale)
    if (count > 0) perFactor = BigDecimal.sum(perFactor, term)
  }
  return isRate(factor)
    ? ceilNumber(BigDecimal.multiply(perFactor, decimalOf(factor)))
    : Number.NaN
}

/**
 * What the usage costs, rounded up to whole nanodollars. `serviceTier` is the one that the server says it served. NaN
 * where it has no known factor, or where a count makes no sense.
 */
export const costOf = (price: Price, usage: Usage, serviceTier?: string): NanoUsd => {
  const rates = price.tiers?.findLast((tier) => usage.inputTokens > tier.aboveInputTokens) ?? price
  // A server that counts more cached tokens than input must not earn the user a discount below zero.
  const cached = Math.min(usage.cachedInputTokens, usage.inputTokens)
  const cacheWrite = Math.min(usage.cacheWriteTokens ?? 0, usage.inputTokens - cached)
  const reasoning = Math.min(usage.reasoningTokens, usage.outputTokens)
  const tokens = {
    input: usage.inputTokens - cached - cacheWrite,
    cached,
    cacheWrite,
    output: usage.outputTokens - reasoning,
    reasoning
  }
  return nanoUsd(tokens, rates, factorOf(price, serviceTier))
}

/**
 * The most that a call can cost which stays within both bounds, whatever is cached, however much of the answer is
 * reasoning, whichever tier applies. A server may serve another service tier than it was asked for: the ordinary one.
 */
export const worstCostOf = (
  price: Price,
  inputTokensMax: number,
  outputTokensMax: number,
  serviceTier?: string
): NanoUsd => {
  const reachable = [
    price,
    ...price.tiers?.filter((tier) => inputTokensMax > tier.aboveInputTokens) ?? []
  ]
  const tokens = { input: inputTokensMax, cached: 0, cacheWrite: 0, output: outputTokensMax }
  return Math.max(...reachable.map((rates) =>
    nanoUsd({ ...tokens, reasoning: 0 }, {
      inputUsdPerMtok: Math.max(
        rates.inputUsdPerMtok,
        rates.cachedInputUsdPerMtok ?? 0,
        rates.cacheWriteUsdPerMtok ?? 0
      ),
      outputUsdPerMtok: Math.max(rates.outputUsdPerMtok, rates.reasoningUsdPerMtok ?? 0)
    }, Math.max(1, factorOf(price, serviceTier)))
  ))
}
