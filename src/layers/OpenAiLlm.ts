// The Llm over the openai SDK: chat.completions of any OpenAI-compatible endpoint, one HTTP request a call.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { Scope } from "effect/Scope"
import type { ChatCompletionCreateParamsNonStreaming } from "openai/resources/chat/completions"
import { type Completion, Disconnected, Llm, LlmError, type LlmRequest } from "../services/generation/Llm.ts"
import { allowsStrict } from "../services/generation/StrictSchema.ts"
import { readCompletion } from "./openai/ChatCompletion.ts"
import { reasonOf } from "./openai/LlmFailure.ts"
import { makePooledFetch } from "./openai/PooledFetch.ts"
import { boundedDetail, withoutKey } from "./openai/Secret.ts"

export interface OpenAiLlmSettings {
  /** With its version segment: `https://api.openai.com/v1`, `http://127.0.0.1:11434/v1`. */
  readonly baseUrl: string
  /** Without one no Authorization header is sent: local endpoints want none. */
  readonly apiKey: Redacted.Redacted<string> | undefined
  /** Sockets kept to the endpoint: as many as calls in flight. */
  readonly connections: number
  /**
   * The field that carries the output limit. `auto`: `max_completion_tokens` for hosts of OpenAI and Azure, whose newer
   * models refuse the old one; `max_tokens` everywhere else, where many servers know no other.
   */
  readonly outputLimitField?: "auto" | "max_tokens" | "max_completion_tokens"
  /**
   * `auto` asks for `strict` where the schema lies in the subset that strict servers take; `never` is for servers that
   * refuse the field. Either way every answer is checked here.
   */
  readonly strictSchema?: "auto" | "never"
}

const newerField = /(?:^|\.)(?:openai\.com|openai\.azure\.com|cognitiveservices\.azure\.com)$/

const outputLimitFieldOf = (settings: OpenAiLlmSettings): "max_tokens" | "max_completion_tokens" => {
  if (settings.outputLimitField !== undefined && settings.outputLimitField !== "auto") return settings.outputLimitField
  const host = URL.parse(settings.baseUrl)?.hostname ?? ""
  return newerField.test(host) ? "max_completion_tokens" : "max_tokens"
}

const bodyOf = (settings: OpenAiLlmSettings) => {
  const limitField = outputLimitFieldOf(settings)
  const strictAllowed = settings.strictSchema !== "never"
  return (request: LlmRequest): ChatCompletionCreateParamsNonStreaming => ({
    model: request.model,
    messages: request.messages.map(({ content, role }) => ({ role, content })),
    response_format: {
      type: "json_schema",
      json_schema: {
        name: request.schemaName,
        schema: request.schema,
        ...(strictAllowed && allowsStrict(request.schema) ? { strict: true } : {})
      }
    },
    [limitField]: request.outputTokensMax,
    ...(request.temperature === undefined ? {} : { temperature: request.temperature })
  })
}

/** Whatever the SDK threw, until it is read. */
class Thrown {
  readonly error: unknown
  constructor(error: unknown) {
    this.error = error
  }
}

const make = (settings: OpenAiLlmSettings): Effect.Effect<Llm["Service"], never, Scope> =>
  Effect.gen(function*() {
    const key = settings.apiKey === undefined ? undefined : Redacted.value(settings.apiKey)
    // Loaded when a model is really wanted: together they are most of the start-up time.
    const [{ OpenAI }, { Agent }] = yield* Effect.promise(() => Promise.all([import("openai"), import("undici")]))
    const agent = yield* Effect.acquireRelease(
      // The SDK's timer bounds a call; the agent's own five minutes would end long generations.
      Effect.sync(() => new Agent({ connections: settings.connections, headersTimeout: 0, bodyTimeout: 0 })),
      (open) => Effect.promise(() => open.destroy())
    )
    const client = new OpenAI({
      baseURL: settings.baseUrl,
      // The SDK insists on a key; the null header below keeps the placeholder from being sent.
      apiKey: key ?? "none",
      defaultHeaders: key === undefined ? { Authorization: null } : {},
      // Null, or the SDK reads them from the environment on its own.
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      logLevel: "off",
      maxRetries: 0,
      fetch: makePooledFetch(agent, withoutKey(key))
    })
    const detail = (text: string) => boundedDetail(key, text)
    const toBody = bodyOf(settings)

    const failed = (request: LlmRequest, error: unknown) =>
      Effect.flatMap(Clock.currentTimeMillis, (nowMs) =>
        Effect.fail(
          new LlmError({
            model: request.model,
            reason: reasonOf(error, { sdk: OpenAI, nowMs, timeoutMs: request.timeoutMs, model: request.model, detail })
          })
        ))

    const read = (request: LlmRequest, body: unknown): Effect.Effect<Completion, LlmError> => {
      const completion = readCompletion(body, request.model)
      return typeof completion === "string"
        ? Effect.fail(new LlmError({ model: request.model, reason: new Disconnected({ detail: detail(completion) }) }))
        : Effect.succeed(completion)
    }

    const complete = (request: LlmRequest) =>
      Effect.tryPromise({
        try: (signal): PromiseLike<unknown> =>
          client.chat.completions.create(toBody(request), { signal, timeout: request.timeoutMs }),
        catch: (error) => new Thrown(error)
      }).pipe(
        Effect.matchEffect({ onFailure: ({ error }) => failed(request, error), onSuccess: (body) => read(request, body) })
      )
    return Llm.of({ complete })
  })

/** Gotcha: the SDK itself still honours the variable `OPENAI_CUSTOM_HEADERS`. */
export const layer = (settings: OpenAiLlmSettings): Layer.Layer<Llm> => Layer.effect(Llm, make(settings))
