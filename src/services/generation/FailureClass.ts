// What a failed call means for the item and for the run, and how long to wait before the next one.
import type { RejectCause } from "../master/Reject.ts"
import type { LlmReason } from "./Llm.ts"

export type FailureClass =
  /** No call of this run can succeed: stop, keep the item pending. */
  | { readonly _tag: "Fatal" }
  /** The same call may succeed later; once its attempts are used up the item is rejected for this cause. */
  | {
    readonly _tag: "Passing"
    readonly cause: Extract<RejectCause, "Network" | "RateLimited" | "Timeout">
  }
  /** This request will never succeed, another item's may. */
  | { readonly _tag: "Hopeless"; readonly cause: Extract<RejectCause, "Abandoned"> }

export const classify = (reason: LlmReason): FailureClass => {
  switch (reason._tag) {
    case "Unauthorized":
    case "QuotaExhausted":
    case "ModelNotFound":
      return { _tag: "Fatal" }
    case "RateLimited":
      return { _tag: "Passing", cause: "RateLimited" }
    case "TimedOut":
      return { _tag: "Passing", cause: "Timeout" }
    case "Overloaded":
    case "Unreachable":
    case "Disconnected":
      return { _tag: "Passing", cause: "Network" }
    case "InvalidRequest":
      return { _tag: "Hopeless", cause: "Abandoned" }
  }
}

const backoffFirstMs = 500
const backoffMaxMs = 30_000
/** A bound for the arithmetic of dates, not for patience. */
const askedMsMax = 366 * 86_400_000

/** For how long the server asked to be left alone, in milliseconds; 0 where it did not. However long it is. */
export const askedMsOf = (reason: LlmReason): number => {
  const asked = reason._tag === "RateLimited" || reason._tag === "Overloaded"
    ? reason.retryAfterMs ?? 0
    : 0
  return asked > 0 ? Math.min(askedMsMax, asked) : 0
}

/**
 * Exponential backoff with full jitter (Brooker, "Exponential Backoff And Jitter", AWS 2015), in milliseconds.
 * `failures` counts from 1; `random` is uniform in [0, 1). What the server asked for is waited for at the model's gate.
 */
export const backoffMs = (failures: number, random: number): number =>
  Math.floor(Math.min(backoffMaxMs, backoffFirstMs * 2 ** (failures - 1)) * random)

/** One sentence for a person: what the server or the network did. */
export const describe = (reason: LlmReason): string => {
  switch (reason._tag) {
    case "TimedOut":
      return `no answer within ${reason.timeoutMs / 1000} s`
    case "Overloaded":
      return `the server answered ${reason.status}: ${reason.detail}`
    case "Unauthorized":
      return `the server refused the key (${reason.status}): ${reason.detail}; check OPENAI_API_KEY and the base URL`
    case "QuotaExhausted":
      return `the account's quota is used up: ${reason.detail}; add credit, then run the same command again`
    case "ModelNotFound":
      return `the server does not know the model: ${reason.detail}; check the model's name and the base URL`
    case "InvalidRequest":
      return `the server refused the request (${reason.status}): ${reason.detail}`
    case "RateLimited":
      return `the server limits the rate: ${reason.detail}`
    case "Unreachable":
      return `the server cannot be reached: ${reason.detail}`
    case "Disconnected":
      return `the connection broke: ${reason.detail}`
  }
}
