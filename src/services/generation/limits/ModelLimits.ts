// All that limits the calls of one model, put together: when the next one may be sent, and what each outcome teaches.
import { Breaker } from "../../Breaker.ts"
import { askedMsOf } from "../FailureClass.ts"
import type { LlmReason } from "../Llm.ts"
import type { ServerLimits } from "../ServerLimits.ts"
import { AdmittedRate } from "./AdmittedRate.ts"
import { refusedLimit } from "./RefusedLimit.ts"
import { Refusals } from "./Refusals.ts"
import { TokenBucket } from "./TokenBucket.ts"
import type { Draw } from "./TokenBucket.ts"
import { Window } from "./Window.ts"

/** What the user knows of a model's limits. */
export interface KnownLimits {
  readonly requestsPerMinute: number | null
  readonly tokensPerMinute: number | null
}

/** The right to send one call, taken out of every limit of its model. */
export interface Turn {
  readonly model: string
  readonly sentAtMs: number
  readonly isProbe: boolean
  readonly request: Draw
  readonly tokens: Draw
  /** Set once the call has ended. */
  isOver: boolean
}

/** Why nothing is sent to a model for a while, and until when. */
export interface Pause {
  readonly why: "asked" | "failing"
  readonly untilMs: number
}

/** How a model is doing. */
export interface ModelHealth {
  /** Why and until when nothing is sent to it; undefined while it is being called. */
  readonly pause: Pause | undefined
  /** Since when it has answered nothing; undefined while it answers. Nothing but probes is sent to it then. */
  readonly failingSinceMs: number | undefined
  /** Probes that failed since then. */
  readonly failedProbes: number
}

const rest = { failuresMax: 10, restMsFirst: 1000, restMsMax: 30_000 }
/** The share of the newest sample in a running mean. */
const meanShare = 0.1

const mean = (before: number, sample: number): number => before + meanShare * (sample - before)

/** The state of one model; times are the caller's, and nothing here waits. */
export class ModelLimits {
  readonly #model: string
  readonly #requests: TokenBucket
  readonly #tokens: TokenBucket
  readonly #window: Window
  readonly #breaker = new Breaker(rest)
  readonly #answeredRequests = new AdmittedRate()
  readonly #answeredTokens = new AdmittedRate()
  readonly #refusals = new Refusals()
  #inFlight = 0
  #closedUntilMs = Number.NEGATIVE_INFINITY
  #roundTripMs = 0
  /** Of the answers so far, per token of the output limit. */
  #outputShare = 1

  constructor(model: string, inFlightMax: number, known: KnownLimits, nowMs: number) {
    this.#model = model
    this.#requests = new TokenBucket(known.requestsPerMinute, nowMs)
    this.#tokens = new TokenBucket(known.tokensPerMinute, nowMs)
    this.#window = new Window(inFlightMax)
  }

  /**
   * How long until the next call may be sent: 0 is now, infinite until one in flight has ended. `inputTokens` is an
   * estimate, `outputTokensMax` the call's limit.
   */
  readyInMs(nowMs: number, inputTokens: number, outputTokensMax: number): number {
    if (nowMs < this.#closedUntilMs) return this.#closedUntilMs - nowMs
    if (!this.#breaker.admits(nowMs)) {
      const restMs = (this.#breaker.restsUntilMs ?? nowMs) - nowMs
      return restMs > 0 ? restMs : Number.POSITIVE_INFINITY
    }
    if (this.#inFlight >= this.#window.size && this.#inFlight > 0) return Number.POSITIVE_INFINITY
    return Math.max(
      this.#requests.readyInMs(nowMs, 1),
      this.#tokens.readyInMs(nowMs, this.#expected(inputTokens, outputTokensMax))
    )
  }

  begin(nowMs: number, inputTokens: number, outputTokensMax: number): Turn {
    this.#inFlight++
    return {
      model: this.#model,
      sentAtMs: nowMs,
      isProbe: this.#breaker.begin(),
      request: this.#requests.take(nowMs, 1),
      tokens: this.#tokens.take(nowMs, this.#expected(inputTokens, outputTokensMax)),
      isOver: false
    }
  }

  /** The server's own count, as the call of this turn found it. */
  read(nowMs: number, turn: Turn, said: ServerLimits): void {
    const ageMs = nowMs - turn.sentAtMs
    this.#requests.read(nowMs, turn.request, said.requests, ageMs)
    this.#tokens.read(nowMs, turn.tokens, said.tokens, ageMs)
    for (const { limit, remaining, resetMs } of [said.requests, said.tokens]) {
      if (limit === null && remaining === 0 && resetMs !== null) this.#close(nowMs + resetMs)
    }
  }

  /** `outputTokens` undefined where the server did not count. */
  answered(
    nowMs: number,
    turn: Turn,
    tokens: { readonly input: number; readonly output: number } | undefined,
    outputTokensMax: number
  ): void {
    if (!this.#end(turn)) return
    this.#answeredRequests.note(nowMs, 1)
    this.#answeredTokens.note(
      nowMs,
      tokens === undefined ? turn.tokens.amount : tokens.input + tokens.output
    )
    this.#roundTripMs = mean(this.#roundTripMs, nowMs - turn.sentAtMs)
    if (tokens !== undefined) {
      this.#outputShare = mean(this.#outputShare, Math.min(1, tokens.output / outputTokensMax))
      this.#tokens.correct(turn.tokens, tokens.input + tokens.output)
    }
    if (this.#breaker.answered()) this.#window.restart()
    this.#window.answered()
  }

  failed(nowMs: number, turn: Turn, reason: LlmReason): void {
    const inFlight = this.#inFlight
    if (!this.#end(turn)) return
    const askedMs = askedMsOf(reason)
    if (askedMs > 0) this.#close(nowMs + askedMs)
    switch (reason._tag) {
      case "RateLimited": {
        this.#refusals.note(nowMs)
        this.#breaker.answered()
        this.#giveBack(turn)
        const isTokens = refusedLimit(reason.detail) === "tokens"
        const bucket = isTokens ? this.#tokens : this.#requests
        const answered = isTokens ? this.#answeredTokens : this.#answeredRequests
        const areMany = this.#refusals.areMany(nowMs, answered.count(nowMs))
        bucket.refused(nowMs, areMany ? answered.perMs(nowMs) : undefined)
        // Where the pace is known, by the headers or by refusals, it is what keeps the calls back.
        if (!bucket.isLimited) this.#window.overloaded(nowMs, inFlight, this.#roundTripMs)
        return
      }
      case "Overloaded":
      case "TimedOut":
        this.#window.overloaded(nowMs, inFlight, this.#roundTripMs)
        return this.#breaker.failed(nowMs, turn.isProbe)
      case "Unreachable":
        this.#giveBack(turn)
        return this.#breaker.failed(nowMs, turn.isProbe)
      case "Disconnected":
        return this.#breaker.failed(nowMs, turn.isProbe)
      case "InvalidRequest":
      case "Unauthorized":
      case "QuotaExhausted":
      case "ModelNotFound":
        // It was not well received, but it was received.
        this.#breaker.answered()
    }
  }

  /** The call was not sent, or nobody knows what became of it. Does nothing where its end is known. */
  abandoned(turn: Turn, wasSent: boolean): void {
    if (!this.#end(turn)) return
    if (!wasSent) this.#giveBack(turn)
    if (turn.isProbe) this.#breaker.abandoned()
  }

  #pause(nowMs: number): Pause | undefined {
    const restsUntilMs = this.#breaker.restsUntilMs ?? 0
    if (Math.max(this.#closedUntilMs, restsUntilMs) <= nowMs) return undefined
    return this.#closedUntilMs >= restsUntilMs
      ? { why: "asked", untilMs: this.#closedUntilMs }
      : { why: "failing", untilMs: restsUntilMs }
  }

  health(nowMs: number): ModelHealth {
    const { failedProbes, openSinceMs } = this.#breaker
    return { pause: this.#pause(nowMs), failedProbes, failingSinceMs: openSinceMs }
  }

  #expected(inputTokens: number, outputTokensMax: number): number {
    return Math.ceil(inputTokens + outputTokensMax * this.#outputShare)
  }

  #close(untilMs: number): void {
    this.#closedUntilMs = Math.max(this.#closedUntilMs, untilMs)
  }

  #giveBack(turn: Turn): void {
    this.#requests.correct(turn.request, 0)
    this.#tokens.correct(turn.tokens, 0)
  }

  #end(turn: Turn): boolean {
    if (turn.isOver) return false
    turn.isOver = true
    this.#inFlight--
    return true
  }
}
