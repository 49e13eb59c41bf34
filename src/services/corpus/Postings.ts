// Which pieces have a shingle in their sketch, in segments, so that nothing is moved as more come.
import type { NumberArray, SavedArrays } from "./NumberArrays.ts"
import { OpenPostings } from "./OpenPostings.ts"
import { segmentEntries } from "./postingLimits.ts"
import { SealedPostings, Sealing } from "./SealedPostings.ts"
import { Tally } from "./Tally.ts"

/** A full segment is sealed with the pieces that come after it, so many slots of its table with each. */
const sealingStep = 16_384

export class Postings {
  readonly #sealed: Array<SealedPostings> = []
  /** The segment before the newest while it is being sealed. */
  #closing: { readonly open: OpenPostings; readonly sealing: Sealing } | undefined
  #open = new OpenPostings()
  #size = 0
  /** By segment, the size of the smallest set in it. */
  #smallest: Array<number> = [Infinity]
  /** Of each shingle that not every piece with it is listed for: the least size of those sets. */
  readonly #sizeMin = new Map<number, number>()
  readonly #tally = new Tally()
  readonly #segmentEntries: number

  constructor(segment = segmentEntries) {
    this.#segmentEntries = segment
  }

  /** What is being sealed is sealed first. */
  save(): ReadonlyArray<NumberArray> {
    this.#goOnSealing(Infinity)
    return [
      Uint32Array.of(this.#size, this.#sealed.length),
      Float64Array.from(this.#smallest),
      Uint32Array.from([...this.#sizeMin].flat()),
      ...this.#sealed.flatMap(({ postings, starts }) => [starts, postings]),
      ...this.#open.save()
    ]
  }

  restore(saved: SavedArrays): void {
    const [size, sealed] = saved.take(Uint32Array)
    this.#size = size!
    this.#smallest = [...saved.take(Float64Array)]
    this.#tally.reserve(this.#size)
    const sizeMin = saved.take(Uint32Array)
    for (let at = 0; at < sizeMin.length; at += 2) this.#sizeMin.set(sizeMin[at]!, sizeMin[at + 1]!)
    for (let segment = 0; segment < sealed!; segment++) {
      this.#sealed.push(new SealedPostings(saved.take(Uint32Array), saved.take(Uint32Array)))
    }
    this.#open.restore(saved)
  }

  get size(): number {
    return this.#size
  }

  /** Answers the entry's number, from 0. */
  add(sketch: Uint32Array, setSize: number): number {
    this.#goOnSealing(sealingStep)
    if (this.#size > 0 && this.#size % this.#segmentEntries === 0) {
      this.#goOnSealing(Infinity)
      this.#closing = { open: this.#open, sealing: new Sealing(this.#open) }
      this.#open = new OpenPostings()
      this.#smallest.push(Infinity)
    }
    const newest = this.#smallest.length - 1
    this.#smallest[newest] = Math.min(this.#smallest[newest]!, setSize)
    this.#open.add(sketch, setSize, (key, sizeMin) => {
      const before = this.#sizeMin.get(key)
      if (before === undefined || sizeMin < before) this.#sizeMin.set(key, sizeMin)
    })
    this.#tally.reserve(this.#size + 1)
    return this.#size++
  }

  /** The sketch's members that all pieces are listed for, and the least size of sets that may be missing for others. */
  split(sketch: Uint32Array): { readonly listed: Uint32Array; readonly unlistedFrom: number } {
    let unlistedFrom = Infinity
    const listed = sketch.filter((key) => {
      const sizeMin = this.#sizeMin.get(key)
      if (sizeMin !== undefined && sizeMin < unlistedFrom) unlistedFrom = sizeMin
      return sizeMin === undefined
    })
    return { listed, unlistedFrom }
  }

  /** Postings that have to be looked at to find those of a key, by key. */
  lengths(keys: Uint32Array): Uint32Array {
    const lengths = new Uint32Array(keys.length)
    for (const segment of this.#segments()) segment.addLengths(keys, lengths)
    return lengths
  }

  /**
   * Visits every entry that shares members with the sketch, once, with how many. Segments without sets below the size are
   * left out.
   */
  visitSharing(
    sketch: Uint32Array,
    sizeBelow: number,
    visit: (entry: number, shared: number) => void
  ): void {
    const tally = this.#tally
    for (const [at, segment] of this.#segments().entries()) {
      if (this.#smallest[at]! >= sizeBelow) continue
      segment.tally(sketch, at * this.#segmentEntries, tally)
    }
    tally.drain(visit)
  }

  #segments(): ReadonlyArray<SealedPostings | OpenPostings> {
    const closing = this.#closing === undefined ? [] : [this.#closing.open]
    return [...this.#sealed, ...closing, this.#open]
  }

  #goOnSealing(slots: number): void {
    const sealed = this.#closing?.sealing.step(slots)
    if (sealed === undefined) return
    this.#sealed.push(sealed)
    this.#closing = undefined
  }
}
