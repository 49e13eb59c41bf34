// What goes wrong on request: declared faults, struck by count or by seeded chance, so that a test can repeat them.
import * as Schema from "effect/Schema"
import { chance } from "./answers/Dice.ts"
import { isJudgement } from "./answers/judgement.ts"
import type { ChatRequest } from "./ChatRequest.ts"

/**
 * `latency` delays what comes after it. Not billed: `rateLimit` (429), `serverError` (unless it says so), `unauthorized`
 * (401), `insufficientQuota` (429), `modelNotFound` (404). Billed, since the work was done: `hang` (no answer ever), `drop`
 * (connection closed before the first byte), `dropMidBody`, `truncate` (finish reason `length`), `malformed` (content
 * that is no JSON), `malformedBody` (a page that is no JSON, status 200), `schemaBreak`, `refusal`, `contentFilter`;
 * and `disapprove`, which strikes only calls of a job's judge: it rejects the piece.
 */
export const FaultKind = Schema.Literals([
  "latency",
  "rateLimit",
  "serverError",
  "unauthorized",
  "insufficientQuota",
  "modelNotFound",
  "hang",
  "drop",
  "dropMidBody",
  "truncate",
  "malformed",
  "malformedBody",
  "schemaBreak",
  "refusal",
  "contentFilter",
  "disapprove"
])
export type FaultKind = typeof FaultKind.Type

const Natural = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const Milliseconds = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 3_600_000 }))

/** One fault. Of those that fit a call, the first that strikes decides; latencies before it add up. */
export const Fault = Schema.Struct({
  kind: FaultKind,
  /** Only calls of this model. */
  model: Schema.optionalKey(Schema.String),
  /** Only calls with this text in a message. */
  match: Schema.optionalKey(Schema.String),
  /** Leaves so many fitting calls alone first. */
  skip: Schema.optionalKey(Natural),
  /** Strikes so many times, then no more. */
  count: Schema.optionalKey(Natural),
  /** Share of the fitting calls that it strikes, by seed, content and how often that content was asked. */
  rate: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
  /** For `latency`: fixed, or drawn between two. */
  latencyMs: Schema.optionalKey(
    Schema.Union([Milliseconds, Schema.Tuple([Milliseconds, Milliseconds])])
  ),
  /** For `rateLimit` and `serverError`: sent as `Retry-After`. */
  retryAfterMs: Schema.optionalKey(Milliseconds),
  /** For `serverError`, 500 where absent. */
  status: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 500, maximum: 599 }))),
  /**
   * For `hang` and `drop`: false where the server gives up before the work. For `serverError`: true where a gateway gives
   * up after it (502, 504, 524).
   */
  billed: Schema.optionalKey(Schema.Boolean)
})
export type Fault = typeof Fault.Type

export const FaultList = Schema.Struct({ faults: Schema.Array(Fault) })

export interface Strike {
  readonly latencyMs: number
  /** What happens instead of an ordinary answer. */
  readonly fault: Fault | undefined
}

/** The faults of a running server, with how often each has fitted and struck. */
export interface FaultPlan {
  readonly strike: (request: ChatRequest) => Strike
  readonly replace: (faults: ReadonlyArray<Fault>) => void
  readonly list: () => ReadonlyArray<
    { readonly fault: Fault; readonly fitted: number; readonly struck: number }
  >
}

interface Entry {
  readonly fault: Fault
  fitted: number
  struck: number
}

/** Contents whose number of calls is remembered; the oldest are forgotten beyond. */
const contentsMax = 1_000_000

const fits = ({ kind, match, model }: Fault, request: ChatRequest): boolean =>
  (kind !== "disapprove" || isJudgement(request)) &&
  (model === undefined || model === request.model) &&
  (match === undefined || request.messages.some((message) => message.text.includes(match)))

const latencyOf = ({ latencyMs = 0 }: Fault, draw: number): number =>
  typeof latencyMs === "number" ? latencyMs : latencyMs[0] + (latencyMs[1] - latencyMs[0]) * draw

export const makeFaultPlan = (seed: string, initial: ReadonlyArray<Fault>): FaultPlan => {
  let entries: ReadonlyArray<Entry> = []
  const asked = new Map<string, number>()

  const replace = (faults: ReadonlyArray<Fault>): void => {
    entries = faults.map((fault) => ({ fault, fitted: 0, struck: 0 }))
    asked.clear()
  }
  replace(initial)

  const askedBefore = (content: string): number => {
    const times = asked.get(content) ?? 0
    if (asked.size >= contentsMax && times === 0) asked.delete(asked.keys().next().value!)
    asked.set(content, times + 1)
    return times
  }

  const strikes = (entry: Entry, content: string, times: number, index: number): boolean => {
    const { count, rate, skip = 0 } = entry.fault
    entry.fitted++
    if (entry.fitted <= skip || (count !== undefined && entry.struck >= count)) return false
    if (rate !== undefined && chance(seed, "rate", index, content, times) >= rate) return false
    entry.struck++
    return true
  }

  const strike = (request: ChatRequest): Strike => {
    let latencyMs = 0
    if (entries.length === 0) return { latencyMs, fault: undefined }
    const times = askedBefore(request.meaning)
    for (const [index, entry] of entries.entries()) {
      if (!fits(entry.fault, request) || !strikes(entry, request.meaning, times, index)) continue
      if (entry.fault.kind !== "latency") return { latencyMs, fault: entry.fault }
      latencyMs += latencyOf(entry.fault, chance(seed, "latency", index, request.meaning, times))
    }
    return { latencyMs, fault: undefined }
  }

  return {
    strike,
    replace,
    list: () => entries.map(({ fault, fitted, struck }) => ({ fault, fitted, struck }))
  }
}
