// What an audit remembers of every slug: the masters that it stands in, and what its journals say that it cost.
import type { MasterLine } from "./MasterLine.ts"
import { PagedNumbers } from "./PagedNumbers.ts"
import { makeSlugTable } from "../items/SlugTable.ts"
import type { PrintLookup, SlugTable } from "../items/SlugTable.ts"
import type { MasterName } from "./Survivors.ts"

const bitOf = { updates: 1, successes: 2, rejects: 4 } as const
const bits = 8

/** Slugs are numbered in the order in which they are first met. A table's value is `number * bits + standing`. */
export class AuditSlugs {
  readonly #table: SlugTable = makeSlugTable()
  readonly #bothMs = new PagedNumbers()
  readonly #spentNanoUsd = new PagedNumbers()
  readonly #riskedNanoUsd = new PagedNumbers()
  readonly #calls = new PagedNumbers()

  /** For the slugs of an input: their values are asked for standing by `isSettled`. */
  get lookup(): PrintLookup {
    return this.#table
  }

  isSettled(value: number | undefined): boolean {
    return value !== undefined && (value & (bitOf.successes | bitOf.rejects)) !== 0
  }

  /** Notes that the line's slug stands in the master; answers its number, and whether it stood there before. */
  enter(name: MasterName, line: MasterLine): { readonly number: number; readonly again: boolean } {
    const { slugBytes, slugEnd, slugStart } = line
    const next = this.#table.size * bits
    const before = this.#table.getBytes(slugBytes, slugStart, slugEnd) ?? next
    this.#table.setBytes(slugBytes, slugStart, slugEnd, before | bitOf[name])
    return { number: before >>> 3, again: (before & bitOf[name]) !== 0 }
  }

  /** The number of a slug, new or known. */
  numberOf(slug: string): number {
    return (this.#table.add(slug, this.#table.size * bits) ?? (this.#table.size - 1) * bits) >>> 3
  }

  stands(name: MasterName, slug: string): boolean {
    return ((this.#table.get(slug) ?? 0) & bitOf[name]) !== 0
  }

  standsIn(name: MasterName, { slugBytes, slugEnd, slugStart }: MasterLine): boolean {
    return ((this.#table.getBytes(slugBytes, slugStart, slugEnd) ?? 0) & bitOf[name]) !== 0
  }

  /** A record of the slug stands in both masters, accepted at that time. */
  noteBoth(number: number, atMs: number): void {
    if (!(atMs <= this.#bothMs.get(number))) this.#bothMs.set(number, atMs)
  }

  /** When the newest record that both masters have was accepted; NaN where they have none. */
  bothMs(slug: string): number {
    const value = this.#table.get(slug)
    return value === undefined ? Number.NaN : this.#bothMs.get(value >>> 3)
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
}
