// Which pieces have a shingle in their sketch, in segments, so that nothing is moved as more come.
import { OpenPostings } from "./OpenPostings.ts"
import { segmentEntries } from "./postingLimits.ts"
import type { SealedPostings, Sealing } from "./SealedPostings.ts"

/** An entry that shares so many members of its sketch. */
export interface Sharing {
  readonly entry: number
  readonly shared: number
}

/** A full segment is sealed with the pieces that come after it, so many postings with each. */
const sealingStep = 16_384

export class Postings {
  readonly #sealed: Array<SealedPostings> = []
  /** The segment before the newest while it is being sealed. */
  #closing: { readonly open: OpenPostings; readonly sealing: Sealing } | undefined
  #open = new OpenPostings()
  #size = 0
  /** Of each shingle that not every piece with it is listed for: the least size of those sets. */
  readonly #sizeMin = new Map<number, number>()
  /** Scratch: by entry how many members it shares, and the entries that share any. */
  #counts = new Uint8Array(1024)
  #touched = new Uint32Array(1024)

  get size(): number {
    return this.#size
  }

  /** Answers the entry's number, from 0. */
  add(sketch: Uint32Array, setSize: number): number {
    this.#goOnSealing(sealingStep)
    if (this.#size > 0 && this.#size % segmentEntries === 0) {
      this.#goOnSealing(Infinity)
      this.#closing = { open: this.#open, sealing: this.#open.seal() }
      this.#open = new OpenPostings()
    }
    this.#open.add(sketch, setSize, (key, sizeMin) => {
      const before = this.#sizeMin.get(key)
      if (before === undefined || sizeMin < before) this.#sizeMin.set(key, sizeMin)
    })
    if (this.#size === this.#counts.length) this.#counts = new Uint8Array(this.#size * 2)
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

  /** Entries that share at least so many members with the sketch. */
  find(sketch: Uint32Array, sharedMin: number): ReadonlyArray<Sharing> {
    const counts = this.#counts
    const enough: Array<number> = []
    let touched = 0
    const found = (entry: number): void => {
      const count = ++counts[entry]!
      if (count === sharedMin) enough.push(entry)
      if (count > 1) return
      if (touched === this.#touched.length) this.#growTouched()
      this.#touched[touched++] = entry
    }
    this.#sealed.forEach((segment, index) => {
      for (const key of sketch) segment.visit(key, index * segmentEntries, found)
    })
    let base = this.#sealed.length * segmentEntries
    if (this.#closing !== undefined) {
      for (const key of sketch) this.#closing.open.visit(key, base, found)
      base += segmentEntries
    }
    for (const key of sketch) this.#open.visit(key, base, found)
    const sharing = enough.map((entry) => ({ entry, shared: counts[entry]! }))
    for (let at = 0; at < touched; at++) counts[this.#touched[at]!] = 0
    return sharing
  }

  #goOnSealing(postings: number): void {
    const sealed = this.#closing?.sealing.step(postings)
    if (sealed === undefined) return
    this.#sealed.push(sealed)
    this.#closing = undefined
  }

  #growTouched(): void {
    const before = this.#touched
    this.#touched = new Uint32Array(before.length * 2)
    this.#touched.set(before)
  }
}
