// How often something happened lately, and how much of it, in constant memory.

const slots = 16
/** Less than this is no measurement. */
const measuredMin = 8
/** Slots that a peak is taken over. */
const peakSlots = 4

/** A ring of sixteen counts, one for each stretch of `slotMs`. */
export class RecentCount {
  readonly #slotMs: number
  readonly #counts = new Float64Array(slots)
  readonly #sums = new Float64Array(slots)
  #slot = 0
  #firstSlot: number | undefined

  constructor(slotMs: number) {
    this.#slotMs = slotMs
  }

  note(nowMs: number, amount = 1): void {
    this.#turn(nowMs)
    const slot = this.#slot % slots
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1
    this.#sums[slot] = (this.#sums[slot] ?? 0) + amount
  }

  count(nowMs: number): number {
    this.#turn(nowMs)
    return this.#counts.reduce((sum, slot) => sum + slot, 0)
  }

  /** The amount per millisecond in the best four stretches in a row; undefined while there is too little to tell. */
  peakPerMs(nowMs: number): number | undefined {
    this.#turn(nowMs)
    // The slot under way is left out: it is not over.
    const whole = Math.min(slots - 1, this.#slot - (this.#firstSlot ?? this.#slot))
    if (whole < peakSlots || this.count(nowMs) < measuredMin) return undefined
    let peak = 0
    for (let from = 1; from + peakSlots - 1 <= whole; from++) {
      let sum = 0
      for (let slot = 0; slot < peakSlots; slot++) sum += this.#at(from + slot)
      peak = Math.max(peak, sum)
    }
    return peak / (peakSlots * this.#slotMs)
  }

  #at(slotsBack: number): number {
    return this.#sums[(this.#slot - slotsBack) % slots] ?? 0
  }

  #clear(slot: number): void {
    this.#counts[slot % slots] = 0
    this.#sums[slot % slots] = 0
  }

  #turn(nowMs: number): void {
    const slot = Math.floor(nowMs / this.#slotMs)
    if (this.#firstSlot === undefined) this.#firstSlot = this.#slot = slot
    const from = Math.max(this.#slot + 1, slot - slots + 1)
    for (let next = from; next <= slot; next++) this.#clear(next)
    this.#slot = Math.max(slot, this.#slot)
  }
}
