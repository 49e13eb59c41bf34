// What the openai SDK throws, read as one of the reasons of Llm.
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type { APIConnectionTimeoutError, APIError, OpenAI } from "openai"
import {
  Disconnected,
  InvalidRequest,
  type LlmReason,
  ModelNotFound,
  Overloaded,
  QuotaExhausted,
  RateLimited,
  TimedOut,
  Unauthorized,
  Unreachable
} from "../../services/generation/Llm.ts"
import { NotSent } from "./PooledFetch.ts"

/** What is needed to tell a failure: the SDK's classes (loaded late), the clock's reading, the bound on texts. */
export interface FailureContext {
  readonly sdk: typeof OpenAI
  readonly nowMs: number
  readonly timeoutMs: number
  readonly model: string
  /** Cleans and bounds a text before it is shown. */
  readonly detail: (text: string) => string
}

type HeaderReader = { readonly get: (name: string) => string | null } | undefined

/** `retry-after-ms`, then `retry-after` in seconds or as an HTTP date; null where the server did not say. */
export const retryAfterMs = (headers: HeaderReader, nowMs: number): number | null => {
  const exact = headers?.get("retry-after-ms")?.trim()
  if (exact && /^\d{1,15}(?:\.\d{1,9})?$/.test(exact)) return Number(exact)
  const value = headers?.get("retry-after")?.trim()
  if (!value) return null
  if (/^\d{1,12}(?:\.\d{1,9})?$/.test(value)) return Math.ceil(Number(value) * 1000)
  return DateTime.make(value).pipe(
    Option.map((at) => Math.max(0, DateTime.toEpochMillis(at) - nowMs)),
    Option.getOrNull
  )
}

const causes = function*(error: unknown): Generator<Error> {
  let current = error
  // Bounded: a chain of causes may be a ring.
  for (let depth = 0; depth < 10 && current instanceof Error; depth++) {
    yield current
    current = current.cause
  }
}

const story = (error: unknown): string => {
  const parts = [...causes(error)].map((e) => {
    const code = "code" in e && typeof e.code === "string" ? e.code : ""
    const inner = e instanceof AggregateError ? e.errors.map(String).join("; ") : e.message
    return inner.includes(code) ? inner : `${code} ${inner}`.trim()
  })
  return [...new Set(parts)].join(": ")
}

const isQuota = (error: APIError): boolean =>
  error.code === "insufficient_quota" || error.type === "insufficient_quota"

const ofStatus = (error: APIError, status: number, context: FailureContext): LlmReason => {
  const detail = context.detail(error.message)
  const wait = retryAfterMs(error.headers, context.nowMs)
  if (isQuota(error) || status === 402) return new QuotaExhausted({ detail })
  if (status === 429) return new RateLimited({ retryAfterMs: wait, detail })
  if (status === 401 || status === 403) return new Unauthorized({ status, detail })
  if (status === 404) {
    return new ModelNotFound({
      detail: `the endpoint has no model "${context.model}", or no such path: ${detail}`
    })
  }
  if (status === 408 || status === 409 || status >= 500) {
    return new Overloaded({ status, retryAfterMs: wait, detail })
  }
  const location = status < 400 ? error.headers?.get("location") : undefined
  return new InvalidRequest({
    status,
    detail: location
      ? context.detail(`redirected to ${location}: set the base URL to where it leads`)
      : detail
  })
}

/** Total: whatever was thrown has a reason. What cannot be told apart counts as perhaps billed. */
export const reasonOf = (error: unknown, context: FailureContext): LlmReason => {
  for (const cause of causes(error)) {
    if (cause instanceof NotSent) {
      return new Unreachable({ detail: context.detail(story(cause.cause)) })
    }
  }
  const isTimeout = (e: unknown): e is APIConnectionTimeoutError =>
    e instanceof context.sdk.APIConnectionTimeoutError
  if (isTimeout(error)) return new TimedOut({ timeoutMs: context.timeoutMs })
  if (error instanceof context.sdk.APIError && typeof error.status === "number") {
    return ofStatus(error, error.status, context)
  }
  return new Disconnected({ detail: context.detail(story(error) || String(error)) })
}
