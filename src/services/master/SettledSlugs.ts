// The settled slugs in memory: those of an index or of a scan, compact, and those of the lines that came after.
import { SlugPrint } from "../items/Fingerprint.ts"
import { makeSlugTable } from "../items/SlugTable.ts"
import type { PrintLookup, SlugTable } from "../items/SlugTable.ts"
import type { MasterLine } from "./MasterLine.ts"
import type { SortedSlugs } from "./SortedSlugs.ts"

export type SettledState = "accepted" | "rejected"

/** Codes of the states. `demoted`: rejected by a line that takes records back up to a time. */
export const settledCode = { accepted: 1, rejected: 2, demoted: 3 } as const

export const stateOfCode = (code: number | undefined): SettledState | undefined =>
  code === undefined ? undefined : code === settledCode.accepted ? "accepted" : "rejected"

export class SettledSlugs implements PrintLookup {
  readonly #base: SortedSlugs
  readonly #later: SlugTable = makeSlugTable()
  readonly #print = new SlugPrint()
  #added = 0

  constructor(base: SortedSlugs) {
    this.#base = base
  }

  get size(): number {
    return this.#base.size + this.#added
  }

  /** The code of a fingerprint (see SlugTable). */
  getPrint(prints: Uint32Array, at: number): number | undefined {
    return (this.#later.size === 0 ? undefined : this.#later.getPrint(prints, at)) ??
      this.#base.getPrint(prints, at)
  }

  /** How a slug is settled; undefined for one that is pending. */
  get(slug: string): SettledState | undefined {
    this.#print.ofText(slug)
    return stateOfCode(this.getPrint(this.#print.words, 0))
  }

  /**
   * Takes in a line that was appended later: all of `successes` before those of `rejects`, and none that demotes. Answers
   * whether its slug is a new one; undefined where only times can tell what it is settled as, which are not known here.
   */
  takeIn(line: MasterLine, state: SettledState): boolean | undefined {
    this.#print.ofBytes(line.slugBytes, line.slugStart, line.slugEnd)
    const before = this.getPrint(this.#print.words, 0)
    if (before === settledCode.demoted && state === "accepted") return undefined
    if (before === undefined) this.#added++
    if (before === undefined || state === "accepted") {
      this.#later.setBytes(line.slugBytes, line.slugStart, line.slugEnd, settledCode[state])
    }
    return before === undefined
  }
}
