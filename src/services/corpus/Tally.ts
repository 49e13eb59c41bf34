// How many members of a sketch each entry shares: counts by entry, and which of them are not 0.

export class Tally {
  /** By entry. A sketch has fewer than 256 members. */
  #counts = new Uint8Array(1024)
  #touched = new Uint32Array(1024)
  #size = 0

  /** Room for so many entries; nothing may be counted at the time. */
  reserve(entries: number): void {
    if (entries <= this.#counts.length) return
    this.#counts = new Uint8Array(entries * 2)
    this.#touched = new Uint32Array(entries * 2)
  }

  add(entry: number): void {
    if (this.#counts[entry]!++ === 0) this.#touched[this.#size++] = entry
  }

  /** Visits the entries that were counted, each once, and forgets them. */
  drain(visit: (entry: number, count: number) => void): void {
    const counts = this.#counts
    for (let at = 0; at < this.#size; at++) {
      const entry = this.#touched[at]!
      visit(entry, counts[entry]!)
      counts[entry] = 0
    }
    this.#size = 0
  }
}
