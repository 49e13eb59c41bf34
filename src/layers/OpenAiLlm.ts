// The Llm over the openai SDK: chat.completions of any OpenAI-compatible endpoint, one HTTP request a call.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { Scope } from "effect/Scope"
import {
  type Completion,
  Disconnected,
  Llm,
  LlmError,
  type LlmRequest
} from "../services/generation/Llm.ts"
import { readServerLimits, type ServerLimits } from "../services/generation/ServerLimits.ts"
import { type ChatBodySettings, makeChatBody } from "./openai/ChatBody.ts"
import { makeChatClient } from "./openai/ChatClient.ts"
import { readCompletion } from "./openai/ChatCompletion.ts"
import { reasonOf } from "./openai/LlmFailure.ts"
import { Cancellation, makePooledFetch } from "./openai/PooledFetch.ts"
import { boundedDetail, withoutKey } from "./openai/Secret.ts"

export interface OpenAiLlmSettings extends ChatBodySettings {
  /** Without one no Authorization header is sent: local endpoints want none. White space around it is none of it. */
  readonly apiKey: Redacted.Redacted<string> | undefined
  /** Sockets kept to the endpoint: as many as calls in flight. */
  readonly connections: number
}

const tellLimits = (
  headers: { readonly get: (name: string) => string | null } | undefined,
  onLimits: ((limits: ServerLimits) => void) | undefined
): void => {
  if (headers === undefined || onLimits === undefined) return
  const limits = readServerLimits((name) => headers.get(name))
  if (limits !== undefined) onLimits(limits)
}

const make = (settings: OpenAiLlmSettings): Effect.Effect<Llm["Service"], never, Scope> =>
  Effect.gen(function*() {
    const key = settings.apiKey && Redacted.value(settings.apiKey).trim()
    // Loaded when a model is really wanted: together they are most of the start-up time.
    const [{ OpenAI }, { Pool }] = yield* Effect.promise(() =>
      Promise.all([import("openai"), import("undici")])
    )
    const pool = yield* Effect.acquireRelease(
      // The SDK's timer bounds a call; the agent's own five minutes would end long generations.
      Effect.sync(() =>
        new Pool(new URL(settings.baseUrl).origin, {
          connections: settings.connections,
          headersTimeout: 0,
          bodyTimeout: 0
        })
      ),
      (open) => Effect.promise(() => open.destroy())
    )
    const client = makeChatClient(OpenAI, {
      baseURL: settings.baseUrl,
      // The SDK insists on a key; the null header below keeps the placeholder from being sent.
      apiKey: key ?? "none",
      defaultHeaders: {
        "content-type": "application/json",
        ...(key === undefined ? { Authorization: null } : {})
      },
      // Null, or the SDK reads them from the environment on its own.
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      logLevel: "off",
      fetch: makePooledFetch(pool, withoutKey(key))
    })
    const detail = (text: string) => boundedDetail(key, text)
    const toBody = makeChatBody(settings)

    const failed = (request: LlmRequest, error: unknown) =>
      Effect.flatMap(Clock.currentTimeMillis, (nowMs) =>
        Effect.fail(
          new LlmError({
            model: request.model,
            reason: reasonOf(error, {
              sdk: OpenAI,
              nowMs,
              timeoutMs: request.timeoutMs,
              model: request.model,
              detail
            })
          })
        ))

    const read = (request: LlmRequest, body: string): Effect.Effect<Completion, LlmError> => {
      const completion = readCompletion(body, request.model)
      return typeof completion === "string"
        ? Effect.fail(
          new LlmError({
            model: request.model,
            reason: new Disconnected({ detail: detail(completion) })
          })
        )
        : Effect.succeed(completion)
    }

    const complete = (request: LlmRequest, onLimits?: (limits: ServerLimits) => void) =>
      Effect.callback<Completion, LlmError>((resume) => {
        const cancellation = new Cancellation()
        client({ body: toBody(request), timeoutMs: request.timeoutMs, cancellation }).then(
          (response) => {
            tellLimits(response.headers, onLimits)
            return response.text()
          }
        ).then(
          (body) => resume(read(request, body)),
          (error: unknown) => {
            if (error instanceof OpenAI.APIError) tellLimits(error.headers, onLimits)
            resume(failed(request, error))
          }
        )
        return Effect.sync(() => cancellation.cancel())
      })
    return Llm.of({ complete })
  })

/** Gotcha: the SDK itself still honours the variable `OPENAI_CUSTOM_HEADERS`. */
export const layer = (settings: OpenAiLlmSettings): Layer.Layer<Llm> =>
  Layer.effect(Llm, make(settings))
