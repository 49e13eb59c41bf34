// Entries by their band keys: which of them share a band with a set. Five bytes an entry and band, in segments, so that
// nothing is ever moved as more come.

const segmentEntries = 65_535
const slots = 65_536

interface Segment {
  /** By band and slot: the last entry put there, from 1. */
  readonly heads: Uint16Array
  /** By entry and band: the one put there before. */
  readonly before: Uint16Array
  /** By entry and band: bits of the key that the slot does not tell. */
  readonly tags: Uint8Array
}

/** Entries that one slot is searched for: only pieces that are all alike make so many. */
const chainMax = 256

export class BandTable {
  readonly #bands: number
  readonly #segments: Array<Segment> = []
  #size = 0

  constructor(bands: number) {
    this.#bands = bands
  }

  get size(): number {
    return this.#size
  }

  /** Answers the entry's number, from 0. A set without keys is counted and never found. */
  add(keys: Uint32Array): number {
    const entry = this.#size++
    const local = entry % segmentEntries
    if (local === 0) {
      this.#segments.push({
        heads: new Uint16Array(slots * this.#bands),
        before: new Uint16Array(segmentEntries * this.#bands),
        tags: new Uint8Array(segmentEntries * this.#bands)
      })
    }
    const { before, heads, tags } = this.#segments.at(-1)!
    for (let band = 0; band < keys.length; band++) {
      const key = keys[band]!
      const head = band * slots + (key & (slots - 1))
      const place = local * this.#bands + band
      before[place] = heads[head]!
      tags[place] = key >>> 24
      heads[head] = local + 1
    }
    return entry
  }

  /** Entries that share a band, with how many they share. */
  find(keys: Uint32Array): Map<number, number> {
    const shared = new Map<number, number>()
    this.#segments.forEach(({ before, heads, tags }, index) => {
      const base = index * segmentEntries
      for (let band = 0; band < keys.length; band++) {
        const key = keys[band]!
        const tag = key >>> 24
        let at = heads[band * slots + (key & (slots - 1))]!
        for (let steps = 0; at !== 0 && steps < chainMax; steps++) {
          const place = (at - 1) * this.#bands + band
          if (tags[place] === tag) {
            const entry = base + at - 1
            shared.set(entry, (shared.get(entry) ?? 0) + 1)
          }
          at = before[place]!
        }
      }
    })
    return shared
  }
}
