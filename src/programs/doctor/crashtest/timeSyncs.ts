// How long the disk alone takes for a sync: what a call costs in this process is measured beside it and taken off.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Disk } from "../../../services/durability/Disk.ts"
import { appendAll } from "../../../services/durability/FileIo.ts"
import { quantile } from "./CrashtestReport.ts"

/** Each of them writes before it syncs. */
export const syncsTimed = 64
const syncBytes = 4096
/** Large enough to take the same way through the process as a sync, and answered from memory. */
const readBytes = 64 * 1024

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(
    Clock.monotonicTimeNanos,
    (startNs) =>
      Effect.andThen(
        effect,
        Effect.map(Clock.monotonicTimeNanos, (endNs) => Number(endNs - startNs) / 1000)
      )
  )

const median = (valuesUs: ReadonlyArray<number>): number =>
  quantile(valuesUs.toSorted((a, b) => a - b), 0.5) ?? 0

/** Microseconds, the median. Makes the file, which must be on the disk that is meant; nobody else should be at work there. */
export const timeSyncs = Effect.fnUntraced(function*(path: string) {
  const disk = yield* Disk
  const file = yield* disk.open(path, "append")
  const into = new Uint8Array(readBytes)
  const syncsUs: Array<number> = []
  const readsUs: Array<number> = []
  yield* appendAll(disk, file, into)
  for (let round = 0; round < syncsTimed; round++) {
    yield* appendAll(disk, file, new Uint8Array(syncBytes))
    syncsUs.push(yield* timed(disk.datasync(file)))
    readsUs.push(yield* timed(disk.read(file, into, 0)))
  }
  return Math.max(0, median(syncsUs) - median(readsUs))
}, Effect.scoped)
