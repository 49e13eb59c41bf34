// In how many pieces each sentence stands: an open-addressing table of hashes, nine bytes a slot.

const slotsMin = 1024
const loadMax = 0.7
const countMax = 255

export class SentenceCounts {
  #keys = new Uint32Array(slotsMin)
  #lows = new Uint32Array(slotsMin)
  #counts = new Uint8Array(slotsMin)
  #used = 0

  /** 255 stands for 255 and more. */
  count(high: number, low: number): number {
    return this.#counts[this.#find(high, low)]!
  }

  add(high: number, low: number): void {
    const slot = this.#find(high, low)
    const count = this.#counts[slot]!
    if (count === countMax) return
    if (count === 0 && this.#keys[slot] === 0) {
      this.#keys[slot] = high | 1
      this.#lows[slot] = low
      this.#used++
    }
    this.#counts[slot] = count + 1
    if (this.#used > this.#keys.length * loadMax) this.#grow()
  }

  remove(high: number, low: number): void {
    const slot = this.#find(high, low)
    const count = this.#counts[slot]!
    // A count that was full is not known any more.
    if (count > 0 && count < countMax) this.#counts[slot] = count - 1
  }

  #find(high: number, low: number): number {
    const key = (high | 1) >>> 0
    const mask = this.#keys.length - 1
    let slot = low & mask
    while (this.#keys[slot] !== 0 && (this.#keys[slot] !== key || this.#lows[slot] !== low)) {
      slot = (slot + 1) & mask
    }
    return slot
  }

  #grow(): void {
    const [keys, lows, counts] = [this.#keys, this.#lows, this.#counts]
    this.#keys = new Uint32Array(keys.length * 2)
    this.#lows = new Uint32Array(keys.length * 2)
    this.#counts = new Uint8Array(keys.length * 2)
    this.#used = 0
    for (let slot = 0; slot < keys.length; slot++) {
      // A sentence that no piece has any more gives its slot back here.
      if (keys[slot] === 0 || counts[slot] === 0) continue
      const to = this.#find(keys[slot]!, lows[slot]!)
      this.#keys[to] = keys[slot]!
      this.#lows[to] = lows[slot]!
      this.#counts[to] = counts[slot]!
      this.#used++
    }
  }
}
