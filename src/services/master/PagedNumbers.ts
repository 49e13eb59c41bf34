// Numbers by index, NaN where none was set: memory follows what is set, and nothing is copied when it grows.
const pageSize = 4096

export class PagedNumbers {
  readonly #pages: Array<Float64Array | undefined> = []

  get(index: number): number {
    const page = this.#pages[Math.floor(index / pageSize)]
    return page === undefined ? Number.NaN : page[index % pageSize]!
  }

  set(index: number, value: number): void {
    const at = Math.floor(index / pageSize)
    const page = this.#pages[at] ??= new Float64Array(pageSize).fill(Number.NaN)
    page[index % pageSize] = value
  }
}
