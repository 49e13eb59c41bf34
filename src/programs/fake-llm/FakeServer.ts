// The fake model server's behaviour: one request in, one reply out, every billed call in the ledger before the reply.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { AppendError } from "../../services/durability/AppendError.ts"
import type { DiskError } from "../../services/durability/Disk.ts"
import type { HttpReply, HttpRequest } from "../../services/http/HttpListener.ts"
import type { Price } from "../../services/spending/Prices.ts"
import { costOf } from "../../services/spending/Prices.ts"
import { nowIso } from "../../services/Time.ts"
import { answerText } from "./answers/Answer.ts"
import type { CallCounts } from "./CallCounts.ts"
import { countBilled, countRefused, emptyCounts } from "./CallCounts.ts"
import type { ChatRequest } from "./ChatRequest.ts"
import { findSlug, isBadRequest, readChatRequest } from "./ChatRequest.ts"
import type { Fault, FaultPlan } from "./Faults.ts"
import { FaultList, makeFaultPlan } from "./Faults.ts"
import type { LedgerEntry } from "./LedgerEntry.ts"
import type { Chat } from "./Replies.ts"
import {
  chatOf,
  completionBody,
  errorReply,
  jsonReply,
  modelNotFound,
  rateHeaders,
  refusedReply
} from "./Replies.ts"

export interface FakeServerOptions {
  readonly seed: string
  /** Every answer takes at least so long. */
  readonly latencyMs: number
  readonly faults: ReadonlyArray<Fault>
  /** Models that the server has; with none it answers for any name. */
  readonly models: ReadonlyArray<string>
  /** Share of prompts, 0 to 1, that a model answers without a flaw. Where absent: `defaultQuality`. */
  readonly quality: { readonly [model: string]: number }
  /** For the ledger's costs. */
  readonly prices: { readonly [model: string]: Price }
}

/** Where billed calls go: succeeds once the entry is durable. */
export interface Ledger {
  readonly bill: (entry: LedgerEntry) => Effect.Effect<void, AppendError>
  /** The ledger's lines as they are on disk. */
  readonly text: Effect.Effect<string, DiskError>
}

/** A model whose name says that it is a small one slips in about one of twelve prompts. */
export const defaultQuality = (model: string): number =>
  /mini|base|nano|small|lite/i.test(model) ? 0.92 : 1

const modelsDefault = ["fake-mini", "fake-large"]
const flatRateHeaders = rateHeaders(true, 2)

interface Server {
  readonly options: FakeServerOptions
  readonly ledger: Ledger | undefined
  readonly plan: FaultPlan
  readonly counts: CallCounts
  readonly nextRequestId: () => string
}

type Headers = { readonly [name: string]: string }

const headersOf = (requestId: string): Headers => ({
  "x-request-id": requestId,
  "openai-version": "2020-10-01",
  ...flatRateHeaders
})

const outcomeOf = (fault: Fault | undefined): LedgerEntry["outcome"] =>
  fault?.kind === "hang"
    ? "hung"
    : fault?.kind === "drop" || fault?.kind === "dropMidBody"
    ? "dropped"
    : "answered"

const costOfChat = (price: Price | undefined, chat: Chat): number | null =>
  price === undefined ? null : costOf(price, {
    inputTokens: chat.inputTokens,
    cachedInputTokens: 0,
    outputTokens: chat.outputTokens,
    reasoningTokens: 0
  })

/** Durable before anything is sent: what a client may have received stands in the ledger, whoever dies next. */
const bill = Effect.fnUntraced(function*(
  server: Server,
  request: ChatRequest,
  chat: Chat,
  fault: Fault | undefined,
  requestId: string
) {
  if (fault?.billed === false && (fault.kind === "hang" || fault.kind === "drop")) return
  const outcome = outcomeOf(fault)
  if (server.ledger !== undefined) {
    yield* server.ledger.bill({
      slug: findSlug(request),
      requestId,
      at: yield* nowIso,
      model: request.model,
      body: request.meaning,
      inputTokens: chat.inputTokens,
      outputTokens: chat.outputTokens,
      costNanoUsd: costOfChat(server.options.prices[request.model], chat),
      outcome
    })
  }
  countBilled(server.counts, request.model, outcome)
})

const deliver = Effect.fnUntraced(function*(
  request: ChatRequest,
  chat: Chat,
  fault: Fault | undefined,
  headers: Headers
): Effect.fn.Return<HttpReply> {
  if (fault?.kind === "hang") return yield* Effect.never
  if (fault?.kind === "drop") return { _tag: "Drop" }
  if (fault?.kind === "malformedBody") {
    const html = "<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"
    return {
      _tag: "Whole",
      status: 200,
      headers: { ...headers, "content-type": "text/html" },
      body: html
    }
  }
  const body = completionBody(request, chat, yield* Clock.currentTimeMillis)
  const all = { ...headers, "content-type": "application/json" }
  if (fault?.kind === "dropMidBody") {
    const bytes = Buffer.from(body)
    return {
      _tag: "Drop",
      sent: {
        status: 200,
        headers: all,
        length: bytes.length,
        part: bytes.subarray(0, bytes.length >> 1)
      }
    }
  }
  return { _tag: "Whole", status: 200, headers: all, body }
})

const complete = Effect.fnUntraced(function*(
  server: Server,
  bytes: Uint8Array
): Effect.fn.Return<HttpReply, AppendError> {
  const { counts, options, plan } = server
  counts.received++
  const requestId = server.nextRequestId()
  const headers = headersOf(requestId)
  const request = readChatRequest(bytes)
  if (isBadRequest(request)) {
    return errorReply(400, { ...request, type: "invalid_request_error", code: null }, headers)
  }
  if (options.models.length > 0 && !options.models.includes(request.model)) {
    return modelNotFound(request.model, headers)
  }
  const { fault, latencyMs } = plan.strike(request)
  const waitMs = options.latencyMs + latencyMs
  const wait = waitMs > 0 ? Effect.sleep(waitMs) : Effect.void
  const refused = fault === undefined ? undefined : refusedReply(fault, request.model, headers)
  if (refused !== undefined) return yield* Effect.as(wait, refused)
  const quality = options.quality[request.model] ?? defaultQuality(request.model)
  const chat = chatOf(request, answerText(request, options.seed, quality), fault)
  // Billed before the wait, the harshest reading: whoever goes away while the answer is being made has paid for it.
  yield* bill(server, request, chat, fault, requestId)
  yield* wait
  return yield* deliver(request, chat, fault, headers)
})

const completeCounted = (server: Server, bytes: Uint8Array): Effect.Effect<HttpReply> =>
  Effect.suspend(() => {
    const { counts } = server
    counts.inFlight++
    counts.inFlightMax = Math.max(counts.inFlightMax, counts.inFlight)
    return complete(server, bytes)
  }).pipe(
    Effect.catch((error) =>
      Effect.succeed(
        errorReply(500, { message: error.message, type: "server_error", code: "ledger" })
      )
    ),
    Effect.map((reply) => {
      if (reply._tag === "Whole" && reply.status >= 400) countRefused(server.counts, reply.status)
      return reply
    }),
    Effect.ensuring(Effect.sync(() => {
      server.counts.inFlight--
    }))
  )

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
