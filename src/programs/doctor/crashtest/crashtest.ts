// `inkfast doctor --crashtest`: writers and kills on the user's own disk, and what became of every acknowledged record.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as path from "node:path"
import type { DataPaths } from "../../../services/durability/DataDirectory.ts"
import { paths } from "../../../services/durability/DataDirectory.ts"
import { Disk } from "../../../services/durability/Disk.ts"
import { Scratch } from "../../../services/durability/Scratch.ts"
import { report } from "../DoctorReport.ts"
import { nearestDirectory } from "../nearestDirectory.ts"
import { checkKills, checkRoom, checkSyncs, notTested, quantile } from "./CrashtestReport.ts"
import type { CrashtestFigures, CrashtestReport } from "./CrashtestReport.ts"
import { withDeviceWrites } from "./deviceWrites.ts"
import { killWriters } from "./killWriters.ts"
import { readMaster } from "./MasterReader.ts"
import type { MasterContent } from "./MasterReader.ts"
import { checkMount, mountOf } from "./mountOf.ts"
import { probeLock } from "./probeLock.ts"
import { startWriter } from "./startWriter.ts"
import { syncsTimed, timeSyncs } from "./timeSyncs.ts"

export interface CrashtestOptions {
  /** On the file system that is meant; where it does not exist, the nearest directory above it. */
  readonly directory: string
  /** Of killing, once the writers are ready. */
  readonly seconds: number
  /** Ends it earlier, after so many kills. Default: no limit. */
  readonly killsMax?: number | undefined
}

const writers = 3
const scratchBytesMax = 1024 ** 3
/** Of what is free: whoever else writes there is to notice nothing. */
const scratchShareMax = 0.25
const freeBytesNeeded = 64 * 1024 ** 2
const expectedInMaster: ReadonlySet<string> = new Set([
  "updates.jsonl",
  "successes.jsonl",
  ".appender.lock"
])

const bothMasters = (data: DataPaths) =>
  Effect.all([readMaster(data.updates), readMaster(data.successes)])

const lostOf = (
  acknowledged: ReadonlySet<string>,
  masters: ReadonlyArray<MasterContent>
): ReadonlyArray<string> =>
  [...acknowledged].filter((id) => !masters.every(({ ids }) => ids.has(id)))

/** Opens the masters once more, which recovers what the last kills left. */
const openAgain = (data: DataPaths) =>
  Effect.scoped(Effect.gen(function*() {
    const process = yield* startWriter(
      ["--data", data.root, "--name", "last", "--open-only"],
      () => {}
    )
    yield* process.ended
  }))

const namesIn = Effect.fnUntraced(function*(directory: string) {
  const disk = yield* Disk
  return Option.isSome(yield* disk.stat(directory)) ? yield* disk.list(directory) : []
})

/** Files that no run of the appender leaves; what was quarantined is kept on purpose. */
const strayFiles = (data: DataPaths) =>
  Effect.map(namesIn(data.master), (names) => names.filter((name) => !expectedInMaster.has(name)))

const sum = (
  masters: ReadonlyArray<MasterContent>,
  of: (content: MasterContent) => number
): number => masters.reduce((total, content) => total + of(content), 0)

interface Room {
  readonly data: DataPaths
  readonly freeBytes: number
  /** As the kernel numbers it; undefined where it does not tell. */
  readonly device: string | undefined
}

const tryKills = Effect.fnUntraced(
  function*({ data, device, freeBytes }: Room, { killsMax = Infinity, seconds }: CrashtestOptions) {
    const [syncAloneUs, deviceWrites] = yield* withDeviceWrites(
      device,
      timeSyncs(path.join(data.root, "syncs"))
    )
    const observed = yield* killWriters({
      data,
      writers,
      killsMax,
      killMs: seconds * 1000,
      bytesMax: Math.min(scratchBytesMax, freeBytes * scratchShareMax)
    })
    const { acknowledged, commits, durationMs, kills, linesRead } = observed
    const before = yield* bothMasters(data)
    yield* openAgain(data)
    const after = yield* bothMasters(data)
    const lost = new Set([...lostOf(acknowledged, before), ...lostOf(acknowledged, after)])
    const syncsUs = observed.syncsUs.toSorted((a, b) => a - b)
    const figures: CrashtestFigures = {
      durationMs,
      writers,
      kills,
      acknowledged: acknowledged.size,
      lost: lost.size,
      invalidLines: Math.max(
        observed.invalidLines,
        sum(before, ({ invalid }) => invalid),
        sum(after, ({ invalid }) => invalid)
      ),
      duplicates: sum(after, ({ duplicates }) => duplicates),
      tempFilesLeft: (yield* strayFiles(data)).length,
      linesRead,
      commits,
      commitsPerSecond: commits / (Math.max(1, durationMs) / 1000),
      syncAloneUs,
      syncsAlone: syncsTimed,
      deviceWrites,
      syncs: syncsUs.length,
      syncMedianUs: quantile(syncsUs, 0.5),
      syncP99Us: quantile(syncsUs, 0.99)
    }
    return figures
  }
)

/** Without locks, or without room, nothing is tried. */
const tryOut = Effect.fnUntraced(function*(room: Room, options: CrashtestOptions) {
  const lock = yield* probeLock(path.join(room.data.root, "lock"))
  const noRoom = checkRoom(room.freeBytes, freeBytesNeeded)
  const before = noRoom === undefined ? [lock] : [lock, noRoom]
  if (before.some(({ outcome }) => outcome !== "ok")) return { checks: before, figures: null }
  const figures = yield* tryKills(room, options)
  return { checks: before, figures }
})

/**
 * Works in a scratch directory inside the nearest directory that exists, and removes it at every end. Fails only where
 * it cannot be done: a directory that cannot be written, a writer that does not start.
 */
export const crashtest = Effect.fnUntraced(function*(options: CrashtestOptions) {
  const directory = yield* nearestDirectory(options.directory)
  const mount = yield* mountOf(directory)
  const data = paths(yield* (yield* Scratch).make(directory))
  const freeBytes = yield* (yield* Disk).freeSpace(data.root)
  const { checks, figures } = yield* tryOut({ data, freeBytes, device: mount?.device }, options)
  const result: CrashtestReport = {
    ...report([
      checkMount(directory, mount),
      ...checks,
      ...(figures === null ? [] : [checkSyncs(figures, mount), checkKills(figures)])
    ]),
    directory,
    fileSystem: mount?.type ?? null,
    figures,
    notTested
  }
  return result
}, Effect.scoped)
