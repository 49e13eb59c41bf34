// Which lines of the three masters a consolidation keeps: of each slug the one that stands.
import type { MasterLine } from "./MasterLine.ts"
import type { Stands } from "./Standing.ts"
import { Standing } from "./Standing.ts"

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

const isSame = (a: Stands | undefined, b: Stands | undefined): boolean =>
  a?.kind === b?.kind && a?.position === b?.position

/**
 * Takes the lines as they are read, in any number of rounds, and says which of them survive what was read so far.
 * `markWritten` tells that the survivors below some offsets were copied; from then on `stale` says whether a line that
 * came later made those copies wrong: one of them is superfluous, or one is missing.
 */
export class Survivors {
  readonly #standing = new Standing()
  #acceptedSlugs = 0
  /** Lines of `updates` and `rejects` that were offered. */
  #offered = 0
  #written: PerMaster = nothing
  #stale = false

  /** Slugs for which a record stands. */
  get acceptedSlugs(): number {
    return this.#acceptedSlugs
  }

  get stale(): boolean {
    return this.#stale
  }

  /**
   * Whether `updates` or `rejects` has a line that does not survive: of each slug one line does. Where a slug is in
   * `successes` alone, the two masters differ anyway.
   */
  get redundant(): boolean {
    return this.#offered > this.#standing.size
  }

  /** A line that is neither blank nor corrupt, with its byte offset. */
  offer(name: MasterName, line: MasterLine, offset: number): void {
    const before = this.#standing.of(line)
    if (name === "rejects") this.#standing.offerReject(line, offset)
    else this.#standing.offerRecord(line, positionOf(name, offset))
    if (name !== "successes") this.#offered++
    const after = this.#standing.of(line)
    if (isSame(before, after)) return
    if (before?.kind === "record") this.#acceptedSlugs--
    if (after?.kind === "record") this.#acceptedSlugs++
    if (this.#isWritten(before) || this.#isWritten(after)) this.#stale = true
  }

  survives(name: MasterName, line: MasterLine, offset: number): boolean {
    const kind = name === "rejects" ? "reject" : "record"
    return isSame(this.#standing.of(line), { kind, position: positionOf(name, offset) })
  }

  markWritten(sizes: PerMaster): void {
    this.#written = sizes
    this.#stale = false
  }

  /** Whether a line stands where the copying has been already. */
  #isWritten(stands: Stands | undefined): boolean {
    if (stands === undefined) return false
    const { kind, position } = stands
    if (kind === "reject") return position < this.#written.rejects
    return position >= 0
      ? position < this.#written.updates
      : position - successesBase < this.#written.successes
  }
}
