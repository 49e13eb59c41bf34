// GET /models against a server on the loopback: what is listed, what is refused, and that no key gets out.
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import * as HttpEndpoint from "../../src/layers/HttpEndpoint.ts"
import { Endpoint } from "../../src/services/generation/Endpoint.ts"

const key = "sk-test-0123456789abcdef"

const serve = (status: number, answer: (request: http.IncomingMessage) => string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<http.Server>((resume) => {
        const server = http.createServer((request, response) =>
          response.writeHead(status).end(answer(request))
        )
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.callback<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    ),
    (server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  )

const models = (baseUrl: string, apiKey: string | undefined = key) =>
  Effect.flatMap(Endpoint, (endpoint) => endpoint.models).pipe(
    Effect.provide(
      HttpEndpoint.layer({
        baseUrl,
        apiKey: apiKey === undefined ? undefined : Redacted.make(apiKey)
      })
    )
  )

it.effect("lists the models, asking with the key", () =>
  Effect.gen(function*() {
    const baseUrl = yield* serve(200, ({ headers, url }) =>
      JSON.stringify({
        object: "list",
        data: [{ id: `${url} ${headers.authorization}`, object: "model" }]
      }))
    assert.deepStrictEqual(yield* models(`${baseUrl}/`), [`/v1/models Bearer ${key}`])
  }))

it.effect("tells a refused key, a missing list and a failure apart, and never shows the key", () =>
  Effect.gen(function*() {
    for (
      const [status, reason] of [[401, "Unauthorized"], [404, "Unlisted"], [500, "Failed"], [
        302,
        "Failed"
      ]] as const
    ) {
      const baseUrl = yield* serve(status, ({ headers }) => `you sent ${headers.authorization}`)
      const error = yield* Effect.flip(models(baseUrl))
      assert.strictEqual(error.reason, reason)
      assert.include(error.message, `${baseUrl}/models: ${status}: you sent `)
      assert.notInclude(error.message, key)
    }
  }))

it.effect("takes no answer of another shape", () =>
  Effect.gen(function*() {
    for (const answer of ["", "<html>", "[]", "{\"data\":[{\"name\":\"x\"}]}"]) {
      const error = yield* Effect.flip(models(yield* serve(200, () => answer)))
      assert.strictEqual(error.reason, "Unlisted", answer)
    }
  }))

it.effect("says where nobody listens", () =>
  Effect.gen(function*() {
    const baseUrl = yield* Effect.scoped(serve(200, () => ""))
    const error = yield* Effect.flip(models(baseUrl))
    assert.strictEqual(error.reason, "Unreachable")
    assert.include(error.message, "ECONNREFUSED")
  }))
