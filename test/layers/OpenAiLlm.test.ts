// The model call over real sockets: every status, broken connections, interruption, and a key that never leaks.
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { gzipSync } from "node:zlib"
import * as OpenAiLlm from "../../src/layers/OpenAiLlm.ts"
import { Llm, type LlmRequest } from "../../src/services/generation/Llm.ts"

const key = "sk-proj-Secret0123456789abcdefghijklmnop"

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

/** A server on 127.0.0.1 for as long as the scope lives. */
const serve = (handler: Handler) =>
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer((request, response) => {
        let body = ""
        request.on("data", (chunk: Buffer) => body += chunk.toString())
        request.on("end", () => handler(request, response, body))
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  ).pipe(Effect.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`))

const request: LlmRequest = {
  model: "small",
  messages: [{ role: "system", content: "s" }, { role: "user", content: "u" }],
  schemaName: "page",
  schema: {
    type: "object",
    properties: { a: { type: "string" } },
    required: ["a"],
    additionalProperties: false
  },
  outputTokensMax: 100,
  temperature: undefined,
  timeoutMs: 30_000
}

const call = (
  baseUrl: string,
  overrides: Partial<LlmRequest> = {},
  settings: Partial<OpenAiLlm.OpenAiLlmSettings> = {}
) =>
  Llm.pipe(
    Effect.flatMap((llm) => llm.complete({ ...request, ...overrides })),
    Effect.provide(
      OpenAiLlm.layer({ baseUrl, apiKey: Redacted.make(key), connections: 4, ...settings })
    )
  )

const failure = (handler: Handler, overrides: Partial<LlmRequest> = {}) =>
  Effect.flatMap(serve(handler), (url) => Effect.flip(call(url, overrides))).pipe(
    Effect.tap((error) =>
      Effect.sync(() => assert.notInclude(JSON.stringify(error) + String(error), "Secret"))
    ),
    Effect.map((error) => error.reason)
  )

const ok = (message: unknown, rest: Record<string, unknown> = {}) => ({
  id: "x",
  model: "small-2026",
  choices: [{ index: 0, finish_reason: "stop", message }],
  ...rest
})

const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {}
) => {
  response.writeHead(status, { "content-type": "application/json", ...headers })
  response.end(typeof body === "string" ? body : JSON.stringify(body))
}

const answering = (body: unknown, overrides: Partial<LlmRequest> = {}) =>
  Effect.flatMap(
    serve((_request, response) => json(response, 200, body)),
    (url) => call(url, overrides)
  )

describe("what is sent", () => {
  const sent = (
    overrides: Partial<LlmRequest> = {},
    settings: Partial<OpenAiLlm.OpenAiLlmSettings> = {}
  ) =>
    Effect.gen(function*() {
      let seen:
        | { headers: IncomingMessage["headers"]; url: string; body: Record<string, unknown> }
        | undefined
      const url = yield* serve((incoming, response, body) => {
        seen = { headers: incoming.headers, url: incoming.url ?? "", body: JSON.parse(body) }
        json(response, 200, ok({ content: "{}" }))
      })
      yield* call(url, overrides, settings)
      if (seen === undefined) return assert.fail("nothing was sent")
      return seen
    })

  it.effect("one chat.completions request with json_schema, strict where the schema allows it", () =>
    Effect.gen(function*() {
      const { body, headers, url } = yield* sent()
      assert.strictEqual(url, "/v1/chat/completions")
      assert.strictEqual(headers.authorization, `Bearer ${key}`)
      assert.deepStrictEqual(body, {
        model: "small",
        messages: request.messages,
        response_format: {
          type: "json_schema",
          json_schema: { name: "page", schema: request.schema, strict: true }
        },
        max_tokens: 100
      })
    }))

  it.effect("no strict for a schema outside its subset, or where the setting says never", () =>
    Effect.gen(function*() {
      const open = { type: "object", properties: { a: { type: "string", minLength: 3 } } }
      const formatOf = (body: Record<string, unknown>) => JSON.stringify(body["response_format"])
      assert.notInclude(formatOf((yield* sent({ schema: open })).body), "strict")
      assert.notInclude(formatOf((yield* sent({}, { strictSchema: "never" })).body), "strict")
    }))

  it.effect("temperature and the newer limit field when they are wanted, and no Authorization without a key", () =>
    Effect.gen(function*() {
      const { body, headers } = yield* sent(
        { temperature: 0.2 },
        { apiKey: undefined, outputLimitField: "max_completion_tokens" }
      )
      assert.strictEqual(body["temperature"], 0.2)
      assert.strictEqual(body["max_completion_tokens"], 100)
      assert.notProperty(body, "max_tokens")
      assert.isUndefined(headers.authorization)
    }))

  it.effect("a key without the white space that was copied with it", () =>
    Effect.gen(function*() {
      const { headers } = yield* sent({}, { apiKey: Redacted.make(`\n\t${key} \r\n`) })
      assert.strictEqual(headers.authorization, `Bearer ${key}`)
    }))

  it.effect("every call of a client is what it would be as the first: its own body, its own timeout", () =>
    Effect.gen(function*() {
      const seen: Array<{ readonly headers: IncomingMessage["headers"]; readonly body: string }> =
        []
      const baseUrl = yield* serve((incoming, response, body) => {
        seen.push({ headers: incoming.headers, body })
        json(response, 200, ok({ content: "{}" }))
      })
      // More timeouts than requests are kept for, and the first ones again.
      const seconds = [1, 2, 2, ...Array.from({ length: 70 }, (_, n) => n + 3), 1, 2]
      const calls = seconds.map((second, n) => ({
        timeoutMs: second * 1000 + n,
        outputTokensMax: 100 + n
      }))
      const one = Effect.gen(function*() {
        const llm = yield* Llm
        for (const each of calls) yield* llm.complete({ ...request, ...each })
      })
      yield* Effect.provide(
        one,
        OpenAiLlm.layer({ baseUrl, apiKey: Redacted.make(key), connections: 4 })
      )
      const together = seen.splice(0)
      for (const each of [calls[0], calls[2], calls[40], calls.at(-1)]) {
        yield* call(baseUrl, each)
      }
      assert.deepStrictEqual(
        together.map(({ headers }) => headers["x-stainless-timeout"]),
        seconds.map(String)
      )
      assert.deepStrictEqual(
        [together[0], together[2], together[40], together.at(-1)],
        seen
      )
    }))
})

describe("answers", () => {
  it.effect("text, model, usage with cached and reasoning tokens, and the body as it came", () =>
    Effect.gen(function*() {
      const body = ok({ content: "{\"a\":\"b\"}" }, {
        usage: {
          prompt_tokens: 10,
          completion_tokens: 7,
          total_tokens: 17,
          prompt_tokens_details: { cached_tokens: 4 },
          completion_tokens_details: { reasoning_tokens: 3 }
        },
        extra: [1]
      })
      const completion = yield* answering(body)
      assert.deepStrictEqual(completion, {
        model: "small-2026",
        text: "{\"a\":\"b\"}",
        finish: "stop",
        refusal: null,
        usage: { inputTokens: 10, cachedInputTokens: 4, outputTokens: 7, reasoningTokens: 3 },
        body
      })
    }))

  it.effect("reasoning that only the total shows is charged as output", () =>
    Effect.gen(function*() {
      const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 40 }
      assert.strictEqual(
        (yield* answering(ok({ content: "{}" }, { usage }))).usage?.outputTokens,
        30
      )
    }))

  it.effect.each([
    [undefined],
    [null],
    [{}],
    [{ prompt_tokens: -1, completion_tokens: 2 }],
    [{ prompt_tokens: "3", completion_tokens: 2 }]
  ])(
    "usage %j is no usage",
    ([usage]) =>
      Effect.map(
        answering(ok({ content: "{}" }, { usage })),
        (completion) => assert.isNull(completion.usage)
      )
  )

  it.effect.each(
    [
      ["stop", "stop"],
      ["length", "length"],
      ["content_filter", "filter"],
      ["tool_calls", "other"],
      [null, "other"]
    ] as const
  )("finish_reason %s is %s", ([word, finish]) =>
    Effect.map(
      answering({ choices: [{ finish_reason: word, message: { content: "x" } }] }),
      (completion) => assert.strictEqual(completion.finish, finish)
    ))

  it.effect("a refusal is a refusal, whatever the finish reason says", () =>
    Effect.gen(function*() {
      const completion = yield* answering(ok({ content: null, refusal: "I cannot." }))
      assert.deepStrictEqual([completion.finish, completion.refusal, completion.text], [
        "refusal",
        "I cannot.",
        ""
      ])
    }))

  it.effect("JSON under another content type, and JSON that came compressed unasked, are read", () =>
    Effect.gen(function*() {
      const plain = yield* serve((_request, response) => {
        response.writeHead(200, { "content-type": "text/plain" }).end(
          JSON.stringify(ok({ content: "é" }))
        )
      })
      assert.strictEqual((yield* call(plain)).text, "é")
      const packed = yield* serve((_request, response) => {
        response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" })
        response.end(gzipSync(JSON.stringify(ok({ content: "é" }))))
      })
      assert.strictEqual((yield* call(packed)).text, "é")
    }))

  it.effect("a server that echoes the key does not bring it into the journal", () =>
    Effect.gen(function*() {
      const completion = yield* answering(ok({ content: `you sent ${key}` }))
      assert.notInclude(JSON.stringify(completion), "Secret")
    }))

  it.effect.each([
    ["empty", ""],
    ["an error with status 200", "{\"error\":{\"message\":\"upstream failed\"}}"]
  ])("%s after status 200 is Disconnected: it may be billed", ([, body]) =>
    Effect.map(
      failure((_request, response) => json(response, 200, body)),
      (reason) => assert.strictEqual(reason._tag, "Disconnected")
    ))

  it.effect("a byte order mark before the answer is none of its bytes", () =>
    Effect.map(
      answering(`\uFEFF${JSON.stringify(ok({ content: "{}" }))}`),
      (completion) => assert.deepInclude(completion, { text: "{}", finish: "stop" })
    ))

  it.effect.each(
    [
      ["not json", "<html>", "<html>"],
      ["cut json", "{\"choices\":[", "{\"choices\":["],
      ["no choices", "{\"choices\":[]}", { choices: [] }],
      ["an array", "[]", []],
      ["null", "null", null]
    ] as const
  )(
    "I10: %s after status 200 was paid for: it is an answer, whole, that nobody can read",
    ([, body, whole]) =>
      Effect.map(answering(body), (completion) =>
        assert.deepStrictEqual(completion, {
          model: "small",
          text: body,
          finish: "unreadable",
          refusal: null,
          usage: null,
          body: whole
        }))
  )

  it.effect("of an answer that nobody can read what it counts is counted", () =>
    Effect.map(
      answering({ usage: { prompt_tokens: 7, completion_tokens: 3 }, output: "x".repeat(5000) }),
      ({ text, usage }) => {
        assert.deepInclude(usage, { inputTokens: 7, outputTokens: 3 })
        assert.lengthOf(text, 2000)
      }
    ))
})

describe("refusals by status", () => {
  const error = (code: string, message = "no") => ({ error: { message, code, type: code } })
  it.effect.each(
    [
      [429, error("rate_limit_exceeded"), "RateLimited"],
      [429, error("insufficient_quota"), "QuotaExhausted"],
      [402, error("payment"), "QuotaExhausted"],
      [401, error("invalid_api_key", `Incorrect API key provided: ${key}`), "Unauthorized"],
      [403, error("forbidden", `key ${key.slice(0, 20)} of yours`), "Unauthorized"],
      [404, error("model_not_found"), "ModelNotFound"],
      [404, "Not Found", "ModelNotFound"],
      [408, "", "Overloaded"],
      [409, error("conflict"), "Overloaded"],
      [500, "oops", "Overloaded"],
      [503, error("overloaded"), "Overloaded"],
      [400, error("bad", `header was Authorization: Bearer ${key}`), "InvalidRequest"],
      [413, "x".repeat(5000), "InvalidRequest"],
      [422, error("bad"), "InvalidRequest"],
      [307, "", "InvalidRequest"]
    ] as const
  )(
    "%i %j is %s",
    ([status, body, tag]) =>
      Effect.map(
        failure((_request, response) =>
          json(response, status, body, { location: "https://elsewhere/v1" })
        ),
        (reason) => {
          assert.strictEqual(reason._tag, tag)
          if ("detail" in reason) assert.isAtMost(reason.detail.length, 700)
        }
      )
  )

  it.effect("each call is one request: nothing is tried again", () =>
    Effect.gen(function*() {
      let requests = 0
      yield* failure((_request, response) => {
        requests++
        json(response, 503, {})
      })
      assert.strictEqual(requests, 1)
    }))

  it.effect.each(
    [
      [{ "retry-after-ms": "1500", "retry-after": "9" }, 1500],
      [{ "retry-after": "2" }, 2000],
      [{ "retry-after": "0.5" }, 500],
      [{ "retry-after": "Thu, 01 Jan 1970 00:01:30 GMT" }, 30_000],
      [{ "retry-after": "Thu, 01 Jan 1970 00:00:30 GMT" }, 0],
      [{ "retry-after": "soon" }, null],
      [{}, null]
    ] as const
  )("%j means %s ms, by the clock", ([headers, wait]) =>
    Effect.gen(function*() {
      yield* TestClock.setTime(60_000)
      const reason = yield* failure((_request, response) =>
        json(response, 429, error("x"), headers)
      )
      assert.strictEqual(reason._tag === "RateLimited" ? reason.retryAfterMs : undefined, wait)
    }))
})

describe("connections", () => {
  it.effect("nobody listening is Unreachable: nothing was sent", () =>
    Effect.gen(function*() {
      const url = yield* Effect.scoped(serve(() => {}))
      const error = yield* Effect.flip(call(url))
      assert.strictEqual(error.reason._tag, "Unreachable")
      assert.match("detail" in error.reason ? error.reason.detail : "", /ECONNREFUSED/)
    }))

  it.effect("a host without an address is Unreachable", () =>
    Effect.map(
      Effect.flip(call("http://nowhere.invalid/v1")),
      (error) => assert.strictEqual(error.reason._tag, "Unreachable")
    ))

  it.effect("a connection dropped before the answer is Disconnected", () =>
    Effect.map(
      failure((incoming) => incoming.socket.destroy()),
      (reason) => assert.strictEqual(reason._tag, "Disconnected")
    ))

  it.effect("a connection dropped in the middle of the body is Disconnected", () =>
    Effect.map(
      failure((_request, response) => {
        response.writeHead(200, { "content-type": "application/json", "content-length": "1000" })
        response.write("{\"choices\":", () => response.destroy())
      }),
      (reason) => assert.strictEqual(reason._tag, "Disconnected")
    ))

  it.effect.each([["before the headers", false], ["in the middle of the body", true]] as const)(
    "a server that hangs %s is TimedOut",
    ([, headers]) =>
      Effect.map(
        failure((_request, response) => {
          if (headers) response.writeHead(200, { "content-type": "application/json" }).write("{")
        }, { timeoutMs: 50 }),
        (reason) =>
          assert.deepStrictEqual(reason._tag === "TimedOut" ? reason.timeoutMs : reason._tag, 50)
      )
  )

  it.effect("a call that runs out of time while it waits for a connection was not sent: Unreachable", () =>
    Effect.gen(function*() {
      let requests = 0
      const arrived = yield* Deferred.make<void>()
      const url = yield* serve(() => {
        requests++
        Deferred.doneUnsafe(arrived, Effect.void)
      })
      const context = yield* Layer.build(
        OpenAiLlm.layer({ baseUrl: url, apiKey: undefined, connections: 1 })
      )
      yield* Effect.gen(function*() {
        const llm = yield* Llm
        const first = yield* Effect.forkChild(llm.complete(request))
        yield* Deferred.await(arrived)
        const { reason } = yield* Effect.flip(llm.complete({ ...request, timeoutMs: 50 }))
        assert.strictEqual(reason._tag, "Unreachable")
        yield* Fiber.interrupt(first)
      }).pipe(Effect.provide(context))
      assert.strictEqual(requests, 1)
    }))

  it.effect("interrupting the call closes its socket", () =>
    Effect.gen(function*() {
      const arrived = yield* Deferred.make<void>()
      const closed = yield* Deferred.make<void>()
      const url = yield* serve((incoming) => {
        incoming.socket.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
        Deferred.doneUnsafe(arrived, Effect.void)
      })
      const fiber = yield* Effect.forkChild(call(url))
      yield* Deferred.await(arrived)
      yield* Fiber.interrupt(fiber)
      yield* Deferred.await(closed)
    }))

  it.effect("connections are kept between calls and closed with the layer's scope", () =>
    Effect.gen(function*() {
      const sockets = new Set<unknown>()
      const closed = yield* Deferred.make<void>()
      const url = yield* serve((incoming, response) => {
        if (!sockets.has(incoming.socket)) {
          incoming.socket.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
        }
        sockets.add(incoming.socket)
        json(response, 200, ok({ content: "{}" }))
      })
      yield* Effect.scoped(Effect.gen(function*() {
        const context = yield* Layer.build(
          OpenAiLlm.layer({ baseUrl: url, apiKey: undefined, connections: 1 })
        )
        yield* Effect.provide(
          Effect.flatMap(
            Llm,
            (llm) => Effect.andThen(llm.complete(request), llm.complete(request))
          ),
          context
        )
        assert.strictEqual(sockets.size, 1)
      }))
      yield* Deferred.await(closed)
    }))
})
