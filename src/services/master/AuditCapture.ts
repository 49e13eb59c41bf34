// What an audit looks at, fixed at one moment: which files, how long, and how far the last writer left them clean.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { BootId } from "../durability/BootId.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError, FileStat } from "../durability/Disk.ts"
import { readAllAt } from "../durability/FileIo.ts"
import { FileLock } from "../durability/FileLock.ts"
import type { Slot } from "../durability/Slot.ts"
import { decodeSlot, slotBytes } from "../durability/Slot.ts"
import type { MasterName, PerMaster } from "./Survivors.ts"

export interface MasterCapture {
  readonly sizes: PerMaster
  readonly inodes: PerMaster
  /** A swap of the masters was decided and is not finished. */
  readonly swapPending: boolean
  /**
   * Up to here (bytes) `updates` and `successes` are known to hold the same records; what stands beyond waits for a
   * recovery. All of both files where the last writer left them clean, or no appender was ever here.
   */
  readonly agreed: { readonly updates: number; readonly successes: number }
  /** What the last writer knew to be durable; absent where the slot is not of this boot. */
  readonly durable: PerMaster | undefined
  /** Whether a slot of this boot says that the last writer died, failed, or left other files than these. */
  readonly isUnclean: boolean
}

/** More than this no writer leaves behind unsynced. */
const batchBytesMax = 1024 * 1024
const names: ReadonlyArray<MasterName> = ["updates", "successes", "rejects"]

const perMaster = (
  found: ReadonlyArray<FileStat | undefined>,
  value: (stat: FileStat) => number
): PerMaster => {
  const [updates, successes, rejects] = found.map((stat) => stat === undefined ? 0 : value(stat))
  return { updates: updates ?? 0, successes: successes ?? 0, rejects: rejects ?? 0 }
}

const statMasters = (disk: Disk["Service"], data: DataPaths) =>
  Effect.map(
    Effect.forEach(names, (name) => disk.stat(data[name])),
    (found) => found.map(Option.getOrUndefined)
  )

const agreedOf = (
  sizes: PerMaster,
  inodes: PerMaster,
  slot: Slot | undefined
): MasterCapture["agreed"] => {
  const [first, second] = slot?.files ?? []
  if (
    slot === undefined || first === undefined || second === undefined || slot.state === "recovering"
  ) {
    const before = (size: number) => Math.max(0, size - batchBytesMax)
    return { updates: before(sizes.updates), successes: before(sizes.successes) }
  }
  // A slot of files that were replaced since says nothing of these.
  if (first.inode !== inodes.updates || second.inode !== inodes.successes) {
    return { updates: 0, successes: 0 }
  }
  return {
    updates: Math.min(first.size, sizes.updates),
    successes: Math.min(second.size, sizes.successes)
  }
}

const isUncleanIn = (slot: Slot | undefined, found: ReadonlyArray<FileStat | undefined>): boolean =>
  slot !== undefined && (slot.state !== "clean" ||
    slot.files.some(({ inode, size }, index) =>
      size !== (found[index]?.size ?? 0) || inode !== (found[index]?.inode ?? inode)
    ))

const durableOf = (
  inodes: PerMaster,
  masters: Slot | undefined,
  rejects: Slot | undefined
): PerMaster | undefined => {
  const known = (slot: Slot | undefined, index: number, inode: number) => {
    const file = slot?.files[index]
    return file !== undefined && file.inode === inode ? file.size : 0
  }
  if (masters === undefined && rejects === undefined) return undefined
  return {
    updates: known(masters, 0, inodes.updates),
    successes: known(masters, 1, inodes.successes),
    rejects: known(rejects, 0, inodes.rejects)
  }
}

const look = Effect.fnUntraced(function*(data: DataPaths, slots: Buffer | undefined) {
  const disk = yield* Disk
  const bootId = yield* BootId
  const found = yield* statMasters(disk, data)
  const sizes = perMaster(found, ({ size }) => size)
  const inodes = perMaster(found, ({ inode }) => inode)
  const swapPending = Option.isSome(yield* disk.stat(data.swap))
  const masters = slots && decodeSlot(slots.subarray(0, slotBytes), bootId, 2)
  const rejects = slots && decodeSlot(slots.subarray(slotBytes, 2 * slotBytes), bootId, 1)
  return {
    sizes,
    inodes,
    swapPending,
    agreed: slots === undefined
      ? { updates: sizes.updates, successes: sizes.successes }
      : agreedOf(sizes, inodes, masters),
    durable: durableOf(inodes, masters, rejects),
    isUnclean: isUncleanIn(masters, found) || isUncleanIn(rejects, found.slice(2))
  }
})

/**
 * The masters between two batches: the appenders' lock is held for the moment of looking. It is opened only where it
 * exists, so nothing is created, and nothing is written. On a directory that may only be read nobody appends.
 */
export const captureMasters = (
  data: DataPaths
): Effect.Effect<MasterCapture, DiskError, Disk | FileLock | BootId> =>
  Effect.scoped(Effect.gen(function*() {
    const disk = yield* Disk
    const locks = yield* FileLock
    if (Option.isNone(yield* disk.stat(data.appenderLock))) return yield* look(data, undefined)
    const slots = Buffer.alloc(2 * slotBytes)
    const readOnly = Effect.gen(function*() {
      const file = yield* disk.open(data.appenderLock, "read")
      yield* readAllAt(disk, file, slots, 0)
      return yield* look(data, slots)
    })
    const locked = Effect.gen(function*() {
      const file = yield* disk.open(data.appenderLock, "update")
      const read = Effect.andThen(readAllAt(disk, file, slots, 0), look(data, slots))
      return yield* Effect.acquireUseRelease(locks.lock(file), () => read, () => locks.unlock(file))
    })
    return yield* Effect.catchIf(
      locked,
      ({ code }) => ["EACCES", "EPERM", "EROFS"].includes(code),
      () => readOnly
    )
  }))

/** Whether the paths still name the files that were captured: a consolidation replaces them. */
export const isStill = (
  data: DataPaths,
  capture: MasterCapture
): Effect.Effect<boolean, DiskError, Disk> =>
  Effect.gen(function*() {
    const inodes = perMaster(yield* statMasters(yield* Disk, data), ({ inode }) => inode)
    return names.every((name) => inodes[name] === capture.inodes[name])
  })
