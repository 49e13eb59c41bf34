// How often something happened in the last four seconds, in constant memory.

const slotMs = 250
const slots = 16
/** Less than this is no measurement. */
const measuredMsMin = 1000
const measuredMin = 8

/** A ring of counts, one for each quarter of a second. */
export class RecentCount {
  readonly #counts = new Float64Array(slots)
  #slot = 0
  #firstSlot: number | undefined

  note(nowMs: number): void {
    this.#turn(nowMs)
    this.#counts[this.#slot % slots]!++
  }

  count(nowMs: number): number {
    this.#turn(nowMs)
    return this.#counts.reduce((sum, slot) => sum + slot, 0)
  }

  /** Per millisecond; undefined while there is too little to tell. */
  perMs(nowMs: number): number | undefined {
    this.#turn(nowMs)
    const stretch = Math.min(slots, this.#slot - (this.#firstSlot ?? this.#slot) + 1)
    // The slot under way is left out: it is not over.
    const measuredMs = (stretch - 1) * slotMs
    if (measuredMs < measuredMsMin) return undefined
    let sum = 0
    for (let back = 1; back < stretch; back++) sum += this.#counts[(this.#slot - back) % slots]!
    return sum < measuredMin ? undefined : sum / measuredMs
  }

  #turn(nowMs: number): void {
    const slot = Math.floor(nowMs / slotMs)
    if (this.#firstSlot === undefined) this.#firstSlot = this.#slot = slot
    if (slot - this.#slot >= slots) this.#counts.fill(0)
    else for (let next = this.#slot + 1; next <= slot; next++) this.#counts[next % slots] = 0
    this.#slot = Math.max(slot, this.#slot)
  }
}
