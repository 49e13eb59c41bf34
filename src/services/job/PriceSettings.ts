// The price of a model as a user writes it: in inkfast.yaml, or in a file of prices.
import * as Schema from "effect/Schema"
import { decimal, whole } from "./SettingTypes.ts"

const usdPerMtok = decimal(0, 1_000_000, "US dollars per million tokens")
const factor = decimal(0, 1000, "what the price is multiplied by")

const required = usdPerMtok.pipe(
  Schema.annotateKey({ messageMissingKey: "is missing; give US dollars per million tokens" })
)

const rates = {
  inputUsdPerMtok: required,
  outputUsdPerMtok: required,
  cachedInputUsdPerMtok: Schema.optionalKey(usdPerMtok),
  cacheWriteUsdPerMtok: Schema.optionalKey(usdPerMtok),
  reasoningUsdPerMtok: Schema.optionalKey(usdPerMtok)
}

export const PriceSettings = Schema.Struct({
  ...rates,
  tiers: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({ aboveInputTokens: whole(0, 1_000_000_000, "tokens"), ...rates })
    )
  ),
  serviceTiers: Schema.optionalKey(Schema.Record(Schema.String, factor))
})
