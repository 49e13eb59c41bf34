// Which call asked the same as one before it, for the same item.
//
// Only the calls of one item are compared, and those are few: each is linked to the one before it, and of its request
// half of a fingerprint is kept. That two of one item have it in common by chance happens once in 10^19 pairs.
import type { Buffer } from "node:buffer"
import { SlugPrint } from "../items/Fingerprint.ts"
import { PagedNumbers } from "./PagedNumbers.ts"

const requestKey = `"requestHash":"`
const quote = `"`

/** Calls and slugs are numbers. */
export class AuditRequests {
  readonly #print = new SlugPrint()
  /** By slug, its last call. */
  readonly #last = new PagedNumbers()
  /** By call, the one before it of the same slug. */
  readonly #before = new PagedNumbers()
  readonly #high = new PagedNumbers()
  readonly #low = new PagedNumbers()
  /** By call, the last one before it that asked the same. */
  readonly #same = new PagedNumbers()

  /** Notes the intent of a call, once a call: its request's hash stands in the line, before the messages. */
  note(call: number, slug: number, line: Buffer): void {
    // Nothing in front of it can spell its key, but as a key.
    const at = line.indexOf(requestKey)
    if (at === -1) return
    const start = at + requestKey.length
    this.#print.ofBytes(line, start, line.indexOf(quote, start))
    const [high = 0, low = 0] = this.#print.words
    let other = this.#last.get(slug)
    if (!Number.isNaN(other)) this.#before.set(call, other)
    while (!Number.isNaN(other) && !this.#asked(other, high, low)) other = this.#before.get(other)
    if (!Number.isNaN(other)) this.#same.set(call, other)
    this.#last.set(slug, call)
    this.#high.set(call, high)
    this.#low.set(call, low)
  }

  /** The call before this one that asked the same for the same slug. */
  previous(call: number): number | undefined {
    const same = this.#same.get(call)
    return Number.isNaN(same) ? undefined : same
  }

  #asked(call: number, high: number, low: number): boolean {
    return this.#high.get(call) === high && this.#low.get(call) === low
  }
}
