// One chat completion of the fake model: read, struck by a fault or answered, billed before anything is sent.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { AppendError } from "../../services/durability/AppendError.ts"
import type { HttpReply } from "../../services/http/HttpListener.ts"
import type { Price } from "../../services/spending/Price.ts"
import { costOf } from "../../services/spending/Cost.ts"
import { nowIso } from "../../services/Time.ts"
import { answerText } from "./answers/Answer.ts"
import { countBilled, countRefused } from "./CallCounts.ts"
import type { ChatRequest } from "./ChatRequest.ts"
import { findSlug, isBadRequest, readChatRequest } from "./ChatRequest.ts"
import type { Fault } from "./Faults.ts"
import type { LedgerEntry } from "./LedgerEntry.ts"
import type { Chat } from "./Replies.ts"
import {
  chatOf,
  completionBody,
  errorReply,
  modelNotFound,
  overRate,
  rateHeaders,
  refusedReply,
  requestRateHeaders
} from "./Replies.ts"
import type { Server } from "./ServerState.ts"

/** A model whose name says that it is a small one slips in about one of twelve prompts. */
export const defaultQuality = (model: string): number =>
  /mini|base|nano|small|lite/i.test(model) ? 0.92 : 1

const flatRateHeaders = rateHeaders(true, 2)

type Headers = { readonly [name: string]: string }

const headersOf = (requestId: string, rate: Headers): Headers => ({
  "x-request-id": requestId,
  "openai-version": "2020-10-01",
  ...rate
})

const outcomeOf = (fault: Fault | undefined): LedgerEntry["outcome"] => {
  switch (fault?.kind) {
    case "hang":
      return "hung"
    case "drop":
    case "dropMidBody":
      return "dropped"
    case "serverError":
      return "failed"
    default:
      return "answered"
  }
}

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
  const request = readChatRequest(bytes)
  if (isBadRequest(request)) {
    const error = { ...request, type: "invalid_request_error", code: null }
    return errorReply(400, error, headersOf(requestId, flatRateHeaders))
  }
  const rate = server.rate?.(request.model, yield* Clock.currentTimeMillis)
  const rateSaid = rate === undefined
    ? flatRateHeaders
    : options.tellsRate
    ? requestRateHeaders(rate)
    : {}
  const headers = headersOf(requestId, rateSaid)
  if (rate?.isAdmitted === false) {
    return overRate(request.model, options.tellsRate ? rate.retryAfterMs : undefined, headers)
  }
  if (options.models.length > 0 && !options.models.includes(request.model)) {
    return modelNotFound(request.model, headers)
  }
  const { fault, latencyMs } = plan.strike(request)
  const waitMs = options.latencyMs + latencyMs
  const wait = waitMs > 0 ? Effect.sleep(waitMs) : Effect.void
  const refused = fault === undefined ? undefined : refusedReply(fault, request.model, headers)
  const isBilledError = fault?.kind === "serverError" && fault.billed === true
  if (refused !== undefined && !isBilledError) return yield* Effect.as(wait, refused)
  const quality = options.quality[request.model] ?? defaultQuality(request.model)
  const chat = chatOf(request, answerText(request, options.seed, quality), fault)
  // Billed before the wait, the harshest reading: whoever goes away while the answer is being made has paid for it.
  yield* bill(server, request, chat, fault, requestId)
  yield* wait
  if (refused !== undefined) return refused
  return yield* deliver(request, chat, fault, headers)
})

/** One chat completion, whatever comes of it, counted. */
export const completeCounted = (server: Server, bytes: Uint8Array): Effect.Effect<HttpReply> =>
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
