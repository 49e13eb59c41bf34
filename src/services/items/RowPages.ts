// Where the rows of a checked input stand, 28 bytes a row, in pages.
//
// They are in the order of their fingerprints, a million at a time: looked up one after the other in a sorted table, as
// the settled slugs are, they go through it from its beginning to its end. In any other order each lookup waits for memory.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import { fingerprintWords } from "./Fingerprint.ts"
import type { InputError } from "./ItemSource.ts"

/** Rows that follow each other; views that are valid only while they are visited. */
export interface RowPage {
  readonly count: number
  /** Fingerprints of the slugs, four words each. */
  readonly prints: Uint32Array
  /** Where each row begins in the file, in bytes; `unknownOffset` in all of them where that is not known. */
  readonly offsets: Float64Array
  readonly lines: Uint32Array
}

/** Visits pages that follow each other, some at a time. */
export type VisitPages<E> = <E2 = never>(
  visit: (pages: ReadonlyArray<RowPage>) => Effect.Effect<void, E2>
) => Effect.Effect<void, E | E2>

export interface RowPages {
  readonly count: number
  readonly visit: VisitPages<InputError>
}

export const unknownOffset = -1
export const pageRows = 1024
/** Rows that are sorted together. */
export const runRows = 2 ** 20
const printBytes = fingerprintWords * 4
const lineBytes = 4
const offsetBytes = 8

/** Bytes of a page, with room so that the next one is aligned. */
export const pageBytes = (count: number): number =>
  count * (offsetBytes + printBytes + lineBytes) + (count % 2) * lineBytes

export const viewPage = (bytes: Buffer, at: number, count: number): RowPage => {
  const offsets = bytes.byteOffset + at
  const prints = offsets + count * offsetBytes
  return {
    count,
    offsets: new Float64Array(bytes.buffer, offsets, count),
    prints: new Uint32Array(bytes.buffer, prints, count * fingerprintWords),
    lines: new Uint32Array(bytes.buffer, prints + count * printBytes, count)
  }
}

/** Writes a page into the beginning of `into`; answers its bytes there. */
export const encodePage = (page: RowPage, into: Buffer): Buffer => {
  const view = viewPage(into, 0, page.count)
  view.offsets.set(page.offsets)
  view.prints.set(page.prints)
  view.lines.set(page.lines)
  return into.subarray(0, pageBytes(page.count))
}

/** Takes in row after row. */
export class RowBook implements RowPages {
  readonly #pages: Array<RowPage> = []
  #count = 0

  get count(): number {
    return this.#count
  }

  /** The words of the fingerprint stand in `prints` from `at` on. */
  add(prints: Uint32Array, at: number, offset: number, line: number): void {
    const row = this.#count++ % pageRows
    if (row === 0) {
      this.#pages.push(viewPage(Buffer.allocUnsafeSlow(pageBytes(pageRows)), 0, pageRows))
    }
    const page = this.#pages.at(-1)!
    page.offsets[row] = offset
    page.lines[row] = line
    for (let word = 0; word < fingerprintWords; word++) {
      page.prints[row * fingerprintWords + word] = prints[at + word]!
    }
  }

  offsetOf(row: number): number {
    return this.#pages[Math.floor(row / pageRows)]!.offsets[row % pageRows]!
  }

  lineOf(row: number): number {
    return this.#pages[Math.floor(row / pageRows)]!.lines[row % pageRows]!
  }

  /** Whether the row's slug has the fingerprint. */
  isOf(row: number, words: Uint32Array): boolean {
    const { prints } = this.#pages[Math.floor(row / pageRows)]!
    const at = row % pageRows * fingerprintWords
    return words.every((word, each) => prints[at + each] === word)
  }

  /** The same rows, a million at a time in the order of their fingerprints. */
  sorted(): RowBook {
    const sorted = new RowBook()
    for (let first = 0; first < this.#count; first += runRows) {
      const count = Math.min(runRows, this.#count - first)
      this.#addInOrder(sorted, first, count, ({ prints }, row) => prints[row * fingerprintWords]!)
    }
    return sorted
  }

  /** The same rows in the order of the file: no more than `runRows`. */
  inFileOrder(): RowBook {
    const ordered = new RowBook()
    this.#addInOrder(ordered, 0, this.#count, ({ lines }, row) => lines[row]!)
    return ordered
  }

  /** By keys below 2^32. */
  #addInOrder(
    to: RowBook,
    first: number,
    count: number,
    keyOf: (page: RowPage, row: number) => number
  ): void {
    // A key and a row in one number, exact: sorting numbers takes a fraction of what comparing rows does.
    const order = new Float64Array(count)
    for (let each = 0; each < count; each++) {
      const row = first + each
      const key = keyOf(this.#pages[Math.floor(row / pageRows)]!, row % pageRows)
      order[each] = key * runRows + each
    }
    for (const key of order.sort()) {
      // The remainder by a power of two; that operator takes ten times as long on numbers of this size.
      const row = first + key - Math.floor(key / runRows) * runRows
      const { lines, offsets, prints } = this.#pages[Math.floor(row / pageRows)]!
      const at = row % pageRows
      to.add(prints, at * fingerprintWords, offsets[at]!, lines[at]!)
    }
  }

  readonly visit: VisitPages<never> = (visit) =>
    Effect.forEach(this.#pages, ({ lines, offsets, prints }, index) => {
      const count = Math.min(pageRows, this.#count - index * pageRows)
      return visit([{
        count,
        offsets: offsets.subarray(0, count),
        prints: prints.subarray(0, count * fingerprintWords),
        lines: lines.subarray(0, count)
      }])
    }, { discard: true })
}

/** Those of one part of the file, and of the part that follows it. */
export const followedBy = (first: RowPages, second: RowPages): RowPages => ({
  count: first.count + second.count,
  visit: (visit) => Effect.andThen(first.visit(visit), second.visit(visit))
})

/** Visits the fingerprint of each row: its words stand in `prints` from `at` on. */
export const visitPrints = (
  rows: RowPages,
  visit: (prints: Uint32Array, at: number, page: RowPage, row: number) => void
): Effect.Effect<void, InputError> =>
  rows.visit((pages) =>
    Effect.sync(() => {
      for (const page of pages) {
        const { count, prints } = page
        for (let row = 0; row < count; row++) visit(prints, row * fingerprintWords, page, row)
      }
    })
  )
