// The key of the endpoint, from the environment and nowhere else; never shown.
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

/** Undefined where `OPENAI_API_KEY` is not set, or set to nothing: local endpoints need none. */
export const apiKey = Effect.map(
  Config.option(Config.Redacted("OPENAI_API_KEY")),
  (key) => Option.getOrUndefined(Option.filter(key, (each) => Redacted.value(each) !== ""))
)
