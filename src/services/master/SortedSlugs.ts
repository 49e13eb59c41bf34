// Fingerprints of slugs in their order, each with a small number: as compact as they can be and still be looked up.
import { fingerprintWords } from "../items/Fingerprint.ts"
import type { PrintLookup } from "../items/SlugTable.ts"

const words = fingerprintWords
/** About so many fingerprints share a bucket, which is searched from its start. */
const bucketSize = 4
const bucketBitsMax = 26

/** Whether the fingerprint at `a` comes before the one at `b`. */
const isBefore = (prints: Uint32Array, a: number, other: Uint32Array, b: number): boolean => {
  for (let word = 0; word < words; word++) {
    const difference = prints[a + word]! - other[b + word]!
    if (difference !== 0) return difference < 0
  }
  return false
}

/** Buckets by the highest bits of the first word, which are spread evenly. */
const bucketShift = (count: number): number => {
  const bits = Math.ceil(Math.log2(Math.max(2, count / bucketSize)))
  return 32 - Math.min(bucketBitsMax, bits)
}

/** Where each bucket begins; one entry more, for the end of the last. */
const bucketStarts = (shift: number): Uint32Array => new Uint32Array(2 ** (32 - shift) + 1)

const sumUp = (starts: Uint32Array): void => {
  for (let bucket = 1; bucket < starts.length; bucket++) starts[bucket]! += starts[bucket - 1]!
}

export interface SortedEntries {
  /** Four words each. */
  readonly prints: Uint32Array
  readonly values: Float64Array
}

/** The entries that `visitAll` visits, twice the same, in the order of their fingerprints: no two are the same. */
export const sortEntries = (
  count: number,
  visitAll: (visit: (prints: Uint32Array, at: number, value: number) => void) => void
): SortedEntries => {
  const shift = bucketShift(count)
  const next = bucketStarts(shift)
  visitAll((from, at) => void next[(from[at]! >>> shift) + 1]!++)
  sumUp(next)
  const prints = new Uint32Array(count * words)
  const values = new Float64Array(count)
  // An entry goes to its bucket, and there before all that come after it.
  const ends = next.slice(0, -1)
  visitAll((from, at, value) => {
    const bucket = from[at]! >>> shift
    let entry = ends[bucket]!++
    for (; entry > next[bucket]!; entry--) {
      const before = (entry - 1) * words
      if (!isBefore(from, at, prints, before)) break
      prints.copyWithin(entry * words, before, before + words)
      values[entry] = values[entry - 1]!
    }
    for (let word = 0; word < words; word++) prints[entry * words + word] = from[at + word]!
    values[entry] = value
  })
  return { prints, values }
}

/** Some 17 bytes a slug. */
export class SortedSlugs implements PrintLookup {
  readonly #prints: Uint32Array
  readonly #values: Uint8Array
  readonly #shift: number
  readonly #starts: Uint32Array

  /** Fingerprints in their order, and a value for each. */
  constructor(prints: Uint32Array, values: Uint8Array) {
    this.#prints = prints
    this.#values = values
    this.#shift = bucketShift(values.length)
    this.#starts = bucketStarts(this.#shift)
    for (let at = 0; at < prints.length; at += words) {
      this.#starts[(prints[at]! >>> this.#shift) + 1]!++
    }
    sumUp(this.#starts)
  }

  get size(): number {
    return this.#values.length
  }

  getPrint(from: Uint32Array, at: number): number | undefined {
    const bucket = from[at]! >>> this.#shift
    const prints = this.#prints
    const end = this.#starts[bucket + 1]!
    for (let entry = this.#starts[bucket]!; entry < end; entry++) {
      const own = entry * words
      if (
        prints[own] === from[at] && prints[own + 1] === from[at + 1] &&
        prints[own + 2] === from[at + 2] && prints[own + 3] === from[at + 3]
      ) return this.#values[entry]
    }
    return undefined
  }
}
