// What a model's tokens cost: the schema of a price, as jobs, manifests and journals have it.
import * as Schema from "effect/Schema"

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
