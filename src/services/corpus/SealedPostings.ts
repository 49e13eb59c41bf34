// Which pieces of a full segment have a shingle in their sketch: sorted into buckets, four bytes a posting and half a
// byte more. It changes no more, so that it is written to a file and read back as it is.

const bitsMin = 16
const bitsMax = 22
const bucketUsual = 8
/** Odd: multiplying by it is undone by no two keys alike. */
const spread = 0x9e3779b1

const bitsFor = (postings: number): number =>
  Math.max(bitsMin, Math.min(bitsMax, Math.ceil(Math.log2(Math.max(1, postings / bucketUsual)))))

export class SealedPostings {
  /** By bucket: where its postings begin; one more for the end of the last. */
  readonly starts: Uint32Array
  /** The low 16 bits of the spread key, then the entry in the segment. The bucket tells the high ones. */
  readonly postings: Uint32Array
  readonly #shift: number

  constructor(starts: Uint32Array, postings: Uint32Array) {
    this.starts = starts
    this.postings = postings
    this.#shift = 32 - Math.round(Math.log2(starts.length - 1))
  }

  visit(key: number, base: number, found: (entry: number) => void): void {
    const mixed = Math.imul(key, spread)
    const bucket = mixed >>> this.#shift
    const tag = (mixed << 16) >>> 16
    const end = this.starts[bucket + 1]!
    for (let at = this.starts[bucket]!; at < end; at++) {
      const posting = this.postings[at]!
      if (posting >>> 16 === tag) found(base + (posting & 0xffff))
    }
  }
}

/** A counting sort in steps, so that no piece waits for all of it. */
export class Sealing {
  readonly #keys: Uint32Array
  readonly #entries: Uint16Array
  readonly #shift: number
  readonly #starts: Uint32Array
  readonly #postings: Uint32Array
  /** Postings counted and placed so far, together. */
  #done = 0

  constructor(keys: Uint32Array, entries: Uint16Array) {
    const bits = bitsFor(keys.length)
    this.#keys = keys
    this.#entries = entries
    this.#shift = 32 - bits
    this.#starts = new Uint32Array(2 ** bits + 1)
    this.#postings = new Uint32Array(keys.length)
  }

  /** Goes on for so many postings; answers what is made when it is done. */
  step(postings: number): SealedPostings | undefined {
    const size = this.#keys.length
    const end = Math.min(size * 2, this.#done + postings)
    while (this.#done < Math.min(size, end)) {
      this.#count(this.#keys[this.#done++]!)
      if (this.#done === size) this.#sumUp()
    }
    while (this.#done < end) this.#place(this.#done++ - size)
    return this.#done < size * 2 ? undefined : new SealedPostings(this.#starts, this.#postings)
  }

  #count(key: number): void {
    this.#starts[Math.imul(key, spread) >>> this.#shift]!++
  }

  /** Each bucket's count becomes its end; placing goes backward from there, to its start. */
  #sumUp(): void {
    const starts = this.#starts
    for (let bucket = 1; bucket < starts.length; bucket++) starts[bucket]! += starts[bucket - 1]!
  }

  #place(at: number): void {
    const mixed = Math.imul(this.#keys[at]!, spread)
    const place = --this.#starts[mixed >>> this.#shift]!
    this.#postings[place] = (mixed << 16) | this.#entries[at]!
  }
}
