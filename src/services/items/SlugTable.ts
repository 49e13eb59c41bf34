// Millions of slugs in bounded memory: an exact open-addressing table of 128-bit fingerprints in typed arrays.
import { fingerprintWords, SlugPrint } from "./Fingerprint.ts"

/** What is known by fingerprint. */
export interface PrintLookup {
  /** The value under the fingerprint whose words stand in `prints` from `at` on. */
  readonly getPrint: (prints: Uint32Array, at: number) => number | undefined
}

/**
 * Maps a slug to a whole number below 2^32. About 25 to 50 bytes a slug, whatever the slug's length; 4 to 8 less where the
 * values number the slugs in the order in which they came. The `Bytes` forms take the slug as UTF-8 bytes `[start, end)`
 * of a buffer, so that a line can be looked up without making a string.
 */
export interface SlugTable extends PrintLookup {
  readonly size: number
  /** The slug's value, if it was set. */
  readonly get: (slug: string) => number | undefined
  readonly getBytes: (bytes: Uint8Array, start: number, end: number) => number | undefined
  /** Sets the value unless there is one, and answers the value that was there before. */
  readonly add: (slug: string, value: number) => number | undefined
  readonly addBytes: (
    bytes: Uint8Array,
    start: number,
    end: number,
    value: number
  ) => number | undefined
  /** The same under the fingerprint whose words stand in `prints` from `at` on. */
  readonly addPrint: (prints: Uint32Array, at: number, value: number) => number | undefined
  /** Sets the value, over any before. */
  readonly set: (slug: string, value: number) => void
  readonly setBytes: (bytes: Uint8Array, start: number, end: number, value: number) => void
  /** Looks every slug of this table up in the other, in the order they were added: its value there, if it has one. */
  readonly lookUpAll: (other: PrintLookup, visit: (there: number | undefined) => void) => void
  /** Visits every fingerprint in the order they were added; its words stand in `prints` from `at` on. */
  readonly visitPrints: (visit: (prints: Uint32Array, at: number, value: number) => void) => void
}

/** A table with room for `expected` slugs; it grows by doubling as more come. */
export const makeSlugTable = (expected = 0): SlugTable => new FingerprintTable(expected)

const WORDS = fingerprintWords
/** An index may be this full before it doubles: linear probing stays short. */
const LOAD_MAX = 0.75
const SLOTS_MIN = 16

/** Entries of a page: nothing is copied when a table grows, but the first page until it is full. */
const PAGE_BITS = 12
const PAGE_ENTRIES = 1 << PAGE_BITS
const PAGE_MASK = PAGE_ENTRIES - 1

/**
 * Entries lie dense in the order they came, fingerprint and value; `slots` holds entry numbers from 1, 0 where free.
 * Growing rebuilds the slots from the fingerprints kept, without the slugs.
 */
class FingerprintTable implements SlugTable {
  #size = 0
  #slots: Uint32Array
  readonly #prints: Array<Uint32Array>
  /** None as long as every value is its entry's number, which is what those set who number slugs. */
  #values: Array<Uint32Array> | undefined
  readonly #print = new SlugPrint()

  constructor(expected: number) {
    let slots = SLOTS_MIN
    while (slots * LOAD_MAX < expected) slots *= 2
    const entries = Math.min(Math.max(SLOTS_MIN, expected), PAGE_ENTRIES)
    this.#slots = new Uint32Array(slots)
    this.#prints = [new Uint32Array(entries * WORDS)]
  }

  get size(): number {
    return this.#size
  }

  get(slug: string): number | undefined {
    this.#print.ofText(slug)
    return this.getPrint(this.#print.words, 0)
  }

  getBytes(bytes: Uint8Array, start: number, end: number): number | undefined {
    this.#print.ofBytes(bytes, start, end)
    return this.getPrint(this.#print.words, 0)
  }

  getPrint(prints: Uint32Array, at: number): number | undefined {
    const entry = this.#slots[this.#find(prints, at)]!
    return entry === 0 ? undefined : this.#valueOf(entry - 1)
  }

  add(slug: string, value: number): number | undefined {
    this.#print.ofText(slug)
    return this.addPrint(this.#print.words, 0, value)
  }

  addBytes(bytes: Uint8Array, start: number, end: number, value: number): number | undefined {
    this.#print.ofBytes(bytes, start, end)
    return this.addPrint(this.#print.words, 0, value)
  }

  addPrint(prints: Uint32Array, at: number, value: number): number | undefined {
    const slot = this.#find(prints, at)
    const entry = this.#slots[slot]!
    if (entry !== 0) return this.#valueOf(entry - 1)
    this.#insert(slot, prints, at, value)
    return undefined
  }

  set(slug: string, value: number): void {
    this.#print.ofText(slug)
    this.#set(value)
  }

  setBytes(bytes: Uint8Array, start: number, end: number, value: number): void {
    this.#print.ofBytes(bytes, start, end)
    this.#set(value)
  }

  visitPrints(visit: (prints: Uint32Array, at: number, value: number) => void): void {
    for (let entry = 0; entry < this.#size; entry++) {
      visit(this.#prints[entry >>> PAGE_BITS]!, (entry & PAGE_MASK) * WORDS, this.#valueOf(entry))
    }
  }

  lookUpAll(other: PrintLookup, visit: (there: number | undefined) => void): void {
    this.visitPrints((prints, at) => visit(other.getPrint(prints, at)))
  }

  #set(value: number): void {
    const slot = this.#find(this.#print.words, 0)
    const entry = this.#slots[slot]!
    if (entry === 0) this.#insert(slot, this.#print.words, 0, value)
    else this.#setValue(entry - 1, value)
  }

  #valueOf(entry: number): number {
    return this.#values === undefined
      ? entry
      : this.#values[entry >>> PAGE_BITS]![entry & PAGE_MASK]!
  }

  #setValue(entry: number, value: number): void {
    if (this.#values === undefined) {
      if (value === entry) return
      this.#values = this.#prints.map((page, number) =>
        new Uint32Array(page.length / WORDS).map((_, at) => number * PAGE_ENTRIES + at)
      )
    }
    this.#values[entry >>> PAGE_BITS]![entry & PAGE_MASK] = value
  }

  /** The slot where a fingerprint stands, or the free one where it belongs. */
  #find(words: Uint32Array, from: number): number {
    const pages = this.#prints
    const slots = this.#slots
    const mask = slots.length - 1
    // Never endless: the load bound leaves free slots.
    for (let slot = words[from]! & mask;; slot = (slot + 1) & mask) {
      const entry = slots[slot]!
      if (entry === 0) return slot
      const prints = pages[(entry - 1) >>> PAGE_BITS]!
      const at = ((entry - 1) & PAGE_MASK) * WORDS
      if (
        prints[at] === words[from] && prints[at + 1] === words[from + 1] &&
        prints[at + 2] === words[from + 2] && prints[at + 3] === words[from + 3]
      ) return slot
    }
  }

  #insert(slot: number, prints: Uint32Array, at: number, value: number): void {
    const entry = this.#size
    const page = this.#pageFor(entry)
    const into = (entry & PAGE_MASK) * WORDS
    for (let word = 0; word < WORDS; word++) page[into + word] = prints[at + word]!
    this.#setValue(entry, value)
    this.#size++
    this.#slots[slot] = this.#size
    if (this.#size > this.#slots.length * LOAD_MAX) this.#growSlots()
  }

  /** The page where the next entry belongs, with room for it. */
  #pageFor(entry: number): Uint32Array {
    const number = entry >>> PAGE_BITS
    const page = this.#prints[number]
    if (page !== undefined && (entry & PAGE_MASK) * WORDS < page.length) return page
    const entries = page === undefined ? PAGE_ENTRIES : page.length / WORDS * 2
    if (this.#values !== undefined) {
      this.#values[number] = grown(this.#values[number], Math.min(entries, PAGE_ENTRIES))
    }
    return (this.#prints[number] = grown(page, Math.min(entries, PAGE_ENTRIES) * WORDS))
  }

  #growSlots(): void {
    const slots = new Uint32Array(this.#slots.length * 2)
    const mask = slots.length - 1
    for (let entry = 0; entry < this.#size; entry++) {
      const first = this.#prints[entry >>> PAGE_BITS]![(entry & PAGE_MASK) * WORDS]!
      let slot = first & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = entry + 1
    }
    this.#slots = slots
  }
}

const grown = (from: Uint32Array | undefined, length: number): Uint32Array => {
  const into = new Uint32Array(length)
  if (from !== undefined) into.set(from)
  return into
}
