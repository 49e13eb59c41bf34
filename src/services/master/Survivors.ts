// Which lines of the three masters a consolidation keeps: of each slug the one that stands.
import { Extents } from "./Extents.ts"
import type { MasterLine } from "./MasterLine.ts"
import { Standing } from "./Standing.ts"

export type MasterName = "updates" | "successes" | "rejects"

/** A number of bytes or lines for each master. */
export type PerMaster = { readonly [name in MasterName]: number }

export const nothing: PerMaster = { updates: 0, successes: 0, rejects: 0 }

/**
 * Positions are line numbers of `updates`. Those of `successes` count from here, below all of them: two files of one log
 * hold the same lines, and the one in `updates`, which is written first, is the one that is kept. Those of `rejects`
 * count from `rejectsBase`.
 */
const successesBase = -(2 ** 40)
const rejectsBase = 2 ** 40

/**
 * Takes the lines as they are read, in any number of rounds, and marks those that do not survive what was read so far.
 * `beginCopy` and `endCopy` tell what of them was copied. What comes later can make copies wrong: `left` counts the ones
 * too many, `missing` tells that one was passed over which stands again.
 */
export class Survivors {
  readonly extents: { readonly [name in MasterName]: Extents } = {
    updates: new Extents(),
    successes: new Extents(),
    rejects: new Extents()
  }
  readonly #standing = new Standing()
  #acceptedSlugs = 0
  /** Lines that a copy has seen, whether it took them or passed them over. */
  #seen: PerMaster = nothing
  #left = { masters: 0, rejects: 0 }
  #missing = false

  /** Slugs for which a record stands. */
  get acceptedSlugs(): number {
    return this.#acceptedSlugs
  }

  /** Copied lines that were superseded after they were copied. */
  get left(): { readonly masters: number; readonly rejects: number } {
    return this.#left
  }

  get missing(): boolean {
    return this.#missing
  }

  /** Whether every line that was read survives. */
  get complete(): boolean {
    const { rejects, successes, updates } = this.extents
    return updates.dead + successes.dead + rejects.dead === 0
  }

  /** Bytes that belong to no line worth keeping. */
  skip(name: MasterName, length: number): void {
    this.extents[name].drop(this.extents[name].add(length, false))
  }

  /** A line that is neither blank nor corrupt; `length` in bytes, newline included. Answers its number in its file. */
  offer(name: MasterName, line: MasterLine, length: number): number {
    const index = this.extents[name].add(length, line.kind === "verified")
    const own = positionOf(name, index)
    const { after, before } = name === "rejects"
      ? this.#standing.offerReject(line, own)
      : this.#standing.offerRecord(line, own)
    if (after !== own) this.#drop(own)
    if (after === before) return index
    if (before < rejectsBase) this.#acceptedSlugs--
    if (after < rejectsBase) this.#acceptedSlugs++
    if (!Number.isNaN(before)) this.#drop(before)
    if (after !== own) this.#restore(after)
    return index
  }

  /** Whether a line is kept, by its number. */
  survives(name: MasterName, index: number): boolean {
    return !this.extents[name].isDead(index)
  }

  beginCopy(): void {
    this.#seen = nothing
    this.#left = { masters: 0, rejects: 0 }
    this.#missing = false
    for (const extents of Object.values(this.extents)) extents.forgetCopies()
  }

  /** All that was read so far and survives is copied. */
  endCopy(): void {
    const { rejects, successes, updates } = this.extents
    this.#seen = {
      updates: updates.count,
      successes: successes.count,
      rejects: rejects.count
    }
  }

  /** The copies too many were taken out of the draft. */
  endMend(): void {
    this.#left = { masters: 0, rejects: 0 }
  }

  #drop(position: number): void {
    const name = nameOf(position)
    const index = position - bases[name]
    const extents = this.extents[name]
    if (extents.isDead(index)) return
    extents.drop(index)
    if (extents.isCopied(index)) this.#left[leftOf(name)]++
  }

  /** A reject stands again after a demotion that is older than it. */
  #restore(position: number): void {
    const name = nameOf(position)
    const index = position - bases[name]
    const extents = this.extents[name]
    if (!extents.isDead(index)) return
    extents.restore(index)
    if (extents.isCopied(index)) this.#left[leftOf(name)]--
    else if (index < this.#seen[name]) this.#missing = true
  }
}

const leftOf = (name: MasterName): "masters" | "rejects" =>
  name === "rejects" ? "rejects" : "masters"

const bases: PerMaster = { updates: 0, successes: successesBase, rejects: rejectsBase }

const positionOf = (name: MasterName, index: number): number => bases[name] + index

const nameOf = (position: number): MasterName =>
  position >= rejectsBase ? "rejects" : position < 0 ? "successes" : "updates"
