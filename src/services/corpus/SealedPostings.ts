// Which pieces of a full segment have a shingle in their sketch: sorted into buckets, four bytes a posting and half a
// byte more. It changes no more.
import { spread } from "./Hash.ts"
import type { OpenPostings } from "./OpenPostings.ts"
import type { Tally } from "./Tally.ts"

const bitsMin = 16
const bitsMax = 22
const bucketUsual = 8

const bitsFor = (postings: number): number =>
  Math.max(bitsMin, Math.min(bitsMax, Math.ceil(Math.log2(Math.max(1, postings / bucketUsual)))))

export class SealedPostings {
  /** By bucket: where its postings begin; one more for the end of the last. */
  readonly starts: Uint32Array
  /** The low 16 bits of the spread key, then the entry in the segment. The bucket tells the high ones. */
  readonly postings: Uint32Array
  readonly #shift: number
  /** Scratch: by key where its bucket is, and the first posting in it. */
  readonly #from = new Uint32Array(256)
  readonly #to = new Uint32Array(256)
  readonly #first = new Uint32Array(256)

  constructor(starts: Uint32Array, postings: Uint32Array) {
    this.starts = starts
    this.postings = postings
    this.#shift = 32 - Math.round(Math.log2(starts.length - 1))
  }

  /** Adds, for each key, the length of its list and of a few others that are looked through with it. */
  addLengths(keys: Uint32Array, lengths: Uint32Array): void {
    const { starts } = this
    for (let at = 0; at < keys.length; at++) {
      const bucket = Math.imul(keys[at]!, spread) >>> this.#shift
      lengths[at]! += starts[bucket + 1]! - starts[bucket]!
    }
  }

  /** Counts each entry of the keys' lists, `base` being the segment's first. There are fewer than 256 keys. */
  tally(keys: Uint32Array, base: number, into: Tally): void {
    const { postings, starts } = this
    const [from, to, first] = [this.#from, this.#to, this.#first]
    // Each list is somewhere else in memory: asked for one after the other, before anything is done with any of them, they
    // come at the same time.
    for (let at = 0; at < keys.length; at++) {
      const bucket = Math.imul(keys[at]!, spread) >>> this.#shift
      from[at] = starts[bucket]!
      to[at] = starts[bucket + 1]!
    }
    for (let at = 0; at < keys.length; at++) first[at] = postings[from[at]!]!
    for (let at = 0; at < keys.length; at++) {
      const tag = (Math.imul(keys[at]!, spread) << 16) >>> 16
      const end = to[at]!
      for (let place = from[at]!, posting = first[at]!; place < end; posting = postings[++place]!) {
        if (posting >>> 16 === tag) into.add(base + (posting & 0xffff))
      }
    }
  }
}

/** A counting sort in steps, so that no piece waits for all of it. */
export class Sealing {
  readonly #open: OpenPostings
  readonly #shift: number
  readonly #starts: Uint32Array
  readonly #postings: Uint32Array
  /** Slots counted and placed so far, together. */
  #done = 0

  /** Nothing may be added to `open` from then on. */
  constructor(open: OpenPostings) {
    const bits = bitsFor(open.size)
    this.#open = open
    this.#shift = 32 - bits
    this.#starts = new Uint32Array(2 ** bits + 1)
    this.#postings = new Uint32Array(open.size)
  }

  /** Goes on for so many slots; answers what is made when it is done. */
  step(slots: number): SealedPostings | undefined {
    const size = this.#open.slots
    const end = Math.min(size * 2, this.#done + slots)
    for (; this.#done < end; this.#done++) {
      if (this.#done === size) this.#sumUp()
      if (this.#done < size) this.#open.visitSlot(this.#done, this.#count)
      else this.#open.visitSlot(this.#done - size, this.#place)
    }
    return this.#done < size * 2 ? undefined : new SealedPostings(this.#starts, this.#postings)
  }

  readonly #count = (key: number): void => {
    this.#starts[Math.imul(key, spread) >>> this.#shift]!++
  }

  /** Each bucket's count becomes its end; placing goes backward from there, to its start. */
  #sumUp(): void {
    const starts = this.#starts
    for (let bucket = 1; bucket < starts.length; bucket++) starts[bucket]! += starts[bucket - 1]!
  }

  readonly #place = (key: number, entry: number): void => {
    const mixed = Math.imul(key, spread)
    const place = --this.#starts[mixed >>> this.#shift]!
    this.#postings[place] = (mixed << 16) | entry
  }
}
