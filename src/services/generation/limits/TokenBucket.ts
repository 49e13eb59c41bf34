// One limit of a model as a token bucket: filled by time, corrected by what the server says, slowed by its refusals.
import type { LimitReading } from "../ServerLimits.ts"

/** What a call took of the bucket, kept until it ends. */
export interface Draw {
  readonly amount: number
  /** Taken in all when this was taken, itself included: what was sent later had not been counted by the server. */
  readonly upTo: number
}

const minuteMs = 60_000
/** Where a server fills up faster than in a minute, its readings give it away; shorter than this they are no sense. */
const periodMsMax = 30_000
const periodMsMin = 900
const readableResetMs = 5
/** After a refusal that its own count did not foresee, a server is taken to count in stretches of this length. */
const burstMs = 1000
/**
 * Growth of a pace taught by refusals, a second; doubled for every so many milliseconds without one, in which there are
 * so many calls at least: of a slow server a few seconds tell nothing.
 */
const growthPerSecond = 0.005
const growthPerSecondMax = 0.2
const growthDoublesMs = 10_000
const growthDoublesCalls = 20
/** Between two lessons from refusals, which come in crowds. */
const lessonEveryMs = 500
/** Below what was admitted, so that the server's own bucket can fill again. */
const lessonShare = 0.95
const slowest = 1 / minuteMs

/**
 * Unlimited until something sets a limit: the user (a ceiling that nothing raises), the server's headers, or refusals.
 * All times are the caller's, in milliseconds; nothing here waits.
 */
export class TokenBucket {
  readonly #ownPerMs: number
  #saidPerMs = Number.POSITIVE_INFINITY
  #taughtPerMs = Number.POSITIVE_INFINITY
  #periodMs = minuteMs
  #capacity: number
  #isBursty = true
  #level: number
  #atMs: number
  #taken = 0
  #lastAmount = 1
  #readUpTo = 0
  #fullAtMs = Number.POSITIVE_INFINITY
  #refusedAtMs = Number.NEGATIVE_INFINITY
  #taughtAtMs = Number.NEGATIVE_INFINITY

  /** `perMinute` null: the user knows of no limit. */
  constructor(perMinute: number | null, nowMs: number) {
    this.#ownPerMs = perMinute === null ? Number.POSITIVE_INFINITY : perMinute / minuteMs
    this.#capacity = perMinute ?? Number.POSITIVE_INFINITY
    this.#level = this.#capacity
    this.#atMs = nowMs
  }

  /** Whether refusals have taught a pace of their own. */
  get #isTaught(): boolean {
    return this.#taughtPerMs < Number.POSITIVE_INFINITY
  }

  get #statedPerMs(): number {
    return Math.min(this.#ownPerMs, this.#saidPerMs)
  }

  /** Calls or tokens a millisecond; infinite where nothing limits. */
  get perMs(): number {
    return Math.min(this.#statedPerMs, this.#taughtPerMs)
  }

  /** How long until so much may be taken; 0 is now. What is more than the bucket ever holds needs a full bucket. */
  readyInMs(nowMs: number, amount: number): number {
    if (!this.isLimited) return 0
    this.#advance(nowMs)
    const missing = Math.min(amount, this.#holds) - this.#level
    if (missing <= 0) return 0
    return Math.min(missing / this.perMs, Math.max(1, this.#fullAtMs - nowMs))
  }

  take(nowMs: number, amount: number): Draw {
    this.#advance(nowMs)
    this.#level -= amount
    this.#taken += amount
    this.#lastAmount = amount
    return { amount, upTo: this.#taken }
  }

  /** The draw's call was not sent after all, or came to another amount. */
  correct(draw: Draw, actual: number): void {
    this.#level += draw.amount - actual
  }

  /** What the server counted when the call of this draw reached it, `ageMs` ago. */
  read(
    nowMs: number,
    draw: Draw,
    { limit, remaining, resetMs }: LimitReading,
    ageMs: number
  ): void {
    // Answers come in any order; the call that was sent last knows best.
    if (draw.upTo < this.#readUpTo) return
    this.#readUpTo = draw.upTo
    this.#advance(nowMs)
    if (limit !== null) {
      this.#learnPeriod(limit, remaining, resetMs)
      this.#saidPerMs = limit / this.#periodMs
      this.#capacity = Math.min(limit, this.#ownPerMs * minuteMs)
    }
    if (remaining === null || !this.isLimited) return
    const sentSince = Math.max(0, this.#taken - draw.upTo)
    const level = remaining - sentSince + (limit === null ? 0 : this.#statedPerMs * ageMs)
    // Our own count stands where the user set the limit, and where the server refused what its count still allowed.
    const isTrusted = this.#ownPerMs === Number.POSITIVE_INFINITY && this.#isBursty
    this.#level = Math.min(this.#holds, isTrusted ? level : Math.min(level, this.#level))
    this.#fullAtMs = !isTrusted || resetMs === null || resetMs === 0
      ? Number.POSITIVE_INFINITY
      : nowMs + resetMs
  }

  /** A refusal; `admittedPerMs` is what the server has answered lately, undefined while too little is known. */
  refused(nowMs: number, admittedPerMs: number | undefined): void {
    this.#advance(nowMs)
    if (nowMs - this.#taughtAtMs >= lessonEveryMs && admittedPerMs !== undefined) {
      // Never less than half at once: what was admitted is little, too, while calls were held back.
      const least = Math.max(slowest, this.isLimited ? this.perMs / 2 : 0)
      this.#taughtPerMs = Math.min(this.perMs, Math.max(least, admittedPerMs * lessonShare))
      this.#taughtAtMs = nowMs
    }
    this.#refusedAtMs = nowMs
    if (!this.isLimited) return
    this.#isBursty = false
    this.#level = Math.min(this.#level, 0)
  }

  get isLimited(): boolean {
    return this.perMs < Number.POSITIVE_INFINITY
  }

  /** As much as it can hold: what is allowed at once. */
  get #holds(): number {
    return this.#isBursty
      ? this.#capacity
      : Math.max(1, Math.min(this.#capacity, this.perMs * burstMs))
  }

  #learnPeriod(limit: number, remaining: number | null, resetMs: number | null): void {
    if (remaining === null || resetMs === null || resetMs < readableResetMs) return
    const used = limit - remaining
    if (used < 1) return
    const implied = resetMs * limit / used
    if (implied >= periodMsMin && implied < Math.min(this.#periodMs, periodMsMax)) {
      this.#periodMs = implied
    }
  }

  #advance(nowMs: number): void {
    // A clock that is set back fills nothing.
    const sinceMs = Math.max(0, nowMs - this.#atMs)
    this.#atMs = Math.max(nowMs, this.#atMs)
    this.#grow(nowMs, sinceMs)
    if (!this.isLimited) return
    if (nowMs >= this.#fullAtMs) {
      this.#fullAtMs = Number.POSITIVE_INFINITY
      this.#level = this.#holds
    } else this.#level = Math.min(this.#holds, this.#level + this.perMs * sinceMs)
  }

  #grow(nowMs: number, sinceMs: number): void {
    if (!this.#isTaught) return
    const quietMs = nowMs - this.#refusedAtMs
    const callMs = this.#lastAmount / this.#taughtPerMs
    const doublesMs = Math.max(growthDoublesMs, growthDoublesCalls * callMs)
    const perSecond = Math.min(
      growthPerSecondMax,
      growthPerSecond * 2 ** (quietMs / doublesMs)
    )
    this.#taughtPerMs *= (1 + perSecond) ** Math.min(60, sinceMs / 1000)
    // It has outgrown what the server states: the lesson is over.
    if (this.#taughtPerMs >= this.#statedPerMs) this.#taughtPerMs = Number.POSITIVE_INFINITY
  }
}
