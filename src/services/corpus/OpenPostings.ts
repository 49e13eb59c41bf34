// Which pieces of the newest segment have a shingle in their sketch: lists that grow, up to a bound.
import { listMax } from "./postingLimits.ts"
import { Sealing } from "./SealedPostings.ts"

/** The list of a shingle that is full: where its postings are, the sizes of the sets they stand for, and the largest. */
interface FullList {
  readonly places: Uint32Array
  readonly sizes: Uint32Array
  largestAt: number
}

const headsMin = 2 ** 12
const headsMax = 2 ** 22
const chainUsual = 2
const spread = 0x9e3779b1

const grown = <A extends Uint8Array | Uint16Array | Uint32Array>(array: A, into: A): A => {
  into.set(array)
  return into
}

const placeOfLargest = (sizes: Uint32Array): number => {
  let at = 0
  for (let i = 1; i < sizes.length; i++) if (sizes[i]! > sizes[at]!) at = i
  return at
}

export class OpenPostings {
  /** By the key's hash: the newest posting, from 1. */
  #heads = new Uint32Array(headsMin)
  /** By posting: its key, its entry in the segment, the one before with the same hash, and how many its key had before. */
  #keys = new Uint32Array(headsMin)
  #entries = new Uint16Array(headsMin)
  #before = new Uint32Array(headsMin)
  #ranks = new Uint8Array(headsMin)
  #size = 0
  readonly #full = new Map<number, FullList>()
  /** By entry, the size of its set. */
  readonly #sizes: Array<number> = []

  /** `onFull` hears of each list that does not tell all: sets that are missing in it have at least that size. */
  add(keys: Uint32Array, setSize: number, onFull: (key: number, sizeMin: number) => void): void {
    const entry = this.#sizes.push(setSize) - 1
    for (const key of keys) {
      const full = this.#full.get(key)
      if (full !== undefined) onFull(key, this.#replace(full, entry, setSize))
      else if (this.#append(key, entry) + 1 === listMax) this.#full.set(key, this.#fullList(key))
    }
  }

  /** Adds one for each entry of the key's list, `base` being the segment's first. */
  visit(key: number, base: number, found: (entry: number) => void): void {
    for (let at = this.#heads[this.#head(key)]!; at !== 0; at = this.#before[at - 1]!) {
      if (this.#keys[at - 1] === key) found(base + this.#entries[at - 1]!)
    }
  }

  /** Nothing may be added from then on. */
  seal(): Sealing {
    return new Sealing(this.#keys.subarray(0, this.#size), this.#entries.subarray(0, this.#size))
  }

  #head(key: number): number {
    return (Math.imul(key, spread) >>> 10) & (this.#heads.length - 1)
  }

  /** Answers how many postings the key had before. */
  #append(key: number, entry: number): number {
    if (this.#size === this.#keys.length) this.#grow()
    const head = this.#head(key)
    let same = this.#heads[head]!
    while (same !== 0 && this.#keys[same - 1] !== key) same = this.#before[same - 1]!
    const rank = same === 0 ? 0 : this.#ranks[same - 1]! + 1
    const at = this.#size++
    this.#keys[at] = key
    this.#entries[at] = entry
    this.#ranks[at] = rank
    this.#before[at] = this.#heads[head]!
    this.#heads[head] = at + 1
    return rank
  }

  #fullList(key: number): FullList {
    const places: Array<number> = []
    for (let at = this.#heads[this.#head(key)]!; at !== 0; at = this.#before[at - 1]!) {
      if (this.#keys[at - 1] === key) places.push(at - 1)
    }
    const sizes = Uint32Array.from(places, (at) => this.#sizes[this.#entries[at]!]!)
    return { places: Uint32Array.from(places), sizes, largestAt: placeOfLargest(sizes) }
  }

  /** The entry takes the place of one with a larger set, if there is any. Answers the size of the largest set listed. */
  #replace(full: FullList, entry: number, setSize: number): number {
    const { largestAt, places, sizes } = full
    if (sizes[largestAt]! <= setSize) return sizes[largestAt]!
    this.#entries[places[largestAt]!] = entry
    sizes[largestAt] = setSize
    full.largestAt = placeOfLargest(sizes)
    return sizes[full.largestAt]!
  }

  #grow(): void {
    const size = this.#keys.length * 2
    this.#keys = grown(this.#keys, new Uint32Array(size))
    this.#entries = grown(this.#entries, new Uint16Array(size))
    this.#ranks = grown(this.#ranks, new Uint8Array(size))
    this.#before = grown(this.#before, new Uint32Array(size))
    if (this.#heads.length * chainUsual > size || this.#heads.length >= headsMax) return
    this.#heads = new Uint32Array(this.#heads.length * 2)
    for (let at = 0; at < this.#size; at++) {
      const head = this.#head(this.#keys[at]!)
      this.#before[at] = this.#heads[head]!
      this.#heads[head] = at + 1
    }
  }
}
