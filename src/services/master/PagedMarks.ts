// Bits by index, eight each: memory follows what is set, and nothing is copied when it grows.
const pageSize = 4096

export class PagedMarks {
  readonly #pages: Array<Uint8Array | undefined> = []

  /** Whether any of the bits is set. */
  has(index: number, bits: number): boolean {
    const page = this.#pages[Math.floor(index / pageSize)]
    return page !== undefined && (page[index % pageSize]! & bits) !== 0
  }

  /** Sets the bits; answers whether any of them was set before. */
  mark(index: number, bits: number): boolean {
    const page = this.#pages[Math.floor(index / pageSize)] ??= new Uint8Array(pageSize)
    const before = page[index % pageSize]!
    page[index % pageSize] = before | bits
    return (before & bits) !== 0
  }
}
