// The lines of the masters that do not stand, noted by their slugs as the masters are read: for the index, which leads to
// every line of a slug.
import { fingerprintWords, SlugPrint } from "../items/Fingerprint.ts"
import type { MasterLine } from "./MasterLine.ts"
import { sortEntries } from "./SortedSlugs.ts"
import type { SortedEntries } from "./SortedSlugs.ts"
import type { Change } from "./Standing.ts"

const capacityMin = 16

/** 24 bytes for each. */
export class OtherLines {
  #prints = new Uint32Array(capacityMin * fingerprintWords)
  #places = new Float64Array(capacityMin)
  #count = 0
  readonly #print = new SlugPrint()

  /** A line, its place, and what it changed. Lines that stood once are noted, too, though some of them stand again. */
  note({ slugBytes, slugEnd, slugStart }: MasterLine, place: number, change: Change): void {
    const { after, before } = change
    if (Number.isNaN(before)) return
    this.#print.ofBytes(slugBytes, slugStart, slugEnd)
    if (before !== after) this.#add(before)
    if (place !== after) this.#add(place)
  }

  /** In the order of their fingerprints. */
  get sorted(): SortedEntries {
    return sortEntries(this.#count, (visit) => {
      for (let n = 0; n < this.#count; n++) {
        visit(this.#prints, n * fingerprintWords, this.#places[n]!)
      }
    })
  }

  #add(place: number): void {
    if (this.#count === this.#places.length) this.#grow()
    this.#prints.set(this.#print.words, this.#count * fingerprintWords)
    this.#places[this.#count++] = place
  }

  #grow(): void {
    const places = new Float64Array(2 * this.#places.length)
    places.set(this.#places)
    this.#places = places
    const prints = new Uint32Array(2 * this.#prints.length)
    prints.set(this.#prints)
    this.#prints = prints
  }
}
