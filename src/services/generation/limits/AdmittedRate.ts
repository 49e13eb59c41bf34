// What a server has admitted lately, as a rate: by the last seconds where they tell, by the last minutes of a slow one.
import { RecentCount } from "./RecentCount.ts"

const quickSlotMs = 250
const slowSlotMs = 8_000

export class AdmittedRate {
  readonly #quick = new RecentCount(quickSlotMs)
  readonly #slow = new RecentCount(slowSlotMs)

  /** One call was answered, which took so much of the limit. */
  note(nowMs: number, amount: number): void {
    this.#quick.note(nowMs, amount)
    this.#slow.note(nowMs, amount)
  }

  /** Calls in the last two minutes. */
  count(nowMs: number): number {
    return this.#slow.count(nowMs)
  }

  /** Undefined while there is too little to tell. */
  perMs(nowMs: number): number | undefined {
    return this.#quick.peakPerMs(nowMs) ?? this.#slow.peakPerMs(nowMs)
  }
}
