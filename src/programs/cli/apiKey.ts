// The key of the endpoint, from the environment and nowhere else; never shown.
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { apiKeyFault } from "../../services/generation/ApiKeyFault.ts"
import { JobError } from "../../services/job/JobError.ts"

const variable = "OPENAI_API_KEY"

/** Undefined where `OPENAI_API_KEY` is not set, or set to nothing: local endpoints need none. */
export const apiKey = Effect.gen(function*() {
  const given = yield* Config.option(Config.Redacted(variable))
  const key = Option.match(given, { onNone: () => "", onSome: Redacted.value }).trim()
  const message = apiKeyFault(key)
  if (message !== undefined) {
    return yield* new JobError({
      faults: [{ file: "environment", line: 0, key: variable, message }]
    })
  }
  return key === "" ? undefined : Redacted.make(key)
})
