// The money that all runs of a data directory share, living and dead: each run takes a lease of it under a kernel lock,
// and reserves out of its lease without asking anyone.
//
// At every moment: what dead runs spent (their journals tell) + what living runs were granted (their slots tell)
// <= the total budget; and no run spends and reserves more than it was granted. So the sum of what is spent and reserved
// over all processes never passes the budget, whoever is killed when:
// - killed after the grant, before the intent: the grant stays taken until somebody who is short finds the run's
//   journal unlocked, reads it, and puts what it says in place of the grant;
// - killed after the intent: the same, and the journal says "at risk, at most so much", which stays counted;
// - killed while a slot is written: the old slot stands or the new one, and both cover what the run had reserved;
// - power cut: no run lives, the file is begun anew, the journals tell.
//
// Whoever joins counts each other run once: dead ones by their journals as it read them, living ones by their slots.
// The file is emptied only by a run that found nobody alive, so nobody can miss what was in it.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { DataDirectory } from "../durability/DataDirectory.ts"
import { Disk, DiskError } from "../durability/Disk.ts"
import type { DiskFile } from "../durability/Disk.ts"
import { readAllAt, writeAllAt } from "../durability/FileIo.ts"
import { FileLock } from "../durability/FileLock.ts"
import { Journal } from "../journal/Journal.ts"
import { isRunAlive } from "../journal/RunAlive.ts"
import { readRunSpending } from "../journal/RunSpending.ts"
import { shareOut } from "./Lease.ts"
import type { Lease, Need } from "./Lease.ts"
import type { NanoUsd } from "./Money.ts"
import { decodeMoneySlot, encodeMoneySlot, moneySlotBytes } from "./MoneySlot.ts"
import type { MoneySlot } from "./MoneySlot.ts"

/** A run of another process, as its journal stood when it was read. */
export interface PastRun {
  readonly runId: string
  readonly alive: boolean
  /** Spent and at risk. */
  readonly spentNanoUsd: NanoUsd
  /** What waits for an answer; nothing of a dead run. */
  readonly inFlightNanoUsd: NanoUsd
}

/** What a run sees of the others. */
export interface Outlook {
  /** By all of them, the dead included. */
  readonly othersSpentNanoUsd: NanoUsd
  /** Another run waits for money that this one might give back. */
  readonly isAnyoneShort: boolean
}

export class MoneyPool extends Context.Service<MoneyPool, {
  /** Takes this run's place among those that share, before it spends anything. Once. */
  readonly join: (past: ReadonlyArray<PastRun>) => Effect.Effect<void, DiskError>
  /**
   * One turn under the lock: gives back what the run neither spent nor reserved, and takes what fits of its needs.
   * `need` is asked, synchronously, when the lock is held; from then to the end the run must reserve nothing beyond
   * what it has reserved there. Uninterruptible.
   */
  readonly turn: (need: () => Need) => Effect.Effect<Lease, DiskError>
  /** Takes nothing and gives nothing back: tells the others what this run has spent, and learns it of them. */
  readonly look: (spentNanoUsd: NanoUsd) => Effect.Effect<Outlook, DiskError>
  /** The end: nothing is reserved any more. */
  readonly leave: (spentNanoUsd: NanoUsd) => Effect.Effect<void, DiskError>
}>()("inkfast/services/spending/MoneyPool") {
  /** `totalBudgetNanoUsd`: null for a run without one, whose spending the others count all the same. */
  static readonly layer = (
    totalBudgetNanoUsd: NanoUsd | null
  ): Layer.Layer<MoneyPool, never, Journal | DataDirectory | Disk | FileLock> =>
    Layer.effect(MoneyPool, make(totalBudgetNanoUsd))
}

const make = Effect.fnUntraced(function*(totalBudgetNanoUsd: NanoUsd | null) {
  const data = yield* DataDirectory
  const disk = yield* Disk
  const locks = yield* FileLock
  const { runId } = yield* Journal
  const scope = yield* Effect.scope
  const services = yield* Effect.context<DataDirectory | Disk | FileLock>()
  let file: DiskFile | undefined
  let ownIndex = 0
  /** Runs that were dead when this one joined: their slots say nothing new. */
  const dead = new Set<string>()
  /** Runs that lived then, as their journals said: what they had is that for as long as they have no slot. */
  const alive = new Map<string, PastRun>()
  let deadNanoUsd = 0

  const damaged = (index: number): DiskError =>
    new DiskError({
      operation: "read",
      path: data.money,
      code: "EILSEQ",
      detail:
        `place ${index} of the money that runs share is damaged: what another run may spend ` +
        `is not known. Let every run on this data directory end, then start again`
    })

  const readSlots = Effect.fnUntraced(function*(opened: DiskFile) {
    const { size } = yield* disk.statFile(opened)
    const bytes = Buffer.allocUnsafe(size)
    const count = yield* readAllAt(disk, opened, bytes, 0)
    const slots: Array<MoneySlot> = []
    for (let at = 0; at < count; at += moneySlotBytes) {
      const slot = decodeMoneySlot(bytes.subarray(at, Math.min(count, at + moneySlotBytes)))
      if (slot === undefined) return yield* damaged(at / moneySlotBytes)
      slots.push(slot)
    }
    return slots
  })

  const writeSlot = (opened: DiskFile, index: number, slot: MoneySlot) =>
    writeAllAt(disk, opened, encodeMoneySlot(slot), index * moneySlotBytes)

  /**
   * Not where another run has begun the file anew since. It does so once this run's books are closed, before this one has
   * left: what they say is counted there, nothing more is reserved here, and the place may be another's by now.
   */
  const writeOwn = Effect.fnUntraced(function*(opened: DiskFile, slot: MoneySlot) {
    const bytes = Buffer.allocUnsafe(moneySlotBytes)
    const count = yield* readAllAt(disk, opened, bytes, ownIndex * moneySlotBytes)
    if (decodeMoneySlot(bytes.subarray(0, count))?.runId !== runId) return
    yield* writeSlot(opened, ownIndex, slot)
  })

  const locked = <A, R>(use: (opened: DiskFile) => Effect.Effect<A, DiskError, R>) =>
    Effect.suspend(() => {
      if (file === undefined) return Effect.die(new Error("the run has not joined the pool"))
      const opened = file
      return Effect.uninterruptibleMask((restore) =>
        Effect.andThen(
          restore(locks.lock(opened)),
          Effect.ensuring(use(opened), locks.unlock(opened))
        )
      )
    })

  const isOther = (slot: MoneySlot): boolean => slot.runId !== runId && !dead.has(slot.runId)

  /** What the other runs of this time have been granted, and have spent at least. */
  const othersOf = (slots: ReadonlyArray<MoneySlot>) => {
    const unseen = new Map(alive)
    const sums = { grantedNanoUsd: 0, spentNanoUsd: 0 }
    for (const slot of slots) {
      if (!isOther(slot)) continue
      unseen.delete(slot.runId)
      sums.grantedNanoUsd += slot.grantedNanoUsd
      // Who was alone told nobody what it spent meanwhile: its journal may know more than its slot.
      const journaled = alive.get(slot.runId)?.spentNanoUsd ?? 0
      sums.spentNanoUsd += Math.max(slot.spentNanoUsd, journaled)
    }
    for (const { inFlightNanoUsd, spentNanoUsd } of unseen.values()) {
      sums.grantedNanoUsd += spentNanoUsd + inFlightNanoUsd
      sums.spentNanoUsd += spentNanoUsd
    }
    return sums
  }

  /** Puts what the journals of runs that have died meanwhile say in place of what they were granted. */
  const reclaim = Effect.fnUntraced(
    function*(opened: DiskFile, slots: ReadonlyArray<MoneySlot>) {
      return yield* Effect.forEach(slots, (slot, index) =>
        Effect.gen(function*() {
          if (!isOther(slot) || slot.closed || (yield* isRunAlive(slot.runId))) return slot
          const nanoUsd = yield* readRunSpending(slot.runId)
          const closed: MoneySlot = {
            runId: slot.runId,
            grantedNanoUsd: nanoUsd,
            spentNanoUsd: nanoUsd,
            closed: true,
            short: false
          }
          yield* writeSlot(opened, index, closed)
          return closed
        }))
    },
    Effect.provideContext(services)
  )

  const turn = (need: () => Need) =>
    locked((opened) =>
      Effect.gen(function*() {
        const slots = yield* readSlots(opened)
        const { needsNanoUsd, reservedNanoUsd, spentNanoUsd } = need()
        const share = (known: ReadonlyArray<MoneySlot>) =>
          shareOut({
            limitNanoUsd: totalBudgetNanoUsd,
            pastNanoUsd: deadNanoUsd,
            others: othersOf(known),
            usedNanoUsd: spentNanoUsd + reservedNanoUsd,
            needsNanoUsd,
            sparing: known.some((slot) => isOther(slot) && slot.short)
          })
        const first = share(slots)
        const lease = first.short ? share(yield* reclaim(opened, slots)) : first
        yield* writeOwn(opened, {
          runId,
          grantedNanoUsd: lease.grantedNanoUsd,
          spentNanoUsd,
          closed: false,
          short: lease.short
        })
        return lease
      })
    )

  const look = (spentNanoUsd: NanoUsd) =>
    locked((opened) =>
      Effect.gen(function*() {
        const slots = yield* readSlots(opened)
        const present = slots.filter((slot) => isOther(slot) && !slot.closed)
        const own = slots[ownIndex]
        if (present.length > 0 && own !== undefined && own.spentNanoUsd !== spentNanoUsd) {
          yield* writeOwn(opened, { ...own, spentNanoUsd })
        }
        return {
          othersSpentNanoUsd: deadNanoUsd + othersOf(slots).spentNanoUsd,
          isAnyoneShort: present.some(({ short }) => short)
        }
      })
    )

  const join = Effect.fnUntraced(function*(past: ReadonlyArray<PastRun>) {
    for (const run of past) {
      if (run.alive) alive.set(run.runId, run)
      else {
        dead.add(run.runId)
        deadNanoUsd += run.spentNanoUsd
      }
    }
    file = yield* disk.open(data.money, "update").pipe(Scope.provide(scope))
    yield* locked((opened) =>
      Effect.gen(function*() {
        const { size } = yield* disk.statFile(opened)
        // Only where nobody has a slot that counts may damage, or the dead, be cleared away.
        const slots = alive.size > 0 ? yield* readSlots(opened) : yield* Effect.catchIf(
          readSlots(opened),
          (error) => error.code === "EILSEQ",
          () => Effect.succeed<ReadonlyArray<MoneySlot>>([])
        )
        const keep = alive.size > 0 || slots.some(isOther)
        if (!keep && size > 0) yield* disk.truncate(opened, 0)
        ownIndex = keep ? slots.length : 0
        yield* writeSlot(opened, ownIndex, {
          runId,
          grantedNanoUsd: 0,
          spentNanoUsd: 0,
          closed: false,
          short: false
        })
      })
    )
  })

  return MoneyPool.of({
    join,
    turn,
    look,
    leave: (spentNanoUsd) =>
      file === undefined ? Effect.void : locked((opened) =>
        writeOwn(opened, {
          runId,
          grantedNanoUsd: spentNanoUsd,
          spentNanoUsd,
          closed: true,
          short: false
        })
      )
  })
})
