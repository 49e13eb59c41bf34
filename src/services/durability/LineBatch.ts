// Lines waiting for the next commit, in order, with whoever waits for each: written where the commit takes them from.
import { Buffer } from "node:buffer"
import { roomFor, writeLine } from "./LineCodec.ts"
import type { LineText } from "./LineCodec.ts"

interface Batch<Waiter> {
  /** Valid until the next `take`. */
  readonly bytes: Uint8Array
  readonly waiters: ReadonlyArray<Waiter>
}

interface LineBatchOptions {
  /** A batch has no more, unless one line alone has. */
  readonly maxBatchBytes: number
  /** A line that has more is not taken. */
  readonly maxLineBytes: number
}

interface Filling<Waiter> {
  buffer: Buffer
  /** Bytes of whole lines at the front of the buffer. */
  length: number
  lines: number
  readonly waiters: Array<Waiter>
}

const bufferBytesMin = 64 * 1024

export class LineBatch<Waiter> {
  readonly #options: LineBatchOptions
  /** The last one is being filled, those before it are full. */
  readonly #batches: Array<Filling<Waiter>> = []
  /** Used in turns with the one that is being written: a new one each time costs the kernel's zeroing of its pages. */
  #spare: Buffer | undefined
  #taken: Buffer | undefined

  constructor(options: LineBatchOptions) {
    this.#options = options
  }

  /** Lines that wait. */
  get count(): number {
    return this.#batches.reduce((count, { lines }) => count + lines, 0)
  }

  get isEmpty(): boolean {
    return this.#batches.length === 0
  }

  /** Answers the line's bytes. A line of more than `maxLineBytes` is not taken. */
  add(text: LineText, waiter: Waiter | undefined): number {
    const { maxBatchBytes, maxLineBytes } = this.#options
    const last = this.#batches.at(-1)
    const batch = last ?? this.#begin()
    const at = batch.length
    growTo(batch, at + roomFor(text))
    const bytes = writeLine(text, batch.buffer, at)
    if (bytes > maxLineBytes) return bytes
    if (at > 0 && at + bytes > maxBatchBytes) {
      const next = this.#begin()
      growTo(next, bytes)
      batch.buffer.copy(next.buffer, 0, at, at + bytes)
      this.#put(next, bytes, waiter)
    } else {
      this.#put(batch, bytes, waiter)
    }
    return bytes
  }

  /** Takes the first batch; there must be one. */
  take(): Batch<Waiter> {
    const batch = this.#batches.shift() as Filling<Waiter>
    // A line far beyond a batch does not keep its memory for ever.
    const kept = this.#taken
    this.#spare = kept !== undefined && kept.length <= 2 * this.#options.maxBatchBytes
      ? kept
      : undefined
    this.#taken = batch.buffer
    return { bytes: batch.buffer.subarray(0, batch.length), waiters: batch.waiters }
  }

  /** Takes everything and answers who waited. */
  drain(): ReadonlyArray<Waiter> {
    return this.#batches.splice(0).flatMap(({ waiters }) => waiters)
  }

  #begin(): Filling<Waiter> {
    const buffer = this.#spare ?? Buffer.allocUnsafeSlow(bufferBytesMin)
    this.#spare = undefined
    return { buffer, length: 0, lines: 0, waiters: [] }
  }

  #put(batch: Filling<Waiter>, bytes: number, waiter: Waiter | undefined): void {
    if (batch.lines === 0) this.#batches.push(batch)
    batch.length += bytes
    batch.lines++
    if (waiter !== undefined) batch.waiters.push(waiter)
  }
}

const growTo = (batch: { buffer: Buffer; readonly length: number }, bytes: number): void => {
  if (bytes <= batch.buffer.length) return
  const grown = Buffer.allocUnsafeSlow(Math.max(bytes, 2 * batch.buffer.length))
  batch.buffer.copy(grown, 0, 0, batch.length)
  batch.buffer = grown
}
