// What an audit remembers of every slug: the masters that it stands in, and what its journals say that it cost.
import type { MasterLine } from "./MasterLine.ts"
import { PagedMarks } from "./PagedMarks.ts"
import { PagedNumbers } from "./PagedNumbers.ts"
import { makeSlugTable } from "../items/SlugTable.ts"
import type { PrintLookup, SlugTable } from "../items/SlugTable.ts"
import type { MasterName } from "./Survivors.ts"

const bitOf = { updates: 1, successes: 2, rejects: 4 } as const

/** Slugs are numbered in the order in which they are first met. */
export class AuditSlugs {
  readonly #table: SlugTable = makeSlugTable()
  /** The bits of the masters that a slug stands in. */
  readonly #standing = new PagedMarks()
  readonly #bothMs = new PagedNumbers()
  readonly #spentNanoUsd = new PagedNumbers()
  readonly #riskedNanoUsd = new PagedNumbers()
  readonly #calls = new PagedNumbers()

  /** For the slugs of an input: their numbers are asked for standing by `isSettled`. */
  get lookup(): PrintLookup {
    return this.#table
  }

  isSettled(number: number | undefined): boolean {
    return this.#stands(number, bitOf.successes | bitOf.rejects)
  }

  /** Notes that the line's slug stands in the master; answers its number, and whether it stood there before. */
  enter(name: MasterName, line: MasterLine): { readonly number: number; readonly again: boolean } {
    const { slugBytes, slugEnd, slugStart } = line
    const next = this.#table.size
    const number = this.#table.addBytes(slugBytes, slugStart, slugEnd, next) ?? next
    return { number, again: this.#standing.mark(number, bitOf[name]) }
  }

  /** The number of a slug, new or known. */
  numberOf(slug: string): number {
    const next = this.#table.size
    return this.#table.add(slug, next) ?? next
  }

  stands(name: MasterName, slug: string): boolean {
    return this.#stands(this.#table.get(slug), bitOf[name])
  }

  standsIn(name: MasterName, { slugBytes, slugEnd, slugStart }: MasterLine): boolean {
    return this.#stands(this.#table.getBytes(slugBytes, slugStart, slugEnd), bitOf[name])
  }

  /** A record of the slug stands in both masters, accepted at that time. */
  noteBoth(number: number, atMs: number): void {
    if (!(atMs <= this.#bothMs.get(number))) this.#bothMs.set(number, atMs)
  }

  /** When the newest record that both masters have was accepted; NaN where they have none. */
  bothMs(slug: string): number {
    const number = this.#table.get(slug)
    return number === undefined ? Number.NaN : this.#bothMs.get(number)
  }

  addCall(number: number): void {
    this.#calls.set(number, this.calls(number) + 1)
  }

  addSpent(number: number, nanoUsd: number): void {
    this.#spentNanoUsd.set(number, this.spentNanoUsd(number) + nanoUsd)
  }

  addRisked(number: number, nanoUsd: number): void {
    this.#riskedNanoUsd.set(number, this.riskedNanoUsd(number) + nanoUsd)
  }

  calls(number: number): number {
    return this.#calls.get(number) || 0
  }

  /** What the item's answers cost. */
  spentNanoUsd(number: number): number {
    return this.#spentNanoUsd.get(number) || 0
  }

  /** What its calls without an answer may have cost on top of that. */
  riskedNanoUsd(number: number): number {
    return this.#riskedNanoUsd.get(number) || 0
  }

  #stands(number: number | undefined, bits: number): boolean {
    return number !== undefined && this.#standing.has(number, bits)
  }
}
