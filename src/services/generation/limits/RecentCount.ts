// How often something happened in the last four seconds, in constant memory.

const slotMs = 250
const slots = 16
const slotsPerSecond = 4
/** Less than this is no measurement. */
const measuredMin = 8

/** A ring of counts, one for each quarter of a second. */
export class RecentCount {
  readonly #counts = new Float64Array(slots)
  #slot = 0
  #firstSlot: number | undefined

  note(nowMs: number): void {
    this.#turn(nowMs)
    const slot = this.#slot % slots
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1
  }

  count(nowMs: number): number {
    this.#turn(nowMs)
    return this.#counts.reduce((sum, slot) => sum + slot, 0)
  }

  /** Per millisecond in the best whole second of them; undefined while there is too little to tell. */
  peakPerMs(nowMs: number): number | undefined {
    this.#turn(nowMs)
    // The slot under way is left out: it is not over.
    const whole = Math.min(slots - 1, this.#slot - (this.#firstSlot ?? this.#slot))
    if (whole < slotsPerSecond || this.count(nowMs) < measuredMin) return undefined
    let peak = 0
    for (let from = 1; from + slotsPerSecond - 1 <= whole; from++) {
      let sum = 0
      for (let slot = 0; slot < slotsPerSecond; slot++) sum += this.#at(from + slot)
      peak = Math.max(peak, sum)
    }
    return peak / (slotsPerSecond * slotMs)
  }

  #at(slotsBack: number): number {
    return this.#counts[(this.#slot - slotsBack) % slots] ?? 0
  }

  #turn(nowMs: number): void {
    const slot = Math.floor(nowMs / slotMs)
    if (this.#firstSlot === undefined) this.#firstSlot = this.#slot = slot
    if (slot - this.#slot >= slots) this.#counts.fill(0)
    else for (let next = this.#slot + 1; next <= slot; next++) this.#counts[next % slots] = 0
    this.#slot = Math.max(slot, this.#slot)
  }
}
