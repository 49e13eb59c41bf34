// What an audit remembers of every record id and call id: flags, cost and which call asked the same before. Bounded memory.
import type { SlugTable } from "../items/SlugTable.ts"
import { makeSlugTable } from "../items/SlugTable.ts"
import { PagedNumbers } from "./PagedNumbers.ts"

export const Mark = {
  inUpdates: 1,
  inSuccesses: 2,
  /** Its record's run has a journal here. */
  hasJournal: 4,
  intent: 8,
  response: 16,
  rejected: 32,
  inRejects: 64,
  /** A consolidation keeps a line with this id. */
  survives: 128
} as const

const capacityMin = 16

const known = (value: number): number | undefined => Number.isNaN(value) ? undefined : value

/** Ids are numbered in the order in which they are first met. */
export class AuditLedger {
  readonly #ids: SlugTable = makeSlugTable()
  readonly #requests: SlugTable = makeSlugTable()
  #marks = new Uint8Array(capacityMin)
  readonly #costs = new PagedNumbers()
  readonly #previous = new PagedNumbers()
  readonly #slugs = new PagedNumbers()
  /** 0: none is known. */
  #checksums = new Uint32Array(capacityMin)

  get size(): number {
    return this.#ids.size
  }

  /** The number of an id, new or known. */
  number(id: string): number {
    const next = this.#ids.size
    const before = this.#ids.add(id, next)
    if (before !== undefined) return before
    if (next === this.#marks.length) this.#grow()
    return next
  }

  has(number: number, mark: number): boolean {
    return (this.#marks[number]! & mark) !== 0
  }

  /** Answers whether the mark was there already. */
  mark(number: number, mark: number): boolean {
    const before = this.has(number, mark)
    this.#marks[number]! |= mark
    return before
  }

  /** What the record says its call cost, in nanodollars; NaN where it says nothing. */
  costNanoUsd(number: number): number {
    return this.#costs.get(number)
  }

  setCostNanoUsd(number: number, costNanoUsd: number): void {
    this.#costs.set(number, costNanoUsd)
  }

  /** The number of the slug that the record stands under; undefined where it is not known. */
  slugOf(number: number): number | undefined {
    return known(this.#slugs.get(number))
  }

  setSlug(number: number, slug: number): void {
    this.#slugs.set(number, slug)
  }

  /** What the record's line ends in, where it stood first; undefined where it is not known. */
  checksumOf(number: number): number | undefined {
    return this.#checksums[number]! || undefined
  }

  setChecksum(number: number, checksum: number | undefined): void {
    this.#checksums[number] = checksum ?? 0
  }

  /** Notes the request of a call: its hash and slug. */
  request(number: number, key: string): void {
    const earlier = this.#requests.get(key)
    if (earlier !== undefined && earlier !== number) this.#previous.set(number, earlier)
    this.#requests.set(key, number)
  }

  /** The call before this one that asked the same for the same slug. */
  previous(number: number): number | undefined {
    return known(this.#previous.get(number))
  }

  #grow(): void {
    const capacity = this.#marks.length * 2
    this.#marks = grown(new Uint8Array(capacity), this.#marks)
    this.#checksums = grown(new Uint32Array(capacity), this.#checksums)
  }
}

const grown = <Numbers extends Uint8Array | Uint32Array>(
  into: Numbers,
  from: Numbers
): Numbers => {
  into.set(from)
  return into
}
