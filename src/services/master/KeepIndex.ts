// When the index is written: by those who write to the masters, once reading them without it costs more than a moment.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import type { FileLock } from "../durability/FileLock.ts"
import { openCoveringIndex, settlingMasters } from "./CoveringIndex.ts"
import { writeIndex } from "./IndexFile.ts"
import { takeStockAnew } from "./Settled.ts"
import type { Stock } from "./Settled.ts"

/** Smaller masters are read in no time. */
const worthBytes = 4 * 1024 * 1024
/** The part of the masters that an index may leave to be read. */
const tailShareMax = 0.05
/** The same while a run goes on: reading them each time they grew by a quarter comes to five times their length at most. */
const tailShareMaxWithin = 0.2

/** It is disposable: where it cannot be written, the masters are read the next time as well. */
const told = Effect.catch((error: DiskError) =>
  Effect.logWarning(`the index of the masters was not written: ${error.message}`)
)

const keep = Effect.fnUntraced(function*(
  unindexed: Stock["unindexed"],
  bytesMin: number
): Effect.fn.Return<void, DiskError, DataDirectory | Disk | FileLock> {
  if (unindexed === undefined) return
  if (unindexed.successes.bytes + unindexed.rejects.bytes < bytesMin) return
  yield* writeIndex(yield* DataDirectory, unindexed)
})

/** Writes the index of what was just read without one; of masters that have less than `bytesMin`, none. */
export const keepIndex = ({ unindexed }: Pick<Stock, "unindexed">, bytesMin = worthBytes) =>
  told(keep(unindexed, bytesMin))

const bytesNow = Effect.fnUntraced(function*(data: DataPaths) {
  const disk = yield* Disk
  let bytes = 0
  for (const name of settlingMasters) {
    const found = yield* disk.stat(data[name])
    if (Option.isSome(found)) bytes += found.value.size
  }
  return bytes
})

/** Whether the index covers all but a small part of the masters. */
const isRecent = Effect.fnUntraced(function*(
  data: DataPaths,
  bytes: number,
  tailShare: number
): Effect.fn.Return<boolean, DiskError, Disk | Scope.Scope> {
  const index = yield* openCoveringIndex(data)
  if (index === undefined) return false
  const { rejects, successes } = index.file.header
  return bytes - successes.bytes - rejects.bytes <= bytes * tailShare
}, Effect.scoped)

const refresh = Effect.fnUntraced(function*(
  bytesMin: number,
  tailShare: number
): Effect.fn.Return<void, DiskError, DataDirectory | Disk | FileLock> {
  const data = yield* DataDirectory
  const bytes = yield* bytesNow(data)
  if (bytes < bytesMin || (yield* isRecent(data, bytes, tailShare))) return
  yield* keep((yield* takeStockAnew).unindexed, bytesMin)
})

/** Brings the index up to the masters as they are, where that is worth reading them. */
export const refreshIndex = (bytesMin = worthBytes) => told(refresh(bytesMin, tailShareMax))

/** The same amid a run, once much was appended: so much at most is to be read after a kill. */
export const refreshIndexWithin = told(refresh(worthBytes, tailShareMaxWithin))
