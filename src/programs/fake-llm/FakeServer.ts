// The routes of the fake model server: one request in, one reply out.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { HttpReply, HttpRequest } from "../../services/http/HttpListener.ts"
import { emptyCounts } from "./CallCounts.ts"
import { completeCounted } from "./Complete.ts"
import { FaultList, makeFaultPlan } from "./Faults.ts"
import { makeRequestRate } from "./RequestRate.ts"
import { errorReply, jsonReply, modelNotFound } from "./Replies.ts"
import type { FakeServerOptions, Ledger, Server } from "./ServerState.ts"

const modelsDefault = ["fake-mini", "fake-large"]

const modelList = (server: Server): ReadonlyArray<string> =>
  server.options.models.length > 0 ? server.options.models : modelsDefault

const modelObject = (id: string) => ({
  id,
  object: "model",
  created: 1_700_000_000,
  owned_by: "inkfast-fake"
})

const decodeFaults = Schema.decodeUnknownEffect(Schema.fromJsonString(FaultList), {
  onExcessProperty: "error"
})

const setFaults = (server: Server, bytes: Uint8Array): Effect.Effect<HttpReply> =>
  decodeFaults(Buffer.from(bytes).toString("utf8")).pipe(
    Effect.map(({ faults }) => {
      server.plan.replace(faults)
      return jsonReply(200, { faults: server.plan.list() })
    }),
    Effect.catch((error) =>
      Effect.succeed(
        errorReply(400, { message: error.message, type: "invalid_request_error", code: null })
      )
    )
  )

const ledgerReply = (server: Server): Effect.Effect<HttpReply> => {
  if (server.ledger === undefined) {
    const message = "no ledger: start with --ledger FILE"
    return Effect.succeed(errorReply(404, { message, type: "invalid_request_error", code: null }))
  }
  return server.ledger.text.pipe(
    Effect.map((body): HttpReply => ({
      _tag: "Whole",
      status: 200,
      headers: { "content-type": "application/x-ndjson" },
      body
    })),
    Effect.catch((error) =>
      Effect.succeed(
        errorReply(500, { message: error.message, type: "server_error", code: "ledger" })
      )
    )
  )
}

const notFound = (route: string): HttpReply =>
  errorReply(404, {
    message: `unknown request: ${route}`,
    type: "invalid_request_error",
    code: "unknown_url"
  })

const modelReply = (server: Server, name: string): HttpReply =>
  server.options.models.length === 0 || server.options.models.includes(name)
    ? jsonReply(200, modelObject(name))
    : modelNotFound(name, {})

const safeDecode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The handler of a server with state of its own. `runTag` keeps request ids of two starts on one ledger apart. */
export const makeFakeServer = (
  options: FakeServerOptions,
  ledger: Ledger | undefined,
  runTag: string
): (request: HttpRequest) => Effect.Effect<HttpReply> => {
  let requests = 0
  const server: Server = {
    options,
    ledger,
    plan: makeFaultPlan(options.seed, options.faults),
    counts: emptyCounts(),
    rate: options.requestsPerSecond === undefined
      ? undefined
      : makeRequestRate(options.requestsPerSecond),
    nextRequestId: () => `req_${runTag}_${++requests}`
  }
  return (request) => {
    const path = request.target.split("?", 1)[0]!
    const route = `${request.method} ${path}`
    switch (route) {
      case "POST /v1/chat/completions":
        return completeCounted(server, request.body)
      case "GET /v1/models":
        return Effect.succeed(
          jsonReply(200, { object: "list", data: modelList(server).map(modelObject) })
        )
      case "GET /_fake/calls":
        return Effect.succeed(jsonReply(200, server.counts))
      case "GET /_fake/ledger":
        return ledgerReply(server)
      case "GET /_fake/faults":
        return Effect.succeed(jsonReply(200, { faults: server.plan.list() }))
      case "POST /_fake/faults":
        return setFaults(server, request.body)
      case "DELETE /_fake/faults":
        server.plan.replace([])
        return Effect.succeed(jsonReply(200, { faults: [] }))
      default:
        return Effect.succeed(
          route.startsWith("GET /v1/models/")
            ? modelReply(server, safeDecode(path.slice("/v1/models/".length)))
            : notFound(route)
        )
    }
  }
}
