// In how many pieces a text stands, and one of them: an open-addressing table of hashes.
import type { NumberArray, SavedArrays } from "./NumberArrays.ts"
import type { TextHash } from "./Profile.ts"

const slotsMin = 1024
const loadMax = 0.7

type Counts = Uint8Array | Uint32Array

/** `Uint8Array` counts to 255, which then stands for 255 and more: 13 bytes a slot. `Uint32Array` counts on: 16. */
export class PieceCounts {
  #keys: Uint32Array = new Uint32Array(slotsMin)
  #lows: Uint32Array = new Uint32Array(slotsMin)
  #entries: Uint32Array = new Uint32Array(slotsMin)
  #counts: Counts
  readonly #makeCounts: new(length: number) => Counts
  readonly #countMax: number
  #used = 0

  constructor(makeCounts: new(length: number) => Counts) {
    this.#makeCounts = makeCounts
    this.#counts = new makeCounts(slotsMin)
    this.#countMax = makeCounts === Uint8Array ? 255 : 0xffffffff
  }

  save(): ReadonlyArray<NumberArray> {
    return [Uint32Array.of(this.#used), this.#keys, this.#lows, this.#entries, this.#counts]
  }

  restore(saved: SavedArrays): void {
    this.#used = saved.take(Uint32Array)[0]!
    this.#keys = saved.take(Uint32Array)
    this.#lows = saved.take(Uint32Array)
    this.#entries = saved.take(Uint32Array)
    this.#counts = saved.take(this.#makeCounts)
  }

  count({ high, low }: TextHash): number {
    return this.#counts[this.#find(high, low)]!
  }

  /** The first entry that has the text, as far as is known; it may count no more. */
  entryWith({ high, low }: TextHash): number | undefined {
    const slot = this.#find(high, low)
    return this.#counts[slot] === 0 ? undefined : this.#entries[slot]
  }

  /** `isAlive` tells whether the entry that was known still counts: if not, the new one takes its place. */
  add({ high, low }: TextHash, entry: number, isAlive: (entry: number) => boolean): void {
    const slot = this.#find(high, low)
    const count = this.#counts[slot]!
    if (count === 0 || !isAlive(this.#entries[slot]!)) this.#entries[slot] = entry
    if (count === this.#countMax) return
    if (count === 0 && this.#keys[slot] === 0) {
      this.#keys[slot] = high | 1
      this.#lows[slot] = low
      this.#used++
    }
    this.#counts[slot] = count + 1
    if (this.#used > this.#keys.length * loadMax) this.#grow()
  }

  remove({ high, low }: TextHash): void {
    const slot = this.#find(high, low)
    const count = this.#counts[slot]!
    // A count that was full is not known any more.
    if (count > 0 && count < this.#countMax) this.#counts[slot] = count - 1
  }

  #find(high: number, low: number): number {
    const key = (high | 1) >>> 0
    const lowKey = low >>> 0
    const mask = this.#keys.length - 1
    let slot = lowKey & mask
    while (this.#keys[slot] !== 0 && (this.#keys[slot] !== key || this.#lows[slot] !== lowKey)) {
      slot = (slot + 1) & mask
    }
    return slot
  }

  #grow(): void {
    const [keys, lows, counts, entries] = [this.#keys, this.#lows, this.#counts, this.#entries]
    this.#keys = new Uint32Array(keys.length * 2)
    this.#lows = new Uint32Array(keys.length * 2)
    this.#entries = new Uint32Array(keys.length * 2)
    this.#counts = new this.#makeCounts(keys.length * 2)
    this.#used = 0
    for (let slot = 0; slot < keys.length; slot++) {
      // A text that no piece has any more gives its slot back here.
      if (keys[slot] === 0 || counts[slot] === 0) continue
      const to = this.#find(keys[slot]!, lows[slot]!)
      this.#keys[to] = keys[slot]!
      this.#lows[to] = lows[slot]!
      this.#counts[to] = counts[slot]!
      this.#entries[to] = entries[slot]!
      this.#used++
    }
  }
}
