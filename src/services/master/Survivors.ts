// Which lines of the three masters a consolidation keeps: the newest of each slug, and no reject of a slug that has a success.
import type { MasterLine } from "./MasterLine.ts"
import { Newest } from "./Newest.ts"

export type MasterName = "updates" | "successes" | "rejects"

/** A number of bytes or lines for each master. */
export type PerMaster = { readonly [name in MasterName]: number }

export const nothing: PerMaster = { updates: 0, successes: 0, rejects: 0 }

/**
 * Positions in `successes` count from here, below all of `updates`: two files of one log hold the same lines, and the
 * one in `updates`, which is written first, is the one that is kept.
 */
const successesBase = -(2 ** 52)

const positionOf = (name: MasterName, offset: number): number =>
  name === "successes" ? successesBase + offset : offset

/**
 * Takes the lines as they are read, in any number of rounds, and says which of them survive what was read so far.
 * `markWritten` tells that the survivors below some offsets were copied; from then on `stale` says whether a line that
 * came later made one of those copies superfluous.
 */
export class Survivors {
  readonly #accepted = new Newest()
  readonly #rejected = new Newest()
  #written: PerMaster = nothing
  #stale = false
  #redundant = false

  /** Slugs that have a record. */
  get acceptedSlugs(): number {
    return this.#accepted.size
  }

  get stale(): boolean {
    return this.#stale
  }

  /** Whether `updates` or `rejects` has a line that does not survive. */
  get redundant(): boolean {
    return this.#redundant
  }

  /** A line that is neither blank nor corrupt, with its byte offset. */
  offer(name: MasterName, line: MasterLine, offset: number): void {
    if (name === "rejects") this.#offerReject(line, offset)
    else this.#offerRecord(name, line, offset)
  }

  #offerReject(line: MasterLine, offset: number): void {
    const rejected = this.#rejected.size
    const superseded = this.#accepted.positionOf(line) === undefined
      ? this.#rejected.offer(line, offset)
      : undefined
    if (superseded !== undefined && superseded < this.#written.rejects) this.#stale = true
    if (this.#rejected.size === rejected) this.#redundant = true
  }

  #offerRecord(name: MasterName, line: MasterLine, offset: number): void {
    const accepted = this.#accepted.size
    const superseded = this.#accepted.offer(line, positionOf(name, offset))
    if (superseded !== undefined && this.#isWritten(superseded)) this.#stale = true
    if (this.#accepted.size === accepted) {
      if (name === "updates") this.#redundant = true
      return
    }
    const rejected = this.#rejected.positionOf(line)
    if (rejected === undefined) return
    this.#redundant = true
    if (rejected < this.#written.rejects) this.#stale = true
  }

  survives(name: MasterName, line: MasterLine, offset: number): boolean {
    const accepted = this.#accepted.positionOf(line)
    if (name !== "rejects") return accepted === positionOf(name, offset)
    return accepted === undefined && this.#rejected.positionOf(line) === offset
  }

  markWritten(sizes: PerMaster): void {
    this.#written = sizes
    this.#stale = false
  }

  #isWritten(position: number): boolean {
    return position >= 0
      ? position < this.#written.updates
      : position - successesBase < this.#written.successes
  }
}
