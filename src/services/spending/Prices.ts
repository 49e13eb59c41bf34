// What a model costs: the user's own prices first, then the bundled table; an unknown model is never free.
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { factorOf } from "./Cost.ts"
import type { Price } from "./Price.ts"
import { type OwnPrices, ownPriceOf } from "./PriceList.ts"
import { lookUp } from "./PriceTable.ts"
import { UnknownPrice } from "./UnknownPrice.ts"

/** The job's own prices win over the file, and the file over the table. */
export interface PricesOptions extends OwnPrices {
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
