// `Endpoint` over HTTP: GET /models of any OpenAI-compatible server.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Endpoint, EndpointError } from "../services/generation/Endpoint.ts"
import { boundedDetail } from "./openai/Secret.ts"

export interface HttpEndpointSettings {
  /** With its version segment: `https://api.openai.com/v1`. */
  readonly baseUrl: string
  readonly apiKey: Redacted.Redacted<string> | undefined
}

const timeoutMs = 10_000
const answerBytesMax = 4 * 1024 * 1024

const ModelList = Schema.fromJsonString(
  Schema.Struct({ data: Schema.Array(Schema.Struct({ id: Schema.String })) })
)

const make = ({ apiKey, baseUrl }: HttpEndpointSettings): Endpoint["Service"] => {
  const key = apiKey === undefined ? undefined : Redacted.value(apiKey)
  const url = `${baseUrl.replace(/\/+$/, "")}/models`
  const failed = (reason: EndpointError["reason"], detail: string) =>
    new EndpointError({ reason, detail: boundedDetail(key, `${url}: ${detail}`) })

  const ask = Effect.gen(function*() {
    const { Agent, request } = yield* Effect.promise(() => import("undici"))
    const dispatcher = yield* Effect.acquireRelease(
      Effect.sync(() => new Agent({ maxResponseSize: answerBytesMax })),
      (agent) => Effect.promise(() => agent.destroy())
    )
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
    return yield* Effect.tryPromise({
      try: (signal) =>
        request(url, { dispatcher, signal, headers }).then(({ body, statusCode }) =>
          body.text().then((text) => ({ statusCode, text }))
        ),
      catch: (cause) =>
        failed("Unreachable", cause instanceof Error ? cause.message : String(cause))
    })
  })

  const models = Effect.gen(function*() {
    const { statusCode, text } = yield* Effect.timeoutOrElse(Effect.scoped(ask), {
      duration: timeoutMs,
      orElse: () => Effect.fail(failed("Unreachable", `no answer within ${timeoutMs / 1000} s`))
    })
    if (statusCode === 401 || statusCode === 403) {
      return yield* failed("Unauthorized", `${statusCode}: ${text}`)
    }
    if (statusCode === 404 || statusCode === 405) {
      return yield* failed("Unlisted", `${statusCode}: ${text}`)
    }
    if (statusCode !== 200) return yield* failed("Failed", `${statusCode}: ${text}`)
    const list = yield* Effect.mapError(
      Schema.decodeEffect(ModelList)(text),
      () => failed("Unlisted", `the answer is no list of models: ${text}`)
    )
    return list.data.map(({ id }) => id)
  })

  return Endpoint.of({ models })
}

export const layer = (settings: HttpEndpointSettings): Layer.Layer<Endpoint> =>
  Layer.sync(Endpoint, () => make(settings))
