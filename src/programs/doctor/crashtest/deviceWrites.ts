// What a block device has done since the machine started: whether a sync gets there at all shows in its counters.
import * as Effect from "effect/Effect"
import { readKernelFile } from "./readKernelFile.ts"

const statsPath = "/proc/diskstats"

/** Writes that the device `8:1` has completed, in the words of the kernel; undefined where it is not listed. */
export const writesIn = (stats: string, device: string): number | undefined => {
  for (const line of stats.split("\n")) {
    // major minor name, four figures of reads, writes completed.
    const [major, minor, , , , , , writes] = line.trim().split(/\s+/)
    if (`${major}:${minor}` === device && writes !== undefined) return Number(writes)
  }
  return undefined
}

/** Runs the effect; answers its result and the writes that the device completed meanwhile, null where it is not known. */
export const withDeviceWrites = <A, E, R>(
  device: string | undefined,
  effect: Effect.Effect<A, E, R>
) =>
  Effect.gen(function*() {
    const now = Effect.map(
      readKernelFile(statsPath),
      (stats) => device === undefined ? undefined : writesIn(stats, device)
    )
    const before = yield* now
    const result = yield* effect
    const after = yield* now
    const writes = before === undefined || after === undefined ? null : after - before
    return [result, writes] as const
  })
