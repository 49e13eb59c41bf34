// What the model's client must make of any OpenAI-compatible server: one list of tests for each server there is.
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as OpenAiLlm from "../../src/layers/OpenAiLlm.ts"
import { Llm } from "../../src/services/generation/Llm.ts"
import type { LlmRequest } from "../../src/services/generation/Llm.ts"

/** How the next call is to be met. */
export type Meeting = "answer" | "rateLimit" | "serverError" | "disconnect"

/** A server that can be told; `rateLimit` asks for two seconds. */
export class LlmServer extends Context.Service<LlmServer, {
  readonly baseUrl: string
  readonly meet: (how: Meeting) => Effect.Effect<void>
  /** Chat completions asked for so far. */
  readonly calls: Effect.Effect<number>
}>()("inkfast/test/support/llmSuite/LlmServer") {}

const request: LlmRequest = {
  model: "fake-large",
  messages: [
    { role: "system", content: "You write." },
    { role: "user", content: "Slug: lamp\nWrite of the lamp." }
  ],
  schemaName: "page",
  schema: {
    type: "object",
    properties: { title: { type: "string" } },
    required: ["title"],
    additionalProperties: false
  },
  outputTokensMax: 200,
  temperature: undefined,
  timeoutMs: 20_000
}

const call = Effect.gen(function*() {
  const { baseUrl } = yield* LlmServer
  const layer = OpenAiLlm.layer({ baseUrl, apiKey: Redacted.make("sk-suite"), connections: 2 })
  return yield* Effect.flatMap(Llm, (llm) => llm.complete(request)).pipe(Effect.provide(layer))
})

const met = (how: Meeting) =>
  Effect.gen(function*() {
    const server = yield* LlmServer
    yield* server.meet(how)
    const before = yield* server.calls
    const result = yield* Effect.result(call)
    assert.strictEqual((yield* server.calls) - before, 1, "one call is one request")
    return result
  })

const reasonOf = (how: Meeting) =>
  Effect.map(
    met(how),
    (result) => result._tag === "Failure" ? result.failure.reason : assert.fail("it was answered")
  )

export const llmSuite = (name: string, layer: Layer.Layer<LlmServer>): void => {
  describe(name, () => {
    const test = <E>(what: string, effect: Effect.Effect<void, E, LlmServer>) =>
      it.effect(what, () => Effect.provide(effect, layer))

    test(
      "an answer has its text, its model, its end and its usage",
      Effect.gen(function*() {
        const result = yield* met("answer")
        if (result._tag === "Failure") return assert.fail(String(result.failure.reason))
        const { finish, model, text, usage } = result.success
        assert.strictEqual(finish, "stop")
        assert.strictEqual(model, "fake-large")
        assert.isString((JSON.parse(text) as { readonly title?: unknown }).title)
        assert.isAbove(usage?.inputTokens ?? 0, 0)
        assert.isAbove(usage?.outputTokens ?? 0, 0)
      })
    )

    test(
      "a 429 is RateLimited, with the time that Retry-After names",
      Effect.gen(function*() {
        const reason = yield* reasonOf("rateLimit")
        assert.strictEqual(reason._tag, "RateLimited")
        if (reason._tag === "RateLimited") assert.strictEqual(reason.retryAfterMs, 2000)
      })
    )

    test(
      "a 500 is Overloaded",
      Effect.gen(function*() {
        const reason = yield* reasonOf("serverError")
        assert.deepInclude(reason, { _tag: "Overloaded", status: 500 })
      })
    )

    test(
      "a connection that breaks after the request is Disconnected: it may be billed",
      Effect.gen(function*() {
        assert.strictEqual((yield* reasonOf("disconnect"))._tag, "Disconnected")
      })
    )

    test(
      "after a failure the next call is answered",
      Effect.gen(function*() {
        yield* reasonOf("serverError")
        assert.strictEqual((yield* met("answer"))._tag, "Success")
      })
    )
  })
}
