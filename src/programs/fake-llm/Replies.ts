// Answers and errors in the shapes and with the headers of OpenAI's API.
import type { HttpReply } from "../../services/http/HttpListener.ts"
import { disapproval } from "./answers/judgement.ts"
import type { RateState } from "./RequestRate.ts"
import type { ChatRequest } from "./ChatRequest.ts"
import { countTokens } from "./ChatRequest.ts"
import type { Fault } from "./Faults.ts"

type Headers = { readonly [name: string]: string }

/** One answer before it is sent, with what it costs. */
export interface Chat {
  readonly content: string | null
  readonly refusal: string | null
  readonly finish: "stop" | "length" | "content_filter"
  readonly inputTokens: number
  readonly outputTokens: number
}

export const jsonReply = (status: number, value: unknown, headers: Headers = {}): HttpReply => ({
  _tag: "Whole",
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(value)
})

export const errorReply = (
  status: number,
  error: {
    readonly message: string
    readonly type: string
    readonly param?: string | null
    readonly code: string | null
  },
  headers: Headers = {}
): HttpReply => jsonReply(status, { error: { param: null, ...error } }, headers)

const tokensPerMessage = 4

export const inputTokensOf = (request: ChatRequest): number =>
  request.messages.reduce(
    (sum, message) => sum + tokensPerMessage + countTokens(message.text),
    countTokens(request.schemaJson)
  )

/** `6m0s`, `1.5s`, `20ms`: the way these headers write a duration. */
const duration = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)}ms`
  const minutes = Math.floor(ms / 60_000)
  return `${minutes > 0 ? `${minutes}m` : ""}${Number(((ms % 60_000) / 1000).toFixed(3))}s`
}

const requestsPerMinute = 30_000
const tokensPerMinute = 150_000_000

/** This server's own limits are never reached: only a `rateLimit` fault says that nothing remains. */
export const rateHeaders = (remain: boolean, resetMs: number): Headers => ({
  "x-ratelimit-limit-requests": String(requestsPerMinute),
  "x-ratelimit-limit-tokens": String(tokensPerMinute),
  "x-ratelimit-remaining-requests": String(remain ? requestsPerMinute - 1 : 0),
  "x-ratelimit-remaining-tokens": String(remain ? tokensPerMinute - 1 : 0),
  "x-ratelimit-reset-requests": duration(resetMs),
  "x-ratelimit-reset-tokens": duration(resetMs)
})

/** The limit on requests as it stands. */
export const requestRateHeaders = (state: RateState): Headers => ({
  "x-ratelimit-limit-requests": String(state.limitPerMinute),
  "x-ratelimit-remaining-requests": String(state.remaining),
  "x-ratelimit-reset-requests": duration(state.resetMs)
})

/** Cut to what the request allows, as a server must. */
const limited = (
  text: string,
  request: ChatRequest
): { readonly content: string; readonly finish: "stop" | "length" } => {
  if (countTokens(text) <= request.outputTokensMax) return { content: text, finish: "stop" }
  const bytes = Buffer.from(text).subarray(0, request.outputTokensMax * 4)
  return { content: bytes.toString("utf8").replace(/\ufffd$/, ""), finish: "length" }
}

/** Turns the good answer into the one that the fault wants. */
export const chatOf = (request: ChatRequest, answer: string, fault: Fault | undefined): Chat => {
  const inputTokens = inputTokensOf(request)
  const chat = (
    content: string | null,
    finish: Chat["finish"],
    refusal: string | null = null
  ): Chat => ({
    content,
    refusal,
    finish,
    inputTokens,
    outputTokens: Math.min(countTokens(content ?? refusal ?? ""), request.outputTokensMax)
  })
  switch (fault?.kind) {
    case "refusal":
      return chat(null, "stop", "I'm sorry, I can't help with that.")
    case "truncate":
      return chat(answer.slice(0, Math.floor(answer.length * 0.6)), "length")
    case "contentFilter":
      return chat(answer.slice(0, Math.floor(answer.length * 0.1)), "content_filter")
    case "malformed":
      return chat(`Here is the JSON you asked for:\n${answer.slice(0, -1)},,`, "stop")
    case "schemaBreak":
      return chat(breakSchema(answer), "stop")
    case "disapprove":
      return chat(disapproval, "stop")
    default: {
      const { content, finish } = limited(answer, request)
      return chat(content, finish)
    }
  }
}

/** Another shape than was asked for: the first key is gone and one has come that nobody named. */
const breakSchema = (answer: string): string => {
  try {
    const value: unknown = JSON.parse(answer)
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
      return JSON.stringify({ unexpected: value })
    }
    const [, ...rest] = Object.entries(value)
    return JSON.stringify({ ...Object.fromEntries(rest), unexpected: true })
  } catch {
    return JSON.stringify({ unexpected: answer })
  }
}

/** Written out by hand: three values need encoding, and the rest is the same in every answer. */
export const completionBody = (request: ChatRequest, chat: Chat, createdAtMs: number): string =>
  `{"id":"chatcmpl-${request.meaning.slice(0, 24)}","object":"chat.completion",` +
  `"created":${Math.floor(createdAtMs / 1000)},"model":${JSON.stringify(request.model)},` +
  `"choices":[{"index":0,"message":{"role":"assistant","content":${JSON.stringify(chat.content)},` +
  `"refusal":${
    JSON.stringify(chat.refusal)
  },"annotations":[]},"logprobs":null,"finish_reason":"${chat.finish}"}],` +
  `"usage":{"prompt_tokens":${chat.inputTokens},"completion_tokens":${chat.outputTokens},` +
  `"total_tokens":${chat.inputTokens + chat.outputTokens},` +
  `"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},` +
  `"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}},` +
  `"service_tier":"default","system_fingerprint":"fp_fake"}`

export const modelNotFound = (model: string, headers: Headers): HttpReply =>
  errorReply(404, {
    message: `The model \`${model}\` does not exist or you do not have access to it.`,
    type: "invalid_request_error",
    code: "model_not_found"
  }, headers)

const retryHeaders = (retryAfterMs: number): Headers => ({
  "retry-after": String(Math.ceil(retryAfterMs / 1000)),
  "retry-after-ms": String(Math.round(retryAfterMs))
})

const retryAfterDefaultMs = 1000

/** A 429; `headers` say more where the server tells of its limit. */
export const overRate = (model: string, retryAfterMs: number | undefined, headers: Headers) =>
  errorReply(429, {
    message: `Rate limit reached for ${model} on requests per min (RPM).` +
      (retryAfterMs === undefined ? "" : ` Please try again in ${duration(retryAfterMs)}.`),
    type: "requests",
    code: "rate_limit_exceeded"
  }, { ...headers, ...(retryAfterMs === undefined ? {} : retryHeaders(retryAfterMs)) })

/** The reply of a fault that refuses the call; none for those that answer it. */
export const refusedReply = (
  fault: Fault,
  model: string,
  headers: Headers
): HttpReply | undefined => {
  switch (fault.kind) {
    case "rateLimit": {
      const retryAfterMs = fault.retryAfterMs ?? retryAfterDefaultMs
      const told = { ...headers, ...rateHeaders(false, retryAfterMs) }
      return overRate(model, retryAfterMs, told)
    }
    case "serverError":
      return errorReply(fault.status ?? 500, {
        message: "The server had an error while processing your request.",
        type: "server_error",
        code: null
      }, {
        ...headers,
        ...(fault.retryAfterMs === undefined ? {} : retryHeaders(fault.retryAfterMs))
      })
    case "unauthorized":
      return errorReply(401, {
        message: "Incorrect API key provided.",
        type: "invalid_request_error",
        code: "invalid_api_key"
      }, headers)
    case "insufficientQuota":
      return errorReply(429, {
        message: "You exceeded your current quota, please check your plan and billing details.",
        type: "insufficient_quota",
        code: "insufficient_quota"
      }, headers)
    case "modelNotFound":
      return modelNotFound(model, headers)
    default:
      return undefined
  }
}
