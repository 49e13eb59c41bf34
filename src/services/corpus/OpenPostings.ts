// Which pieces of the newest segment have a shingle in their sketch: lists that grow, up to a bound.
//
// An open-addressing table of keys. Most lists have one entry, which stands in the table itself; the entries of a longer
// one lie together in a block, and a list that outgrows its block moves to one twice as large.
import { spread } from "./Hash.ts"
import type { NumberArray, SavedArrays } from "./NumberArrays.ts"
import { listMax } from "./postingLimits.ts"
import type { Tally } from "./Tally.ts"

/** The list of a shingle that is full: the sizes of the sets that its entries stand for, and where the largest is. */
interface FullList {
  readonly sizes: Uint32Array
  largestAt: number
}

const slotsMin = 2 ** 12
const loadMax = 0.6
const blocksMin = 2 ** 12

const isPowerOfTwo = (count: number): boolean => (count & (count - 1)) === 0

const placeOfLargest = (sizes: Uint32Array): number => {
  let at = 0
  for (let i = 1; i < sizes.length; i++) if (sizes[i]! > sizes[at]!) at = i
  return at
}

export class OpenPostings {
  /** By slot: its key, how many entries its list has (0 where it is free), and the one entry or where the block begins. */
  #keys: Uint32Array = new Uint32Array(slotsMin)
  #counts: Uint8Array = new Uint8Array(slotsMin)
  #places: Uint32Array = new Uint32Array(slotsMin)
  #shift = 32 - Math.log2(slotsMin)
  #used = 0
  #blocks: Uint16Array = new Uint16Array(blocksMin)
  #blocksEnd = 0
  #size = 0
  readonly #full = new Map<number, FullList>()
  /** By entry, the size of its set. */
  #sizes: Array<number> = []

  save(): ReadonlyArray<NumberArray> {
    return [
      Uint32Array.of(this.#size, this.#used),
      this.#keys,
      this.#counts,
      this.#places,
      this.#blocks.subarray(0, this.#blocksEnd),
      Uint32Array.from(this.#sizes)
    ]
  }

  restore(saved: SavedArrays): void {
    const [size, used] = saved.take(Uint32Array)
    this.#size = size!
    this.#used = used!
    this.#keys = saved.take(Uint32Array)
    this.#shift = 32 - Math.log2(this.#keys.length)
    this.#counts = saved.take(Uint8Array)
    this.#places = saved.take(Uint32Array)
    const blocks = saved.take(Uint16Array)
    this.#blocksEnd = blocks.length
    this.#growBlocks()
    this.#blocks.set(blocks)
    this.#sizes = [...saved.take(Uint32Array)]
    this.#counts.forEach((count, slot) => {
      if (count === listMax) this.#full.set(this.#keys[slot]!, this.#fullList(slot))
    })
  }

  /** Postings. */
  get size(): number {
    return this.#size
  }

  get slots(): number {
    return this.#keys.length
  }

  /** `onFull` hears of each list that does not tell all: sets that are missing in it have at least that size. */
  add(keys: Uint32Array, setSize: number, onFull: (key: number, sizeMin: number) => void): void {
    const entry = this.#sizes.push(setSize) - 1
    for (const key of keys) {
      const slot = this.#find(key)
      if (this.#counts[slot] === listMax) onFull(key, this.#replace(slot, entry, setSize))
      else this.#append(slot, key, entry)
    }
  }

  /** Adds, for each key, the length of its list. */
  addLengths(keys: Uint32Array, lengths: Uint32Array): void {
    keys.forEach((key, at) => lengths[at]! += this.#counts[this.#find(key)]!)
  }

  /** Counts each entry of the keys' lists, `base` being the segment's first. */
  tally(keys: Uint32Array, base: number, into: Tally): void {
    for (const key of keys) this.#tallySlot(this.#find(key), base, into)
  }

  /** Visits the key's entries, if the slot has a key. */
  visitSlot(slot: number, visit: (key: number, entry: number) => void): void {
    const count = this.#counts[slot]!
    if (count === 0) return
    const key = this.#keys[slot]!
    const place = this.#places[slot]!
    if (count === 1) return visit(key, place)
    for (let at = place; at < place + count; at++) visit(key, this.#blocks[at]!)
  }

  #tallySlot(slot: number, base: number, into: Tally): void {
    const count = this.#counts[slot]!
    const place = this.#places[slot]!
    if (count === 1) into.add(base + place)
    else for (let at = place; at < place + count; at++) into.add(base + this.#blocks[at]!)
  }

  /** The key's slot, or the free one where it belongs. */
  #find(key: number): number {
    const mask = this.#keys.length - 1
    let slot = Math.imul(key, spread) >>> this.#shift
    while (this.#counts[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) & mask
    return slot
  }

  #append(slot: number, key: number, entry: number): void {
    const count = this.#counts[slot]!
    this.#counts[slot] = count + 1
    this.#size++
    if (count === 0) {
      this.#keys[slot] = key
      this.#places[slot] = entry
      if (++this.#used > this.#keys.length * loadMax) this.#growTable()
      return
    }
    if (isPowerOfTwo(count)) this.#moveList(slot, count)
    this.#blocks[this.#places[slot]! + count] = entry
    if (count + 1 === listMax) this.#full.set(key, this.#fullList(slot))
  }

  /** To a block of twice as many entries. */
  #moveList(slot: number, count: number): void {
    const from = this.#places[slot]!
    const to = this.#blocksEnd
    this.#blocksEnd += count * 2
    if (this.#blocksEnd > this.#blocks.length) this.#growBlocks()
    if (count === 1) this.#blocks[to] = from
    else this.#blocks.copyWithin(to, from, from + count)
    this.#places[slot] = to
  }

  #fullList(slot: number): FullList {
    const place = this.#places[slot]!
    const sizes = Uint32Array.from(
      this.#blocks.subarray(place, place + listMax),
      (entry) => this.#sizes[entry]!
    )
    return { sizes, largestAt: placeOfLargest(sizes) }
  }

  /** The entry takes the place of one with a larger set, if there is any. Answers the size of the largest set listed. */
  #replace(slot: number, entry: number, setSize: number): number {
    const full = this.#full.get(this.#keys[slot]!)!
    const { largestAt, sizes } = full
    if (sizes[largestAt]! <= setSize) return sizes[largestAt]!
    this.#blocks[this.#places[slot]! + largestAt] = entry
    sizes[largestAt] = setSize
    full.largestAt = placeOfLargest(sizes)
    return sizes[full.largestAt]!
  }

  #growTable(): void {
    const [keys, counts, places] = [this.#keys, this.#counts, this.#places]
    this.#keys = new Uint32Array(keys.length * 2)
    this.#counts = new Uint8Array(keys.length * 2)
    this.#places = new Uint32Array(keys.length * 2)
    this.#shift--
    for (let slot = 0; slot < keys.length; slot++) {
      if (counts[slot] === 0) continue
      const to = this.#find(keys[slot]!)
      this.#keys[to] = keys[slot]!
      this.#counts[to] = counts[slot]!
      this.#places[to] = places[slot]!
    }
  }

  /** To more than is used. */
  #growBlocks(): void {
    const blocks = new Uint16Array(Math.max(this.#blocks.length, this.#blocksEnd) * 2)
    blocks.set(this.#blocks)
    this.#blocks = blocks
  }
}
