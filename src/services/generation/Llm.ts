// The model behind a contract: one request in, one whole answer out, failures typed by cause.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { ServerLimits } from "./ServerLimits.ts"

export const ChatMessage = Schema.Struct({
  role: Schema.Literals(["system", "user"]),
  content: Schema.String
})
export type ChatMessage = typeof ChatMessage.Type

export interface LlmRequest {
  readonly model: string
  readonly messages: ReadonlyArray<ChatMessage>
  /** The output's JSON Schema (2020-12) and its name, sent as `response_format: json_schema`. */
  readonly schemaName: string
  readonly schema: { readonly [key: string]: unknown }
  /** Upper bound of tokens in the answer. */
  readonly outputTokensMax: number
  readonly temperature: number | undefined
  /** The server's class of service, sent as `service_tier`. Absent: the server's default. */
  readonly serviceTier?: string
  readonly timeoutMs: number
}

/**
 * Tokens as the server counted them. `cachedInputTokens` (read from its cache) and `cacheWriteTokens` (written into it)
 * are parts of `inputTokens`, `reasoningTokens` of `outputTokens`.
 */
export const Usage = Schema.Struct({
  inputTokens: Schema.Int,
  cachedInputTokens: Schema.Int,
  /** Absent where the server counts none. */
  cacheWriteTokens: Schema.optionalKey(Schema.Int),
  outputTokens: Schema.Int,
  reasoningTokens: Schema.Int
})
export type Usage = typeof Usage.Type

/**
 * A whole answer that was paid for. `finish` says whether the model came to its end: only `stop` is an answer,
 * `length` is truncated, `refusal` and `filter` are not answers either, and `unreadable` is a body that is no chat
 * completion, of which `text` is the beginning.
 */
export const Completion = Schema.Struct({
  model: Schema.String,
  text: Schema.String,
  finish: Schema.Literals(["stop", "length", "refusal", "filter", "other", "unreadable"]),
  refusal: Schema.NullOr(Schema.String),
  /** Null where the server gave none: the caller then charges the worst case. */
  usage: Schema.NullOr(Usage),
  /** The service tier that the server says it served; absent where it says none. */
  serviceTier: Schema.optionalKey(Schema.String),
  /** The response body as it came, for the journal. */
  body: Schema.Unknown
})
export type Completion = typeof Completion.Type

/** The server refused for the moment; `retryAfterMs` where it said when to come back. Not billed. */
export class RateLimited extends Schema.TaggedError<RateLimited>()("RateLimited", {
  retryAfterMs: Schema.NullOr(Schema.Number),
  detail: Schema.String
}) {}
/** 5xx, 408, 409: the server could not, or a gateway did not wait for it. Billed perhaps, by its status. */
export class Overloaded extends Schema.TaggedError<Overloaded>()("Overloaded", {
  status: Schema.Int,
  retryAfterMs: Schema.NullOr(Schema.Number),
  detail: Schema.String
}) {}
/** The connection could not be made: nothing was sent. Not billed. */
export class Unreachable
  extends Schema.TaggedError<Unreachable>()("Unreachable", { detail: Schema.String })
{}
/** The connection broke, or nothing came but an error, after the request was sent: may be billed. */
export class Disconnected
  extends Schema.TaggedError<Disconnected>()("Disconnected", { detail: Schema.String })
{}
/** No whole answer in time: may be billed. */
export class TimedOut
  extends Schema.TaggedError<TimedOut>()("TimedOut", { timeoutMs: Schema.Number })
{}
/** 401 or 403: no call will succeed. */
export class Unauthorized extends Schema.TaggedError<Unauthorized>()("Unauthorized", {
  status: Schema.Int,
  detail: Schema.String
}) {}
/** `insufficient_quota`: the account is empty; it does not heal by waiting. */
export class QuotaExhausted
  extends Schema.TaggedError<QuotaExhausted>()("QuotaExhausted", { detail: Schema.String })
{}
export class ModelNotFound
  extends Schema.TaggedError<ModelNotFound>()("ModelNotFound", { detail: Schema.String })
{}
/** Any other 4xx: this request is wrong, another may be right. Not billed. */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>()("InvalidRequest", {
  status: Schema.Int,
  detail: Schema.String
}) {}

export const LlmReason = Schema.Union([
  RateLimited,
  Overloaded,
  Unreachable,
  Disconnected,
  TimedOut,
  Unauthorized,
  QuotaExhausted,
  ModelNotFound,
  InvalidRequest
])
export type LlmReason = typeof LlmReason.Type

export class LlmError extends Schema.TaggedError<LlmError>()("LlmError", {
  model: Schema.String,
  reason: LlmReason
}) {}

/** By these a server says that it did not take the work up: a conflict, no such method, overload, a version. */
const notTakenUp: ReadonlySet<number> = new Set([409, 501, 503, 505, 529])

/**
 * Whether the server may have billed a call that failed so: the money at risk. Behind a gateway that gives up (408, 502,
 * 504, 52x) the model may write on, and a 500 may come after the work.
 */
export const mayBeBilled = (reason: LlmReason): boolean =>
  reason._tag === "Disconnected" || reason._tag === "TimedOut" ||
  (reason._tag === "Overloaded" && !notTakenUp.has(reason.status))

export class Llm extends Context.Service<Llm, {
  /**
   * One completion: one HTTP request, never retried here. Interrupting it closes the connection. `onLimits` hears what
   * the server says of its rate limits, with an answer or a refusal, before the effect ends.
   */
  readonly complete: (
    request: LlmRequest,
    onLimits?: (limits: ServerLimits) => void
  ) => Effect.Effect<Completion, LlmError>
}>()("inkfast/services/generation/Llm") {}
