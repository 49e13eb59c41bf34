// Which line of each slug is the newest: by time, and on a tie by position. A few tens of bytes a slug, never the lines.
import { makeSlugTable } from "../items/SlugTable.ts"
import type { MasterLine } from "./MasterLine.ts"

const CAPACITY_MIN = 16

/** The newest line of each slug among all that were offered. Positions are numbers that no two lines share. */
export class Newest {
  readonly #table = makeSlugTable()
  #timesMs = new Float64Array(CAPACITY_MIN)
  #positions = new Float64Array(CAPACITY_MIN)

  /** Slugs seen. */
  get size(): number {
    return this.#table.size
  }

  /** Takes the line at `position` into account. Answers the position of the line it superseded, if it did. */
  offer(line: MasterLine, position: number): number | undefined {
    const next = this.#table.size
    const index = this.#table.addBytes(line.slugBytes, line.slugStart, line.slugEnd, next)
    const atMs = line.meta.atMs
    if (index === undefined) {
      if (next === this.#timesMs.length) this.#grow()
      this.#timesMs[next] = atMs
      this.#positions[next] = position
      return undefined
    }
    const before = this.#positions[index]!
    const newest = this.#timesMs[index]!
    if (atMs < newest || (atMs === newest && position < before)) return undefined
    this.#timesMs[index] = atMs
    this.#positions[index] = position
    return before
  }

  /** Where the newest line of this line's slug stands; undefined for a slug never offered. */
  positionOf(line: MasterLine): number | undefined {
    const index = this.#table.getBytes(line.slugBytes, line.slugStart, line.slugEnd)
    return index === undefined ? undefined : this.#positions[index]
  }

  #grow(): void {
    const timesMs = new Float64Array(this.#timesMs.length * 2)
    timesMs.set(this.#timesMs)
    this.#timesMs = timesMs
    const positions = new Float64Array(this.#positions.length * 2)
    positions.set(this.#positions)
    this.#positions = positions
  }
}
