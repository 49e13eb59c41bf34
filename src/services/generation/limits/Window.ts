// How many calls of a model may be in flight: additive increase while answers come, multiplicative decrease on overload.

const decrease = 0.7
/** Calls that were sent before a decrease fail after it: they say nothing of the smaller window. */
const decreaseEveryMsMin = 100

/** Chiu and Jain's rule (1989), never above what the job allows and never below one call. */
export class Window {
  readonly #max: number
  readonly #step: number
  #size: number
  #decreaseFromMs = Number.NEGATIVE_INFINITY

  constructor(max: number) {
    this.#max = max
    this.#size = max
    this.#step = Math.max(1, max / 32)
  }

  get size(): number {
    return Math.floor(this.#size)
  }

  /** A window's worth of answers widens it by one step. */
  answered(): void {
    if (this.#size < this.#max) {
      this.#size = Math.min(this.#max, this.#size + this.#step / this.#size)
    }
  }

  /** At most once per round trip. */
  overloaded(nowMs: number, inFlight: number, roundTripMs: number): void {
    if (nowMs < this.#decreaseFromMs) return
    this.#decreaseFromMs = nowMs + Math.max(decreaseEveryMsMin, roundTripMs)
    this.#size = Math.max(1, Math.min(this.#size, inFlight) * decrease)
  }

  /** Starts over from one step: the model was away. */
  restart(): void {
    this.#size = Math.min(this.#size, this.#step)
  }
}
