// A disk that remembers every write and flush, and the disks that a power cut could have made of it.
import { Buffer } from "node:buffer"
import * as fs from "node:fs"

export const pageBytes = 4096
const sectorBytes = 512

export type BlockEvent =
  | { readonly kind: "write"; readonly offset: number; readonly data: Buffer }
  /** Whatever was answered before it is on the platter. */
  | { readonly kind: "flush" }
  /** Not the disk's: what a program says, in its place among the writes. */
  | { readonly kind: "note"; readonly text: string }

type Pages = Map<number, Buffer>

/** Sparse: a page that nobody wrote is zeros. */
export class BlockImage {
  readonly size: number
  /** Never changed: images made of each other share it. */
  #base: Pages
  #own: Pages = new Map()
  /** Since it was made. */
  readonly events: Array<BlockEvent> = []
  /** Counts down writes that `matches` until one fails; that one is not done and not remembered. */
  #failing: { after: number; readonly needle: Buffer | undefined } | undefined
  failures = 0

  private constructor(size: number, base: Pages) {
    this.size = size
    this.#base = base
  }

  static empty(size: number): BlockImage {
    return new BlockImage(size, new Map())
  }

  /** The bytes of a file; pages of zeros take no memory. */
  static of(file: string): BlockImage {
    const handle = fs.openSync(file, "r")
    try {
      const image = new BlockImage(fs.fstatSync(handle).size, new Map())
      const page = Buffer.alloc(pageBytes)
      for (let at = 0; at < image.size; at += pageBytes) {
        const length = fs.readSync(handle, page, 0, pageBytes, at)
        if (page.some((byte) => byte !== 0)) image.#put(at, page.subarray(0, length))
      }
      return image
    } finally {
      fs.closeSync(handle)
    }
  }

  read(offset: number, length: number): Buffer {
    const end = Math.min(offset + length, this.size)
    const bytes = Buffer.alloc(Math.max(0, end - offset))
    for (let at = offset; at < end;) {
      const page = Math.floor(at / pageBytes)
      const inPage = at - page * pageBytes
      const count = Math.min(pageBytes - inPage, end - at)
      const found = this.#own.get(page) ?? this.#base.get(page)
      found?.copy(bytes, at - offset, inPage, inPage + count)
      at += count
    }
    return bytes
  }

  /** Answers false where the write was made to fail. */
  write(offset: number, data: Uint8Array): boolean {
    if (this.#fails(data)) return false
    this.#put(offset, data)
    this.events.push({ kind: "write", offset, data: Buffer.from(data) })
    return true
  }

  flush(): void {
    this.events.push({ kind: "flush" })
  }

  note(text: string): void {
    this.events.push({ kind: "note", text })
  }

  /** The n-th write from now (from 0) fails once; with a needle, the n-th of those that hold it. */
  failWrite(n: number, needle?: Buffer): void {
    this.#failing = { after: n, needle }
  }

  /** As it is now, with an empty history. What both have is shared until one writes. */
  snapshot(): BlockImage {
    if (this.#own.size > 0) {
      this.#base = new Map([...this.#base, ...this.#own])
      this.#own = new Map()
    }
    return new BlockImage(this.size, this.#base)
  }

  /**
   * What a power cut before event `at` left, of a disk that was `from` when its history began: everything before the
   * last flush, and of the rest the sectors (of `tearBytes`) that `keeps`.
   */
  static afterCut(
    from: BlockImage,
    events: ReadonlyArray<BlockEvent>,
    at: number,
    keep: Keep
  ): BlockImage {
    const cut = from.snapshot()
    const flushed = lastFlush(events, at)
    events.slice(0, at).forEach((event, index) => {
      if (event.kind !== "write") return
      if (index < flushed) return cut.#put(event.offset, event.data)
      for (const { from: start, to } of piecesOf(event.offset, event.data.length, keep.tearBytes)) {
        if (keep.keeps()) cut.#put(event.offset + start, event.data.subarray(start, to))
      }
    })
    return cut
  }

  #fails(data: Uint8Array): boolean {
    const failing = this.#failing
    if (failing === undefined) return false
    if (
      failing.needle !== undefined &&
      !Buffer.from(data.buffer, data.byteOffset, data.byteLength).includes(failing.needle)
    ) {
      return false
    }
    if (failing.after-- > 0) return false
    this.#failing = undefined
    this.failures++
    return true
  }

  #put(offset: number, data: Uint8Array): void {
    for (let done = 0; done < data.byteLength;) {
      const page = Math.floor((offset + done) / pageBytes)
      const inPage = offset + done - page * pageBytes
      const count = Math.min(pageBytes - inPage, data.byteLength - done)
      let own = this.#own.get(page)
      if (own === undefined) {
        const base = this.#base.get(page)
        own = base === undefined ? Buffer.alloc(pageBytes) : Buffer.from(base)
        this.#own.set(page, own)
      }
      own.set(data.subarray(done, done + count), inPage)
      done += count
    }
  }
}

export interface Keep {
  /** What is written whole or not at all; undefined for whole writes. */
  readonly tearBytes: number | undefined
  /** Asked for every such piece of every write that no flush covers. */
  readonly keeps: () => boolean
}

/** The index of the last flush before `at`; 0 where there is none. */
export const lastFlush = (events: ReadonlyArray<BlockEvent>, at: number): number => {
  for (let index = at - 1; index >= 0; index--) if (events[index]?.kind === "flush") return index
  return 0
}

/** Cut where the disk cuts: at multiples of the sector size, not at those of the write. */
export const piecesOf = (
  offset: number,
  length: number,
  tearBytes: number | undefined
): ReadonlyArray<{ readonly from: number; readonly to: number }> => {
  if (tearBytes === undefined) return [{ from: 0, to: length }]
  const pieces: Array<{ readonly from: number; readonly to: number }> = []
  for (let from = 0; from < length;) {
    const to = Math.min(length, (Math.floor((offset + from) / tearBytes) + 1) * tearBytes - offset)
    pieces.push({ from, to })
    from = to
  }
  return pieces
}

export const tears = { whole: undefined, page: pageBytes, sector: sectorBytes } as const

/** Writes that a cut before event `at` leaves in doubt. */
export const unflushed = (events: ReadonlyArray<BlockEvent>, at: number): number =>
  events.slice(lastFlush(events, at), at).filter(({ kind }) => kind === "write").length
