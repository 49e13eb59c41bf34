// What a consolidation has read of the masters so far: who survives, what is corrupt, whether anything has to change.
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
  /** Whether the masters are already what a consolidation would make of them. */
  readonly tidy: boolean
}

export const startReading = (): Reading => ({
  survivors: new Survivors(),
  sizes: nothing,
  lines: nothing,
  corrupt: [],
  tidy: true
})

const masterNames: ReadonlyArray<MasterName> = ["updates", "successes", "rejects"]
/** More damage than this is no damaged master, but some other file. */
const corruptRegionsMax = 1000
/** A longer region is kept in parts, so that it need not be held whole. */
const regionBytesMax = 16 * 1024 * 1024
const compareBytes = 256 * 1024

/** Answers false when there are too many. */
const noteCorrupt = (
  regions: Array<CorruptRegion>,
  name: MasterName,
  offset: number,
  length: number
): boolean => {
  const last = regions.at(-1)
  const end = offset + length
  if (last?.name === name && last.end === offset && end - last.start <= regionBytesMax) {
    last.end = end
    last.lines++
    return true
  }
  regions.push({ name, start: offset, end, lines: 1 })
  return regions.length <= corruptRegionsMax
}

/** Whether both files hold the same bytes between two offsets. */
const sameBytes = Effect.fnUntraced(
  function*(first: string, second: string, from: number, to: number) {
    const disk = yield* Disk
    if (from === to) return true
    const [a, b] = [yield* disk.open(first, "read"), yield* disk.open(second, "read")]
    const [left, right] = [
      Buffer.allocUnsafeSlow(compareBytes),
      Buffer.allocUnsafeSlow(compareBytes)
    ]
    for (let position = from; position < to; position += compareBytes) {
      const length = Math.min(compareBytes, to - position)
      yield* readAllAt(disk, a, left.subarray(0, length), position)
      yield* readAllAt(disk, b, right.subarray(0, length), position)
      if (left.compare(right, 0, length, 0, length) !== 0) return false
    }
    return true
  },
  Effect.scoped
)

const areSame = (data: DataPaths, from: PerMaster, to: PerMaster) =>
  from.updates === from.successes && to.updates === to.successes
    ? sameBytes(data.updates, data.successes, from.updates, to.updates)
    : Effect.succeed(false)

/** Reads on from where the reading ended up to new sizes. */
export const readOn = Effect.fnUntraced(function*(
  data: DataPaths,
  reading: Reading,
  sizes: PerMaster
): Effect.fn.Return<Reading, DiskError, Disk> {
  const { survivors } = reading
  const corrupt = [...reading.corrupt]
  const lines = { ...reading.lines }
  const master = new MasterLine()
  let blank = false
  for (const name of masterNames) {
    const path = data[name]
    if (sizes[name] < reading.sizes[name]) {
      const detail = `the file became shorter (${reading.sizes[name]} to ${
        sizes[name]
      } bytes) while it was read`
      return yield* new DiskError({ operation: "consolidate", path, code: "ESTALE", detail })
    }
    const range = { from: reading.sizes[name], to: sizes[name] }
    const { unterminatedBytes } = yield* scanLines(path, range, (line, offset) => {
      const kind = master.read(line)
      if (kind === "blank") {
        blank = true
        return
      }
      lines[name]++
      if (kind === "corrupt") {
        return noteCorrupt(corrupt, name, offset, line.length + 1)
          ? undefined
          : false
      }
      survivors.offer(name, master, offset)
    })
    if (corrupt.length > corruptRegionsMax) {
      const detail =
        `more than ${corruptRegionsMax} damaged places: this is no master file; restore it from a backup`
      return yield* new DiskError({ operation: "consolidate", path, code: "EBADMSG", detail })
    }
    if (unterminatedBytes > 0) {
      const detail =
        `its last ${unterminatedBytes} bytes end in no newline; start a run, which recovers the file first`
      return yield* new DiskError({ operation: "consolidate", path, code: "EBADMSG", detail })
    }
  }
  const tidy = reading.tidy && !blank && corrupt.length === 0 && !survivors.redundant &&
    (yield* areSame(data, reading.sizes, sizes))
  return { survivors, sizes, lines, corrupt, tidy }
})
