// The money that runs share, as an audit finds it: places that cannot be read, and leases that nobody can give back.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { DataDirectory, journalPath } from "../durability/DataDirectory.ts"
import type { DataPaths } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import { readAllAt } from "../durability/FileIo.ts"
import type { FileLock } from "../durability/FileLock.ts"
import { isRunAlive } from "../journal/RunAlive.ts"
import { formatUsd } from "../spending/Money.ts"
import { decodeMoneySlot, moneySlotBytes } from "../spending/MoneySlot.ts"
import type { AuditTally } from "./AuditTally.ts"

const readAll = Effect.fnUntraced(function*(path: string) {
  const disk = yield* Disk
  if (Option.isNone(yield* disk.stat(path))) return Buffer.alloc(0)
  const file = yield* disk.open(path, "read")
  const bytes = Buffer.alloc((yield* disk.statFile(file)).size)
  return bytes.subarray(0, yield* readAllAt(disk, file, bytes, 0))
}, Effect.scoped)

/** A lease is no money spent: budgets hold with it, and the next run has less until it is given back. */
export const auditLeases = Effect.fnUntraced(function*(
  tally: AuditTally,
  data: DataPaths
): Effect.fn.Return<void, DiskError, Disk | FileLock> {
  const disk = yield* Disk
  const bytes = yield* readAll(data.money)
  for (let at = 0; at < bytes.length; at += moneySlotBytes) {
    tally.checked++
    const slot = decodeMoneySlot(bytes.subarray(at, at + moneySlotBytes))
    if (slot === undefined) {
      const place = at / moneySlotBytes
      tally.doubt(
        `${data.money}: place ${place} is damaged: a run that begins while no other is at work clears it`
      )
      continue
    }
    // Asking whether a run lives would make the journal of one that has none.
    const isThere = Option.isSome(yield* disk.stat(journalPath(data, slot.runId)))
    const isAlive = isThere &&
      (yield* Effect.provideService(isRunAlive(slot.runId), DataDirectory, data))
    if (slot.closed || isAlive) continue
    tally.doubt(
      `${data.money}: run ${slot.runId} is dead and holds ${
        formatUsd(slot.grantedNanoUsd)
      }: the next run takes it back`
    )
  }
})
