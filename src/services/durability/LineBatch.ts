// Lines waiting for the next commit, in order, with whoever waits for each.
import { Buffer } from "node:buffer"

interface Batch<Waiter> {
  /** Valid until the next `take`. */
  readonly bytes: Uint8Array
  readonly waiters: ReadonlyArray<Waiter>
}

export class LineBatch<Waiter> {
  readonly #maxBytes: number
  #lines: Array<Uint8Array> = []
  #waiters: Array<Waiter | undefined> = []
  /** Reused from batch to batch: a new mebibyte each time costs the kernel's zeroing of its pages. */
  #buffer = Buffer.alloc(0)

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Lines that wait. */
  get count(): number {
    return this.#lines.length
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0
  }

  add(line: Uint8Array, waiter: Waiter | undefined): void {
    this.#lines.push(line)
    this.#waiters.push(waiter)
  }

  /** Takes lines from the front up to the bound, at least one. */
  take(): Batch<Waiter> {
    let count = 0
    let bytes = 0
    for (const line of this.#lines) {
      if (count > 0 && bytes + line.byteLength > this.#maxBytes) break
      bytes += line.byteLength
      count++
    }
    const lines = this.#lines
    const waiters = this.#waiters
    this.#lines = lines.length === count ? [] : lines.slice(count)
    this.#waiters = lines.length === count ? [] : waiters.slice(count)
    return {
      bytes: this.#join(lines, count, bytes),
      waiters: waiters.slice(0, count).filter((waiter) => waiter !== undefined)
    }
  }

  /** Takes everything and answers who waited. */
  drain(): ReadonlyArray<Waiter> {
    const waiters = this.#waiters
    this.#lines = []
    this.#waiters = []
    return waiters.filter((waiter) => waiter !== undefined)
  }

  #join(lines: ReadonlyArray<Uint8Array>, count: number, bytes: number): Uint8Array {
    const first = lines[0]
    if (count === 1 && first !== undefined) return first
    if (this.#buffer.byteLength < bytes) {
      this.#buffer = Buffer.allocUnsafeSlow(
        Math.min(this.#maxBytes, Math.max(bytes, 2 * this.#buffer.byteLength))
      )
    }
    let at = 0
    for (let i = 0; i < count; i++) {
      const line = lines[i] as Uint8Array
      this.#buffer.set(line, at)
      at += line.byteLength
    }
    return this.#buffer.subarray(0, bytes)
  }
}
