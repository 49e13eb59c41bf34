// What a server says of its rate limits in the headers of an answer or a refusal: `x-ratelimit-*`, read strictly.

/** One of the two limits as it stood when the server counted the call; null for what was not said or makes no sense. */
export interface LimitReading {
  /** Allowed in the server's stretch of time, most often a minute; from 1. */
  readonly limit: number | null
  /** Left of it, the call itself counted; from 0. */
  readonly remaining: number | null
  /** Until all of it is there again, in milliseconds. */
  readonly resetMs: number | null
}

export interface ServerLimits {
  readonly requests: LimitReading
  readonly tokens: LimitReading
}

const unitsMs: { readonly [unit: string]: number } = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
  ns: 0.000_001
}

/** Longer texts are no duration. */
const durationCharsMax = 40

/** `6m0s`, `1.5s`, `20ms`, and a bare number as seconds, in milliseconds; null for anything else, `-1` included. */
export const durationMs = (text: string): number | null => {
  const trimmed = text.trim()
  if (trimmed === "" || trimmed.length > durationCharsMax) return null
  if (/^\d+(?:\.\d+)?$/.test(trimmed)) return Number(trimmed) * 1000
  let ms = 0
  let end = 0
  for (const [part, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|us|µs|ns|d|h|m|s)/gy)) {
    ms += Number(amount) * (unitsMs[unit ?? ""] ?? 0)
    end += part.length
  }
  return end === trimmed.length ? ms : null
}

const count = (text: string | null, min: number): number | null => {
  if (text === null || !/^\s*\d{1,12}\s*$/.test(text)) return null
  const value = Number(text)
  return value >= min ? value : null
}

type Header = (name: string) => string | null

const readingOf = (header: Header, what: "requests" | "tokens"): LimitReading => ({
  limit: count(header(`x-ratelimit-limit-${what}`), 1),
  remaining: count(header(`x-ratelimit-remaining-${what}`), 0),
  resetMs: durationMs(header(`x-ratelimit-reset-${what}`) ?? "")
})

const saysNothing = ({ limit, remaining }: LimitReading): boolean =>
  limit === null && remaining === null

/** Undefined where the server says nothing of its limits, as most local ones do. */
export const readServerLimits = (header: Header): ServerLimits | undefined => {
  const requests = readingOf(header, "requests")
  const tokens = readingOf(header, "tokens")
  return saysNothing(requests) && saysNothing(tokens) ? undefined : { requests, tokens }
}
