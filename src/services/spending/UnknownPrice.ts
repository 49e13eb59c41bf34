// Why a model is not called: what it costs is not known.
import * as Schema from "effect/Schema"

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
