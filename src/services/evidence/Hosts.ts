// How the servers of pages are asked: in turn, with a pause, not while they ask to be left alone, hardly where they are
// not there.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Breaker } from "../Breaker.ts"
import { failed, failedFetch } from "./FetchFailure.ts"
import type { Failed } from "./FetchFailure.ts"
import { makeKeyedPermits } from "./KeyedPermits.ts"
import type { PageAnswer, PageError } from "./PageFetcher.ts"
import { waitAskedMs } from "./RetryAfter.ts"

export interface Hosts {
  /**
   * Asks when the host's turn comes, `delayMs` after the request before began. What one request is told (429, or 503
   * with Retry-After) holds for all of its host; one that did not answer several times in a row is asked by one request
   * at a time, and less and less often. Whoever would wait too long fails at once.
   */
  readonly ask: (
    host: string,
    delayMs: number,
    exchange: Effect.Effect<PageAnswer, PageError>
  ) => Effect.Effect<PageAnswer, Failed>
}

const hostsMax = 10_000
const silence = { failuresMax: 3, restMsFirst: 1000, restMsMax: 60_000 }
/** A host that rests no longer than this is waited for. */
const restMsWaited = 5_000
const refusalMsFirst = 1000
const refusalMsMax = 600_000

interface Host {
  readonly name: string
  /** Nobody is let in before. */
  nextMs: number
  heldUntilMs: number
  /** In a row. */
  refusals: number
  readonly breaker: Breaker
  silent: Failed | undefined
}

const isIdle = (host: Host, nowMs: number): boolean =>
  host.nextMs <= nowMs && host.heldUntilMs <= nowMs && !host.breaker.isOpen

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000))

/** It did not answer lately, and is not asked now. */
const resting = ({ breaker, name, silent }: Host, nowMs: number): Failed => {
  const restMs = Math.max(0, (breaker.restsUntilMs ?? nowMs) - nowMs)
  const reason = `${name} did not answer the requests before this one (${silent?.reason ?? ""})`
  return failed(silent?.cause ?? "Network", reason, restMs <= restMsWaited, restMs)
}

const held = ({ heldUntilMs, name }: Host, nowMs: number): Failed =>
  failed("RateLimited", `${name} asks to be left alone for ${seconds(heldUntilMs - nowMs)} s`)

/** What an answer tells all who want something of its host: how long to leave it alone, and longer each time in a row. */
const heed = (host: Host, { headers, status }: PageAnswer, nowMs: number): void => {
  host.breaker.answered()
  const askedMs = waitAskedMs(headers["retry-after"], nowMs)
  if (status !== 429 && (status !== 503 || askedMs === 0)) {
    host.refusals = 0
    return
  }
  const leastMs = Math.min(refusalMsMax, refusalMsFirst * 2 ** host.refusals++)
  host.heldUntilMs = Math.max(host.heldUntilMs, nowMs + Math.max(askedMs, leastMs))
}

const note = (
  host: Host,
  exit: Exit.Exit<PageAnswer, PageError>,
  isProbe: boolean,
  nowMs: number
): void => {
  if (Exit.isSuccess(exit)) return heed(host, exit.value, nowMs)
  const error = Exit.findErrorOption(exit)
  const reason = error._tag === "Some" ? error.value.reason : undefined
  if (reason === "Network" || reason === "Timeout") {
    host.silent = error._tag === "Some" ? failedFetch(error.value) : undefined
    host.breaker.failed(nowMs, isProbe)
  } else if (reason === "TooLarge" || reason === "Unsupported") host.breaker.answered()
  else if (isProbe) host.breaker.abandoned()
}

/** `concurrency` requests to one host at a time; nobody waits for a host longer than `waitMsMax`. */
export const makeHosts = (concurrency: number, waitMsMax: number): Hosts => {
  const inLine = makeKeyedPermits(concurrency)
  const known = new Map<string, Host>()

  const hostOf = (name: string, nowMs: number): Host => {
    const before = known.get(name)
    if (before !== undefined) return before
    if (known.size >= hostsMax) {
      for (const [other, host] of known) if (isIdle(host, nowMs)) known.delete(other)
    }
    const host: Host = {
      name,
      nextMs: 0,
      heldUntilMs: 0,
      refusals: 0,
      breaker: new Breaker(silence),
      silent: undefined
    }
    known.set(name, host)
    return host
  }

  /** Waits for the turn; true where this request is the one that tries whether the host is there again. */
  const enter = Effect.fnUntraced(function*(name: string, delayMs: number) {
    for (;;) {
      const nowMs = yield* Clock.currentTimeMillis
      const host = hostOf(name, nowMs)
      if (!host.breaker.admits(nowMs)) return yield* Effect.fail(resting(host, nowMs))
      if (host.heldUntilMs - nowMs > waitMsMax) return yield* Effect.fail(held(host, nowMs))
      const atMs = Math.max(host.nextMs, host.heldUntilMs)
      if (atMs <= nowMs) {
        host.nextMs = nowMs + delayMs
        return { host, isProbe: host.breaker.begin() }
      }
      yield* Effect.sleep(atMs - nowMs)
    }
  })

  return {
    ask: (name, delayMs, exchange) =>
      inLine(name)(
        Effect.flatMap(enter(name, delayMs), ({ host, isProbe }) =>
          Effect.onExit(exchange, (exit) =>
            Effect.map(Clock.currentTimeMillis, (nowMs) =>
              note(host, exit, isProbe, nowMs))).pipe(Effect.mapError(failedFetch)))
      )
  }
}
