// What a consolidation has read of the masters so far: who survives, what is corrupt, whether anything has to change.
//
// As a rule `successes` holds the same bytes as `updates`. Where it does it is compared and not read line by line; from
// the first line that differs on (a recovery copied lines, somebody edited) it is read like the others.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk, DiskError } from "../durability/Disk.ts"
import { readAllAt } from "../durability/FileIo.ts"
import { scanLines } from "../durability/Lines.ts"
import { MasterLine } from "./MasterLine.ts"
import type { MasterName, PerMaster } from "./Survivors.ts"
import { nothing, Survivors } from "./Survivors.ts"

/** Corrupt lines that follow one another, by their bytes in the file. */
export interface CorruptRegion {
  readonly name: MasterName
  readonly start: number
  end: number
  lines: number
}

export interface Reading {
  readonly survivors: Survivors
  /** Up to here each master was read: the start of a line. */
  readonly sizes: PerMaster
  /** Lines read, corrupt ones included, blank ones not. */
  readonly lines: PerMaster
  readonly corrupt: ReadonlyArray<CorruptRegion>
  /** Whether `successes` is, byte for byte, `updates`. */
  readonly mirrored: boolean
}

export const startReading = (): Reading => ({
  survivors: new Survivors(),
  sizes: nothing,
  lines: nothing,
  corrupt: [],
  mirrored: true
})

/** Whether the masters are already what a consolidation would make of them. */
export const isTidy = ({ mirrored, survivors }: Reading): boolean => mirrored && survivors.complete

/** Every wait for a chunk is a turn of the scheduler: fewer, where other processes want the cores. */
const chunkBytes = 1024 * 1024
/** A longer region is kept in parts, so that it need not be held whole. */
const regionBytesMax = 16 * 1024 * 1024

const unusable = (code: string, path: string, detail: string): DiskError =>
  new DiskError({ operation: "consolidate", path, code, detail })

/** A round of reading: what is read is noted here. */
interface Round {
  readonly data: DataPaths
  readonly survivors: Survivors
  readonly lines: { [name in MasterName]: number }
  readonly corrupt: Array<CorruptRegion>
}

const noteCorrupt = (
  { corrupt }: Round,
  name: MasterName,
  offset: number,
  length: number
): void => {
  const last = corrupt.findLast((region) => region.name === name)
  const end = offset + length
  if (last?.end === offset && end - last.start <= regionBytesMax) {
    last.end = end
    last.lines++
  } else corrupt.push({ name, start: offset, end, lines: 1 })
}

interface Range {
  readonly from: number
  readonly to: number
}

interface Twin {
  readonly onRead: (chunk: Buffer, position: number) => Effect.Effect<void, DiskError>
  /** Whether the twin holds the same bytes up to this offset, which was read. */
  readonly holds: (end: number) => boolean
}

/** Reads a master line by line. `twin`: another one whose same lines count as read with these. */
const readLines = Effect.fnUntraced(function*(
  round: Round,
  name: MasterName,
  range: Range,
  twin?: Twin
): Effect.fn.Return<number, DiskError, Disk> {
  const { data, lines, survivors } = round
  const path = data[name]
  const master = new MasterLine()
  /** Where the twin's own lines begin. */
  let ownFrom: number | undefined
  const visit = (line: Buffer, offset: number): void => {
    const length = line.length + 1
    const both = twin !== undefined && ownFrom === undefined && twin.holds(offset + length)
    if (twin !== undefined && !both) ownFrom ??= offset
    const kind = master.read(line)
    if (kind === "blank") return survivors.skip(name, length)
    lines[name]++
    if (both) lines.successes++
    if (kind === "corrupt") {
      survivors.skip(name, length)
      noteCorrupt(round, name, offset, length)
      if (both) noteCorrupt(round, "successes", offset, length)
      return
    }
    const markBytes = line.length - master.bytes.length
    if (markBytes > 0) survivors.skip(name, markBytes)
    survivors.offer(name, master, length - markBytes)
  }
  const whole = { ...range, chunkBytes }
  const options = twin === undefined ? whole : { ...whole, onRead: twin.onRead }
  const { bytes, unterminatedBytes } = yield* scanLines(path, options, visit)
  if (unterminatedBytes > 0) {
    const detail =
      `its last ${unterminatedBytes} bytes end in no newline; start a run, which recovers the file first`
    return yield* unusable("EBADMSG", path, detail)
  }
  return ownFrom ?? range.from + bytes
})

/** Compares `successes`, up to its size, with what is read of `updates`. */
const makeTwin = Effect.fnUntraced(function*(path: string, size: number) {
  const disk = yield* Disk
  const file = yield* disk.open(path, "read")
  let mine = Buffer.alloc(0)
  /** Up to here the files are known to be the same, or not known to differ. */
  let sameTo = size
  const twin: Twin = {
    onRead: Effect.fnUntraced(function*(chunk, position) {
      const length = Math.min(chunk.length, sameTo - position)
      if (length <= 0) return
      if (mine.length < length) mine = Buffer.allocUnsafeSlow(chunk.length)
      const count = yield* readAllAt(disk, file, mine.subarray(0, length), position)
      if (count < length || mine.compare(chunk, 0, length, 0, length) !== 0) sameTo = position
    }),
    holds: (end) => end <= sameTo
  }
  return twin
})

/** `updates` and `successes`, from where both were read. Answers whether they are the same. */
const readTwins = Effect.fnUntraced(function*(
  round: Round,
  before: Reading,
  sizes: PerMaster
): Effect.fn.Return<boolean, DiskError, Disk> {
  const { data, survivors } = round
  const updates = { from: before.sizes.updates, to: sizes.updates }
  const successes = { from: before.sizes.successes, to: sizes.successes }
  if (!before.mirrored || successes.from === successes.to || updates.from === updates.to) {
    if (before.mirrored) survivors.extents.successes.start = successes.from
    yield* readLines(round, "updates", updates)
    yield* readLines(round, "successes", successes)
    return before.mirrored && updates.from === updates.to && successes.from === successes.to
  }
  const ownFrom = yield* Effect.scoped(
    Effect.flatMap(
      makeTwin(data.successes, successes.to),
      (twin) => readLines(round, "updates", updates, twin)
    )
  )
  if (ownFrom === sizes.updates && ownFrom === sizes.successes) return true
  survivors.extents.successes.start = ownFrom
  yield* readLines(round, "successes", { from: ownFrom, to: sizes.successes })
  return false
})

/** Reads on from where the reading ended up to new sizes. */
export const readOn = Effect.fnUntraced(function*(
  data: DataPaths,
  reading: Reading,
  sizes: PerMaster
): Effect.fn.Return<Reading, DiskError, Disk> {
  const { survivors } = reading
  for (const name of ["updates", "successes", "rejects"] as const) {
    if (sizes[name] >= reading.sizes[name]) continue
    const detail = `the file became shorter (${reading.sizes[name]} to ${
      sizes[name]
    } bytes) while it was read`
    return yield* unusable("ESTALE", data[name], detail)
  }
  const round: Round = {
    data,
    survivors,
    lines: { ...reading.lines },
    corrupt: [...reading.corrupt]
  }
  const mirrored = yield* readTwins(round, reading, sizes)
  yield* readLines(round, "rejects", { from: reading.sizes.rejects, to: sizes.rejects })
  return { survivors, sizes, lines: round.lines, corrupt: round.corrupt, mirrored }
})
