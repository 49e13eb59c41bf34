// Whether the refusals of a model are more than an accident: several within seconds, or of a slow one a part of its calls.
import { RecentCount } from "./RecentCount.ts"

const quickSlotMs = 250
const slowSlotMs = 8_000
const severalMin = 3
const partMin = 0.1

export class Refusals {
  readonly #quick = new RecentCount(quickSlotMs)
  readonly #slow = new RecentCount(slowSlotMs)

  note(nowMs: number): void {
    this.#quick.note(nowMs)
    this.#slow.note(nowMs)
  }

  /** `answered`: calls of the last two minutes that were not refused. */
  areMany(nowMs: number, answered: number): boolean {
    const slow = this.#slow.count(nowMs)
    return this.#quick.count(nowMs) >= severalMin ||
      (slow >= severalMin && slow >= partMin * (answered + slow))
  }
}
