// Which line stands for each slug: its newest record, or its newest reject where it has none or a demotion took it back.
//
// The newest is decided by time, and on a tie by position. An ordinary reject is beaten by any record of its slug. A
// demotion beats the records that are not newer than it, and no others: a record that comes later stands again.
import { makeSlugTable } from "../items/SlugTable.ts"
import type { MasterLine } from "./MasterLine.ts"

const CAPACITY_MIN = 16
const none = Number.NaN

/** The line that stands for a slug. Positions are numbers that no two lines of a kind share. */
export interface Stands {
  readonly kind: "record" | "reject"
  readonly position: number
}

/** Some 70 bytes a slug, never the lines. */
export class Standing {
  readonly #slugs = makeSlugTable()
  #capacity = CAPACITY_MIN
  #recordMs = new Float64Array(CAPACITY_MIN)
  #recordAt = new Float64Array(CAPACITY_MIN).fill(none)
  #rejectMs = new Float64Array(CAPACITY_MIN)
  #rejectAt = new Float64Array(CAPACITY_MIN).fill(none)
  #demotedMs = new Float64Array(CAPACITY_MIN).fill(none)

  /** Slugs seen. */
  get size(): number {
    return this.#slugs.size
  }

  offerRecord(line: MasterLine, position: number): void {
    const index = this.#numberOf(line)
    const { atMs } = line.meta
    const before = this.#recordAt[index]!
    if (isNewer(atMs, position, this.#recordMs[index]!, before)) {
      this.#recordMs[index] = atMs
      this.#recordAt[index] = position
    }
  }

  offerReject(line: MasterLine, position: number): void {
    const index = this.#numberOf(line)
    const { atMs, demotes } = line.meta
    if (isNewer(atMs, position, this.#rejectMs[index]!, this.#rejectAt[index]!)) {
      this.#rejectMs[index] = atMs
      this.#rejectAt[index] = position
    }
    // A comparison with none is false.
    if (demotes !== undefined && !(atMs <= this.#demotedMs[index]!)) this.#demotedMs[index] = atMs
  }

  /** What stands for the slug of the line; undefined for a slug never offered. */
  of(line: MasterLine): Stands | undefined {
    const index = this.#slugs.getBytes(line.slugBytes, line.slugStart, line.slugEnd)
    if (index === undefined) return undefined
    const record = this.#recordAt[index]!
    const isDemoted = this.#demotedMs[index]! >= this.#recordMs[index]!
    return Number.isNaN(record) || isDemoted
      ? { kind: "reject", position: this.#rejectAt[index]! }
      : { kind: "record", position: record }
  }

  #numberOf(line: MasterLine): number {
    const next = this.#slugs.size
    const known = this.#slugs.addBytes(line.slugBytes, line.slugStart, line.slugEnd, next)
    if (known !== undefined) return known
    if (next === this.#capacity) this.#grow()
    return next
  }

  #grow(): void {
    const length = this.#capacity * 2
    const grown = (values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
      const larger = new Float64Array(length).fill(none, values.length)
      larger.set(values)
      return larger
    }
    this.#capacity = length
    this.#recordMs = grown(this.#recordMs)
    this.#recordAt = grown(this.#recordAt)
    this.#rejectMs = grown(this.#rejectMs)
    this.#rejectAt = grown(this.#rejectAt)
    this.#demotedMs = grown(this.#demotedMs)
  }
}

const isNewer = (atMs: number, position: number, thanMs: number, than: number): boolean =>
  Number.isNaN(than) || atMs > thanMs || (atMs === thanMs && position >= than)
