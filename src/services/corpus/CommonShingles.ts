// Which shingles so many pieces have that they are common: counted in every eighth piece, in bounded memory.
//
// Two rows of counters by different hashes, of which the lower one counts (a count-min sketch): never too few.
import type { NumberArray, SavedArrays } from "./NumberArrays.ts"
import { segmentEntries, listMax } from "./postingLimits.ts"

const every = 8
const slotBits = 21
const slots = 2 ** slotBits
const shift = 32 - slotBits
const countMax = 255
/** Fewer common shingles in a row are a turn of phrase, no common text. */
const rowMin = 4
/** Expected of a shingle whose list is just full, halved: chance must not hide it. */
const countPerSegment = listMax / every / 2

const firstPlace = (member: number): number => member >>> shift
const secondPlace = (member: number): number => slots + (Math.imul(member, 0x85ebca6b) >>> shift)

export class CommonShingles {
  #counts: Uint8Array = new Uint8Array(slots * 2)

  save(): ReadonlyArray<NumberArray> {
    return [this.#counts]
  }

  restore(saved: SavedArrays): void {
    this.#counts = saved.take(Uint8Array)
  }

  add(entry: number, set: Uint32Array): void {
    if (entry % every !== 0) return
    const counts = this.#counts
    for (const member of set) {
      const first = firstPlace(member)
      const second = secondPlace(member)
      if (counts[first]! < countMax) counts[first]!++
      if (counts[second]! < countMax) counts[second]!++
    }
  }

  /**
   * How many members of the texts, each counted once, are common text: stand in a row of common ones, as a template's
   * sentences do. Turns of phrase that many pieces have here and there are none.
   */
  countIn(texts: ReadonlyArray<Uint32Array>, entries: number): number {
    const counts = this.#counts
    const enough = Math.min(countMax, countPerSegment * Math.ceil(entries / segmentEntries))
    const isCommon = (member: number): boolean =>
      counts[firstPlace(member)]! >= enough && counts[secondPlace(member)]! >= enough
    const common = new Set<number>()
    for (const text of texts) {
      let row: Array<number> = []
      for (const member of text) {
        if (!isCommon(member)) row = []
        else if (row.push(member) === rowMin) row.forEach((each) => common.add(each))
        else if (row.length > rowMin) common.add(member)
      }
    }
    return common.size
  }
}
