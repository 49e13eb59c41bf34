// Numbers by index, NaN where none was set: memory follows what is set, and nothing is copied when it grows.
//
// Whole numbers that lie near the first one of their page (costs, times, places) take 4 bytes each; a page that gets
// any other takes 8 from then on.
const pageSize = 4096

/** A number is its page's base and its code, which is `codeMin` or more. */
const codeMin = 2
const codeMax = 0xffff_ffff
const codeOfNone = 0
/** `-Infinity`: the time of a line that has none, which may stand among others. */
const codeOfLowest = 1

interface NearPage {
  /** NaN as long as no finite number was set. */
  base: number
  readonly codes: Uint32Array
}

/** So that the numbers on both sides can be said, or all that take 32 bits. */
const baseFor = (value: number): number =>
  value >= 0 && value <= codeMax - codeMin ? -codeMin : value - 2 ** 31

const numberOf = ({ base, codes }: NearPage, at: number): number => {
  const code = codes[at]!
  if (code >= codeMin) return base + code
  return code === codeOfNone ? Number.NaN : -Infinity
}

/** Answers whether the number can be said on this page. */
const setNear = (page: NearPage, at: number, value: number): boolean => {
  let code = codeOfLowest
  if (value !== -Infinity) {
    if (!Number.isSafeInteger(value)) return false
    if (Number.isNaN(page.base)) page.base = baseFor(value)
    code = value - page.base
    if (code < codeMin || code > codeMax) return false
  }
  page.codes[at] = code
  return true
}

export class PagedNumbers {
  readonly #near: Array<NearPage | undefined> = []
  readonly #wide: Array<Float64Array | undefined> = []

  get(index: number): number {
    const at = Math.floor(index / pageSize)
    const near = this.#near[at]
    if (near !== undefined) return numberOf(near, index % pageSize)
    const wide = this.#wide[at]
    return wide === undefined ? Number.NaN : wide[index % pageSize]!
  }

  set(index: number, value: number): void {
    const at = Math.floor(index / pageSize)
    const wide = this.#wide[at]
    if (wide !== undefined) {
      wide[index % pageSize] = value
      return
    }
    const near = this.#near[at] ??= { base: Number.NaN, codes: new Uint32Array(pageSize) }
    if (setNear(near, index % pageSize, value)) return
    this.#near[at] = undefined
    const widened = this.#wide[at] = Float64Array.from(
      near.codes,
      (_code, each) => numberOf(near, each)
    )
    widened[index % pageSize] = value
  }
}
