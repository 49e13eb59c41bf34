// The directory's part of an audit: leftover temps, quarantine, and whether a recovery is due.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { DataPaths } from "../durability/DataDirectory.ts"
import type { DiskError } from "../durability/Disk.ts"
import { Disk } from "../durability/Disk.ts"
import { FileLock } from "../durability/FileLock.ts"
import { listOrNone } from "../journal/JournalFiles.ts"
import type { MasterCapture } from "./AuditCapture.ts"
import { AuditTally } from "./AuditTally.ts"

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
    for (const name of yield* listOrNone(directory)) {
      if (!tempName.test(name)) continue
      tally.checked++
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

/** What a recovery is still to do is no fault, but nothing that can be vouched for either. */
export const auditRecovery = (capture: MasterCapture): AuditTally => {
  const tally = new AuditTally("recovery", "the last writer left the masters clean")
  tally.checked = 1
  if (capture.swapPending) {
    tally.cannotVerify(
      "a consolidation decided its swap and was cut off; the next run or consolidation finishes it"
    )
  }
  const { agreed, sizes } = capture
  if (agreed.updates < sizes.updates || agreed.successes < sizes.successes) {
    tally.cannotVerify(
      "the masters were written and not left clean since the last recovery; the next run looks at them"
    )
  }
  return tally
}

export const countQuarantine = (data: DataPaths): Effect.Effect<number, DiskError, Disk> =>
  Effect.map(
    listOrNone(data.quarantine),
    (names) => names.filter((name) => !name.startsWith(".")).length
  )
