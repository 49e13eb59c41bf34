// What an audit remembers of every record id and call id: marks, cost, slug and checksum. Memory follows their number.
import { IdNumbers } from "./IdNumbers.ts"
import { PagedMarks } from "./PagedMarks.ts"
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

const known = (value: number): number | undefined => Number.isNaN(value) ? undefined : value

export class AuditLedger {
  readonly #ids: IdNumbers
  readonly #marks = new PagedMarks()
  readonly #costs = new PagedNumbers()
  readonly #slugs = new PagedNumbers()
  readonly #checksums = new PagedNumbers()

  /** `runs`: those whose journals are here. */
  constructor(runs: Iterable<string> = []) {
    this.#ids = new IdNumbers(runs)
  }

  /** All numbers of ids are below it. */
  get end(): number {
    return this.#ids.end
  }

  /** The number of an id, new or known. */
  number(id: string): number {
    return this.#ids.number(id)
  }

  has(number: number, mark: number): boolean {
    return this.#marks.has(number, mark)
  }

  /** Answers whether the mark was there already. */
  mark(number: number, mark: number): boolean {
    return this.#marks.mark(number, mark)
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
    return known(this.#checksums.get(number))
  }

  setChecksum(number: number, checksum: number | undefined): void {
    if (checksum !== undefined) this.#checksums.set(number, checksum)
  }
}
