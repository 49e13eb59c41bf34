// Doctor's look at what a job needs from outside: the key, the endpoint and its models, a price for each. Costs nothing.
import * as Effect from "effect/Effect"
import { Endpoint } from "../../services/generation/Endpoint.ts"
import type { EndpointError } from "../../services/generation/Endpoint.ts"
import type { Rung } from "../../services/generation/Rung.ts"
import { CurrentJob } from "../../services/job/Job.ts"
import { Prices } from "../../services/spending/Prices.ts"
import type { DoctorCheck } from "./DoctorReport.ts"
import { fail, ok, warn } from "./DoctorReport.ts"

const isLocal = (baseUrl: string): boolean =>
  /^(localhost|127\.[\d.]+|\[::1\])$/.test(URL.parse(baseUrl)?.hostname ?? "")

const checkKey = (keyPresent: boolean, baseUrl: string): DoctorCheck => {
  if (keyPresent) return ok("key", "OPENAI_API_KEY is set")
  return isLocal(baseUrl)
    ? ok("key", `OPENAI_API_KEY is not set; ${baseUrl} is on this machine and may need none`)
    : warn(
      "key",
      "OPENAI_API_KEY is not set",
      "export OPENAI_API_KEY, unless the endpoint wants no key"
    )
}

const unanswered = (error: EndpointError): DoctorCheck => {
  switch (error.reason) {
    case "Unlisted":
      return warn(
        "endpoint",
        `it answers, but lists no models: ${error.detail}`,
        "check the base URL; it ends in a version, like /v1"
      )
    case "Unauthorized":
      return fail(
        "endpoint",
        error.detail,
        "set OPENAI_API_KEY to a key of this endpoint, or point --base-url elsewhere"
      )
    case "Unreachable":
      return fail(
        "endpoint",
        error.detail,
        "start the server, or point --base-url or OPENAI_BASE_URL elsewhere"
      )
    case "Failed":
      return fail(
        "endpoint",
        error.detail,
        "the server is in trouble or not OpenAI-compatible: try later, or another --base-url"
      )
  }
}

const listed = (known: ReadonlyArray<string>, wanted: ReadonlyArray<string>): DoctorCheck => {
  const absent = wanted.filter((model) => !known.includes(model))
  const shown = known.slice(0, 5).join(", ") + (known.length > 5 ? ", …" : "")
  return absent.length === 0
    ? ok("endpoint", `it answers and has ${wanted.join(" and ")}`)
    : warn(
      "endpoint",
      `it does not list ${absent.join(" and ")} among its ${known.length} models (${shown})`,
      "check --model and --strong-model"
    )
}

const checkPrice = ({ model, serviceTier }: Rung) =>
  Effect.flatMap(Prices, (prices) => prices.priceOf(model, serviceTier)).pipe(
    Effect.map(({ inputUsdPerMtok, outputUsdPerMtok }) =>
      ok("price", `${model}: $${inputUsdPerMtok} in, $${outputUsdPerMtok} out per million tokens`)
    ),
    Effect.catch((error) => Effect.succeed(fail("price", `${model}: unknown`, error.message)))
  )

/** `keyPresent`: whether a key is set; the key itself is not asked for. */
export const checkJob = (
  keyPresent: boolean
): Effect.Effect<ReadonlyArray<DoctorCheck>, never, CurrentJob | Endpoint | Prices> =>
  Effect.gen(function*() {
    const { baseUrl, judge, rungs: ladder } = yield* CurrentJob
    const rungs = judge === null ? ladder : [...ladder, judge.rung]
    const endpoint = yield* Endpoint
    const priced = rungs.filter((rung, index) =>
      rungs.findIndex(({ model }) => model === rung.model) === index
    )
    const models = priced.map(({ model }) => model)
    return [
      checkKey(keyPresent, baseUrl),
      yield* Effect.match(endpoint.models, {
        onFailure: unanswered,
        onSuccess: (known) => listed(known, models)
      }),
      ...(yield* Effect.forEach(priced, checkPrice))
    ]
  })
