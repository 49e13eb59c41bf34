// The directory's part of an audit: leftover temps, what a recovery has still to do, and what is vouched for as durable.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { DataDirectory } from "../durability/DataDirectory.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import type { DiskError } from "../durability/Disk.ts"
import { Disk } from "../durability/Disk.ts"
import { FileLock } from "../durability/FileLock.ts"
import { redoPath } from "../durability/Redo.ts"
import { listOrNone } from "../journal/JournalFiles.ts"
import type { JournalFile } from "../journal/JournalFiles.ts"
import { isRunAlive } from "../journal/RunAlive.ts"
import type { MasterCapture } from "./AuditCapture.ts"
import { auditLeases } from "./AuditLeases.ts"
import { AuditTally } from "./AuditTally.ts"

const newline = 0x0a
const tempName = /^\..+\.[0-9a-f]{12}\.tmp$/

/**
 * Whether nobody holds the temp's lock. Asking opens it for writing, which creates it where its owner removed it in
 * between: then it is removed again. A temp that may not be opened cannot be told: undefined.
 */
const isOrphan = (path: string): Effect.Effect<boolean | undefined, DiskError, Disk | FileLock> =>
  Effect.scoped(Effect.uninterruptible(Effect.gen(function*() {
    const disk = yield* Disk
    const locks = yield* FileLock
    const found = yield* disk.stat(path)
    if (Option.isNone(found) || found.value.kind !== "file") return false
    const file = yield* disk.open(path, "update")
    if ((yield* disk.statFile(file)).inode !== found.value.inode) {
      yield* disk.unlink(path)
      return false
    }
    if (!(yield* locks.tryLock(file))) return false
    // Its owner may have removed it or renamed it just now, before it gave the lock back.
    const now = yield* disk.stat(path)
    return Option.isSome(now) && now.value.inode === found.value.inode
  }))).pipe(
    Effect.catchIf(
      ({ code }) => ["EACCES", "EPERM", "EROFS"].includes(code),
      () => Effect.undefined
    )
  )

/** I6: temps whose owner is dead. One that the pending swap names is no leftover. */
export const auditTemps = Effect.fnUntraced(function*(
  data: DataPaths,
  capture: MasterCapture
): Effect.fn.Return<AuditTally, DiskError, Disk | FileLock> {
  const tally = new AuditTally("I6", "no temp file outlives its owner")
  for (const directory of [data.root, data.raw, data.master, data.quarantine, data.evidence]) {
    tally.checked++
    for (const name of yield* listOrNone(directory)) {
      tally.checked++
      if (!tempName.test(name)) continue
      const path = `${directory}/${name}`
      const orphan = yield* isOrphan(path)
      if (orphan === undefined) {
        tally.doubt(`${path}: may not be opened to see whether its owner lives`)
      } else if (orphan && capture.swapPending && directory === data.master) {
        tally.doubt(`${path}: a swap of the masters is not finished`)
      } else if (orphan) tally.violate(`${path}: its owner is dead; the next run sweeps it`)
    }
  }
  return tally
})

/** Whether the byte before this offset is a newline; where nothing stands, there is no line that is cut. */
const endsLine = Effect.fnUntraced(function*(path: string, size: number) {
  if (size === 0) return true
  const disk = yield* Disk
  const last = Buffer.alloc(1)
  yield* disk.read(yield* disk.open(path, "read"), last, size - 1)
  return last[0] === newline
}, Effect.scoped)

/** What a recovery is still to do is no fault, but nothing that can be vouched for either. */
export const auditRecovery = Effect.fnUntraced(function*(
  data: DataPaths,
  capture: MasterCapture,
  journals: ReadonlyArray<JournalFile>
): Effect.fn.Return<AuditTally, DiskError, Disk | FileLock> {
  const disk = yield* Disk
  const tally = new AuditTally(
    "recovery",
    "the last writers left masters, journals and leases clean"
  )
  tally.checked = 1
  if (capture.swapPending) {
    tally.cannotVerify(
      "a consolidation decided its swap and was cut off; the next run or consolidation finishes it"
    )
  }
  const { agreed, isUnclean, sizes } = capture
  if (isUnclean || agreed.updates < sizes.updates || agreed.successes < sizes.successes) {
    tally.cannotVerify(
      "the masters were written and not left clean since the last recovery; the next run looks at them"
    )
  }
  for (const path of [data.updates, data.successes, data.rejects].map(redoPath)) {
    if (Option.isSome(yield* disk.stat(path))) {
      tally.doubt(`${path}: a recovery was cut off; the next run or repair finishes it`)
    }
  }
  for (const { path, runId, size } of journals) {
    tally.checked++
    if (yield* endsLine(path, size)) continue
    if (yield* Effect.provideService(isRunAlive(runId), DataDirectory, data)) continue
    tally.doubt(`${path}: its run is dead, and it ends in no newline: the next run mends that`)
  }
  yield* auditLeases(tally, data)
  return tally
})

/**
 * I7: only a power cut shows whether something is durable. On files it is seen that what the last writer, or the last
 * recovery, vouched for in this boot of the machine is still there.
 */
export const auditDurable = Effect.fnUntraced(function*(
  data: DataPaths,
  { durable, sizes }: MasterCapture
): Effect.fn.Return<AuditTally, DiskError, Disk> {
  const tally = new AuditTally("I7", "what was reported as durable in this boot is still there")
  if (durable === undefined) {
    tally.cannotVerify(
      "nobody has written in this boot of the machine, so no slot says what is durable; the next run looks"
    )
    return tally
  }
  for (const name of ["updates", "successes", "rejects"] as const) {
    tally.checked++
    if (sizes[name] < durable[name]) {
      tally.violate(
        `${name}.jsonl has ${sizes[name]} bytes, and ${
          durable[name]
        } were made durable: its end was cut off`
      )
    } else if (!(yield* endsLine(data[name], durable[name]))) {
      tally.violate(`${name}.jsonl: no line ends at byte ${durable[name]}, where a durable one did`)
    }
  }
  return tally
})

export const countQuarantine = (data: DataPaths): Effect.Effect<number, DiskError, Disk> =>
  Effect.map(
    listOrNone(data.quarantine),
    (names) => names.filter((name) => !name.startsWith(".")).length
  )
