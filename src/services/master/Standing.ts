// Which line stands for each slug: its newest record, or its newest reject where it has none or a demotion took it back.
//
// The newest is decided by time, and on a tie by position. An ordinary reject is beaten by any record of its slug. A
// demotion beats the records that are not newer than it, and no others: a record that comes later stands again.
import { makeSlugTable } from "../items/SlugTable.ts"
import type { MasterLine } from "./MasterLine.ts"
import { PagedNumbers } from "./PagedNumbers.ts"

/** What one line changed for its slug: the positions of the lines that stood before and stand now; NaN for none. */
export interface Change {
  readonly before: number
  readonly after: number
}

/** Some 50 bytes a slug, never the lines. Positions are numbers that no two lines share. */
export class Standing {
  readonly #slugs = makeSlugTable()
  readonly #recordMs = new PagedNumbers()
  readonly #recordAt = new PagedNumbers()
  readonly #rejectMs = new PagedNumbers()
  readonly #rejectAt = new PagedNumbers()
  readonly #demotedMs = new PagedNumbers()
  /** One for all offers: a million objects cost more than the work. */
  readonly #change = { before: Number.NaN, after: Number.NaN }

  /** The answer holds until the next offer. */
  offerRecord(line: MasterLine, position: number): Change {
    const index = this.#numberOf(line)
    this.#change.before = this.#positionOf(index)
    const { atMs } = line
    if (isNewer(atMs, position, this.#recordMs.get(index), this.#recordAt.get(index))) {
      this.#recordMs.set(index, atMs)
      this.#recordAt.set(index, position)
    }
    this.#change.after = this.#positionOf(index)
    return this.#change
  }

  /** The answer holds until the next offer. */
  offerReject(line: MasterLine, position: number): Change {
    const index = this.#numberOf(line)
    this.#change.before = this.#positionOf(index)
    const { atMs, demotes } = line.meta
    if (isNewer(atMs, position, this.#rejectMs.get(index), this.#rejectAt.get(index))) {
      this.#rejectMs.set(index, atMs)
      this.#rejectAt.set(index, position)
    }
    // A comparison with none is false.
    if (demotes !== undefined && !(atMs <= this.#demotedMs.get(index))) {
      this.#demotedMs.set(index, atMs)
    }
    this.#change.after = this.#positionOf(index)
    return this.#change
  }

  /** Different slugs. */
  get size(): number {
    return this.#slugs.size
  }

  /**
   * Every slug, by its fingerprint (see `SlugTable.visitPrints`), with the position of the line that stands for it.
   * `isDemotion`: that line is a reject, and a demotion took back the records of its slug so far.
   */
  visitStanding(
    visit: (prints: Uint32Array, at: number, position: number, isDemotion: boolean) => void
  ): void {
    this.#slugs.visitPrints((prints, at, index) => {
      const position = this.#positionOf(index)
      const isDemotion = position !== this.#recordAt.get(index) &&
        !Number.isNaN(this.#demotedMs.get(index))
      visit(prints, at, position, isDemotion)
    })
  }

  /** The line that stands for a slug. */
  #positionOf(index: number): number {
    const record = this.#recordAt.get(index)
    const isDemoted = this.#demotedMs.get(index) >= this.#recordMs.get(index)
    return Number.isNaN(record) || isDemoted ? this.#rejectAt.get(index) : record
  }

  #numberOf(line: MasterLine): number {
    const next = this.#slugs.size
    return this.#slugs.addBytes(line.slugBytes, line.slugStart, line.slugEnd, next) ?? next
  }
}

const isNewer = (atMs: number, position: number, thanMs: number, than: number): boolean =>
  Number.isNaN(than) || atMs > thanMs || (atMs === thanMs && position >= than)
