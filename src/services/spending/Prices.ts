// What a model costs: the job's own prices first, then the bundled table; an unknown model is never free.
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { Usage } from "../generation/Llm.ts"
import type { NanoUsd } from "./Money.ts"
import { lookUp } from "./PriceTable.ts"

const UsdPerMtok = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

/** Dollars per million tokens. */
const Rates = {
  inputUsdPerMtok: UsdPerMtok,
  outputUsdPerMtok: UsdPerMtok,
  /** Where absent, cached input costs what input costs. */
  cachedInputUsdPerMtok: Schema.optionalKey(UsdPerMtok)
}

/** Dollars per million tokens. An explicit 0 is a price (a local model); only what is not given is unknown. */
export const Price = Schema.Struct({
  ...Rates,
  /** Other rates for the whole call once its input is longer, ascending: long-context prices. */
  tiers: Schema.optionalKey(Schema.Array(Schema.Struct({ aboveInputTokens: Schema.Int, ...Rates })))
})
export type Price = typeof Price.Type

export class UnknownPrice extends Schema.TaggedError<UnknownPrice>()("UnknownPrice", {
  model: Schema.String
}) {
  override get message(): string {
    return `no price is known for model "${this.model}", so no call is made; add it to inkfast.yaml:\n` +
      `prices:\n  ${JSON.stringify(this.model)}: { inputUsdPerMtok: 0.15, outputUsdPerMtok: 0.60 }`
  }
}

export interface PricesOptions {
  /** The job's own prices by model name. They win over the table. */
  readonly prices: { readonly [model: string]: Price }
  /** The endpoint: where the table knows the host, only what that host charges counts. */
  readonly baseUrl: string
}

export class Prices extends Context.Service<Prices, {
  readonly priceOf: (model: string) => Effect.Effect<Price, UnknownPrice>
}>()("inkfast/services/spending/Prices") {
  static readonly layer = (options: PricesOptions): Layer.Layer<Prices> =>
    Layer.sync(Prices, () => make(options))
}

const make = ({ baseUrl, prices }: PricesOptions): Prices["Service"] => {
  const own = new Map(Object.entries(prices))
  const priceOf = Effect.fnUntraced(function*(model: string) {
    // `openai/gpt-4o-mini` is priced by an entry `gpt-4o-mini` too.
    const mine = own.get(model) ?? own.get(model.slice(model.lastIndexOf("/") + 1))
    if (mine !== undefined) return mine
    const listed = yield* lookUp(model, baseUrl, yield* Clock.currentTimeMillis)
    if (listed === undefined) return yield* new UnknownPrice({ model })
    return listed
  })
  return Prices.of({ priceOf })
}

type RatesOfCall = Pick<Price, "inputUsdPerMtok" | "outputUsdPerMtok" | "cachedInputUsdPerMtok">

// 1 USD per million tokens is 1,000 nanodollars a token. Fifteen digits drop the noise of binary fractions, which
// would round a whole number of nanodollars up to the next; a price has to have ten decimals to lose by it.
const nanoUsd = (
  uncachedInput: number,
  cachedInput: number,
  output: number,
  rates: RatesOfCall
): NanoUsd =>
  Math.ceil(Number((
    (uncachedInput * rates.inputUsdPerMtok +
      cachedInput * (rates.cachedInputUsdPerMtok ?? rates.inputUsdPerMtok) +
      output * rates.outputUsdPerMtok) * 1000
  ).toPrecision(15)))

/** What the usage costs, rounded up to whole nanodollars. */
export const costOf = (price: Price, usage: Usage): NanoUsd => {
  const rates = price.tiers?.findLast((tier) => usage.inputTokens > tier.aboveInputTokens) ?? price
  // A server that counts more cached tokens than input must not earn the user a discount below zero.
  const cached = Math.min(usage.cachedInputTokens, usage.inputTokens)
  return nanoUsd(usage.inputTokens - cached, cached, usage.outputTokens, rates)
}

/** The most that a call can cost which stays within both bounds, whatever is cached and whichever tier applies. */
export const worstCostOf = (
  price: Price,
  inputTokensMax: number,
  outputTokensMax: number
): NanoUsd => {
  const reachable = [
    price,
    ...price.tiers?.filter((tier) => inputTokensMax > tier.aboveInputTokens) ?? []
  ]
  return Math.max(...reachable.map((rates) =>
    nanoUsd(inputTokensMax, 0, outputTokensMax, {
      inputUsdPerMtok: Math.max(rates.inputUsdPerMtok, rates.cachedInputUsdPerMtok ?? 0),
      outputUsdPerMtok: rates.outputUsdPerMtok
    })
  ))
}
