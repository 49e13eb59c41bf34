// A circuit breaker: after failures in a row nothing is sent but one probe at a time, until one is answered.

export interface BreakerLimits {
  /** So many in a row open it. */
  readonly failuresMax: number
  /** For so long nothing is sent at first; twice as long after every probe that failed. */
  readonly restMsFirst: number
  readonly restMsMax: number
}

export class Breaker {
  readonly #limits: BreakerLimits
  #inARow = 0
  #openUntilMs: number | undefined
  #isProbing = false
  #failedProbes = 0
  #sinceMs: number | undefined

  constructor(limits: BreakerLimits) {
    this.#limits = limits
  }

  /** Since when it has been open; undefined while it is closed. */
  get openSinceMs(): number | undefined {
    return this.#sinceMs
  }

  get isOpen(): boolean {
    return this.#openUntilMs !== undefined
  }

  /** Probes that failed since it opened. */
  get failedProbes(): number {
    return this.#failedProbes
  }

  /** Until when nothing is sent at all; undefined while it is closed. */
  get restsUntilMs(): number | undefined {
    return this.#openUntilMs
  }

  /** Whether a call may be sent; while it is open, only as its probe. */
  admits(nowMs: number): boolean {
    return this.#openUntilMs === undefined || (!this.#isProbing && nowMs >= this.#openUntilMs)
  }

  /** A call is sent; true where it is the probe. */
  begin(): boolean {
    if (this.#openUntilMs === undefined) return false
    return this.#isProbing = true
  }

  /** The server said something, a refusal included; true where that closed the breaker. */
  answered(): boolean {
    const closes = this.isOpen
    this.#inARow = 0
    this.#failedProbes = 0
    this.#openUntilMs = undefined
    this.#sinceMs = undefined
    this.#isProbing = false
    return closes
  }

  /** Failures of calls that were sent before it opened change nothing. */
  failed(nowMs: number, isProbe: boolean): void {
    const { failuresMax, restMsFirst, restMsMax } = this.#limits
    if (isProbe) {
      this.#isProbing = false
      this.#failedProbes++
    } else if (this.isOpen || ++this.#inARow < failuresMax) return
    this.#sinceMs ??= nowMs
    this.#openUntilMs = nowMs + Math.min(restMsMax, restMsFirst * 2 ** this.#failedProbes)
  }

  /** The probe was never sent. */
  abandoned(): void {
    this.#isProbing = false
  }
}
