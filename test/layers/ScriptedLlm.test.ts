// The scripted model: answers, failures, records and gates.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { answerJson, type ScriptedAnswer, ScriptedLlm } from "../../src/layers/ScriptedLlm.ts"
import { Llm, LlmError, type LlmRequest, Overloaded } from "../../src/services/generation/Llm.ts"

const request: LlmRequest = {
  model: "small",
  messages: [{ role: "user", content: "12345678" }],
  schemaName: "page",
  schema: { type: "object" },
  outputTokensMax: 10,
  temperature: undefined,
  timeoutMs: 1000
}

describe("ScriptedLlm", () => {
  it.effect("answers by script, fills in the rest, records the requests", () =>
    Effect.gen(function*() {
      const llm = yield* Llm
      const scripted = yield* ScriptedLlm
      assert.deepStrictEqual(yield* llm.complete(request), {
        model: "small",
        text: "{\"call\":1}",
        finish: "stop",
        refusal: null,
        usage: { inputTokens: 2, cachedInputTokens: 0, outputTokens: 3, reasoningTokens: 0 },
        body: { scripted: true, text: "{\"call\":1}" }
      })
      assert.strictEqual((yield* llm.complete({ ...request, model: "big" })).text, "{\"call\":2}")
      assert.deepStrictEqual((yield* scripted.calls).map((call) => call.model), ["small", "big"])
    }).pipe(
      Effect.provide(ScriptedLlm.layer((_request, callNumber) => answerJson({ call: callNumber })))
    ))

  const overloaded = new Overloaded({ status: 503, retryAfterMs: null, detail: "full" })
  const failures: Array<[string, ScriptedAnswer]> = [
    ["a reason", overloaded],
    ["an error", new LlmError({ model: "small", reason: overloaded })],
    ["an effect of a reason", Effect.succeed(overloaded)],
    ["a failing effect", Effect.fail(new LlmError({ model: "small", reason: overloaded }))]
  ]
  it.effect.each(failures)("fails with %s", ([, answer]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Effect.flatMap(Llm, (llm) => llm.complete(request)))
      assert.strictEqual(error.reason._tag, "Overloaded")
    }).pipe(Effect.provide(ScriptedLlm.layer(() => answer))))

  it.effect("holds calls until they are released, and counts those interrupted", () =>
    Effect.gen(function*() {
      const llm = yield* Llm
      const scripted = yield* ScriptedLlm
      yield* scripted.hold
      const first = yield* Effect.forkChild(llm.complete(request))
      const second = yield* Effect.forkChild(llm.complete(request))
      yield* scripted.waitForCalls(2)
      yield* Fiber.interrupt(first)
      assert.strictEqual(yield* scripted.interrupted, 1)
      yield* scripted.release
      assert.strictEqual((yield* Fiber.join(second)).text, "done")
      yield* llm.complete(request)
    }).pipe(Effect.provide(ScriptedLlm.layer(() => ({ text: "done" })))))
})
