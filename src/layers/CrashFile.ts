// One file of a crash disk: what reads of it show, what is on the disk for certain, and what may be.
//
// A sector (512 bytes on a disk) arrives wholly or not at all, whenever it likes until the next sync. Where the new bytes
// of a sector did not arrive there is what was there before, zeros, or garbage; bytes of it that no call touched stay as
// they were. The size arrives for itself: a file may have grown without its data, or have its data and not its size.
//
// A sync that fails makes everything written since the last good one doubtful, and later good syncs do not mend that:
// the kernel holds those pages for clean. Only what is cut off and written anew is written.
import { Buffer } from "node:buffer"

interface Range {
  readonly from: number
  readonly to: number
}

interface Change {
  readonly size: number
  readonly write: { readonly at: number; readonly bytes: Buffer } | undefined
}

/** Every way in which the doubtful parts of a file may have reached the disk. */
export interface FileSpace {
  readonly sizes: ReadonlyArray<number>
  readonly sectors: ReadonlyArray<
    { readonly at: number; readonly candidates: ReadonlyArray<Buffer> }
  >
  /** What is certain, as long as the file has ever been since its last sync. */
  readonly base: Buffer
}

/**
 * Looks like lines and begins in the middle of one, but neither begins nor ends an object: what is made a whole JSON
 * object by chance is a line of somebody else's, and no reader can tell.
 */
const garbagePattern = Buffer.from(
  `e":1,"_crc":"0badc0de"\n"slug":"\0\u00ff"\n\n[]\r\n7\n"_crc":"00000000"\n`
)
/** Versions of one sector that are told apart; of more, the first, the last and some between. */
const versionsMax = 4
const sizesBetweenMax = 4

const resized = (bytes: Buffer, size: number): Buffer => {
  const result = Buffer.alloc(size)
  bytes.copy(result, 0, 0, size)
  return result
}

const applied = (before: Buffer, { size, write }: Change): Buffer => {
  const after = resized(before, size)
  write?.bytes.copy(after, write.at)
  return after
}

export class CrashFile {
  /** The contents for certain, except in the doubtful ranges of `#changed`. */
  #durable: Buffer
  #live: Buffer
  #pending: Array<Change> = []
  /** Bytes that differ, or may, between the disk and what reads show. */
  #changed: Array<Range> = []
  /** Those of them whose sync has failed. */
  #dropped: Array<Range> = []
  /** Asked for at every moment, and most moments change another file. */
  #space: { readonly unit: number; readonly space: FileSpace } | undefined

  constructor(bytes: Buffer) {
    this.#durable = bytes
    this.#live = bytes
  }

  get live(): Buffer {
    return this.#live
  }

  get isCertain(): boolean {
    return this.#pending.length === 0 && this.#changed.length === 0
  }

  /** The same file, to go on with apart. */
  fork(): CrashFile {
    const copy = new CrashFile(this.#durable)
    copy.#live = this.#live
    copy.#pending = [...this.#pending]
    copy.#changed = [...this.#changed]
    copy.#dropped = [...this.#dropped]
    copy.#space = this.#space
    return copy
  }

  /** Everything that reads do not show and a crash may: equal for files that crashes leave the same of. */
  doubt(): string {
    if (this.isCertain) return ""
    const ranges = (each: ReadonlyArray<Range>) =>
      each.map(({ from, to }) => `${from}-${to}`).join()
    const pending = this.#pending.map(({ size, write }) =>
      `${size} ${write?.at} ${write?.bytes.toString("latin1")}`
    )
    return [
      this.#durable.toString("latin1"),
      ranges(this.#changed),
      ranges(this.#dropped),
      ...pending
    ].join("\n")
  }

  write(at: number, bytes: Buffer): void {
    const size = Math.max(this.#live.byteLength, at + bytes.byteLength)
    this.#changed.push({ from: Math.min(at, this.#live.byteLength), to: at + bytes.byteLength })
    this.#push({ size, write: { at, bytes } })
  }

  truncate(size: number): void {
    const before = this.#live.byteLength
    if (size === before) return
    this.#changed.push({ from: Math.min(size, before), to: Math.max(size, before) })
    this.#dropped = this.#dropped.filter(({ from }) => from < size).map(({ from, to }) => ({
      from,
      to: Math.min(to, size)
    }))
    this.#push({ size, write: undefined })
  }

  #push(change: Change): void {
    this.#space = undefined
    this.#pending.push(change)
    this.#live = applied(this.#live, change)
  }

  synced(): void {
    if (this.isCertain) return
    const durable = Buffer.from(this.#live)
    for (const { from, to } of this.#dropped) {
      durable.fill(0, from, to)
      this.#durable.copy(durable, from, from, to)
    }
    this.#durable = durable
    this.#space = undefined
    this.#changed = [...this.#dropped]
    this.#pending = []
  }

  syncFailed(): void {
    const size = this.#live.byteLength
    this.#dropped = this.#changed.filter(({ from }) => from < size).map(({ from, to }) => ({
      from,
      to: Math.min(to, size)
    }))
  }

  #versions(): ReadonlyArray<Buffer> {
    const all = [this.#durable]
    for (const change of this.#pending) all.push(applied(all.at(-1) as Buffer, change))
    all.push(this.#live)
    if (all.length <= versionsMax) return all
    const step = (all.length - 1) / (versionsMax - 1)
    return Array.from({ length: versionsMax }, (_, i) => all[Math.round(i * step)] as Buffer)
  }

  #sizes(sectorBytes: number): ReadonlyArray<number> {
    const sizes = new Set([this.#durable.byteLength])
    let before = this.#durable.byteLength
    for (const { size } of this.#pending) {
      const step = sectorBytes *
        Math.ceil(Math.max(1, (size - before) / sectorBytes / sizesBetweenMax))
      for (let at = before - before % sectorBytes + sectorBytes; at < size; at += step) {
        sizes.add(at)
      }
      if (size > before + 1) sizes.add(size - 1)
      sizes.add(size)
      before = size
    }
    return [...sizes]
  }

  #isChanged(from: number, to: number): boolean {
    return this.#changed.some((range) => range.from < to && range.to > from)
  }

  /** What this filling makes of the bytes in doubt of one sector; the others are as they are. */
  #filled(sector: Buffer, at: number, filling: Buffer): Buffer {
    const result = Buffer.from(sector)
    for (const range of this.#changed) {
      const from = Math.max(at, range.from)
      const to = Math.min(at + sector.byteLength, range.to)
      for (let i = from; i < to; i++) result[i - at] = filling[i % filling.length] as number
    }
    return result
  }

  /** Undefined where everything is certain. `coarse` tells only nothing, all, and garbage apart. */
  space(sectorBytes: number, coarse: boolean): FileSpace | undefined {
    if (this.isCertain) return undefined
    const unit = coarse ? Number.MAX_SAFE_INTEGER : sectorBytes
    if (this.#space?.unit !== unit) this.#space = { unit, space: this.#listed(unit, coarse) }
    return this.#space.space
  }

  #listed(unit: number, coarse: boolean): FileSpace {
    const versions = coarse ? [this.#durable, this.#live] : this.#versions()
    const sizes = coarse
      ? [...new Set([this.#durable.byteLength, this.#live.byteLength])]
      : this.#sizes(unit)
    const length = Math.max(...sizes, ...versions.map((each) => each.byteLength))
    const padded = versions.map((each) => resized(each, length))
    const base = padded[0] as Buffer
    const sectors: Array<{ at: number; candidates: Array<Buffer> }> = []
    for (let at = 0; at < length; at += unit) {
      const end = Math.min(length, at + unit)
      if (!this.#isChanged(at, end)) continue
      const candidates: Array<Buffer> = []
      const add = (candidate: Buffer) => {
        if (!candidates.some((each) => each.equals(candidate))) candidates.push(candidate)
      }
      for (const version of padded) add(version.subarray(at, end))
      const current = (padded.at(-1) as Buffer).subarray(at, end)
      add(this.#filled(current, at, Buffer.alloc(1)))
      add(this.#filled(current, at, garbagePattern))
      if (candidates.length > 1) sectors.push({ at, candidates })
    }
    return { sizes, sectors, base }
  }
}
