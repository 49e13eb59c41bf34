// The journal of this run: intents and answers on disk before anything depends on them.
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import type { AppendError } from "../durability/AppendError.ts"
import { open as openLog } from "../durability/CommitLog.ts"
import { DataDirectory, journalPath } from "../durability/DataDirectory.ts"
import { Disk, DiskError } from "../durability/Disk.ts"
import type { FileLock } from "../durability/FileLock.ts"
import { eventText, entryOf } from "./EventCodec.ts"
import type { JournalEvent } from "./JournalEvent.ts"
import { RunLedger, runOf } from "./RunLedger.ts"
import type { AtRisk, LedgerTotals } from "./RunLedger.ts"

export class Journal extends Context.Service<Journal, {
  /**
   * UTC time in seconds, its milliseconds as three hex digits, three random ones: `20261122T101500-3e791c`. Names sort
   * by time also when a run is killed and started again within one second.
   */
  readonly runId: string
  /** A new id of this run: `<runId>:<n>`, n from 1. */
  readonly nextId: Effect.Effect<string>
  /** Succeeds once the event is durable. Uninterruptible. */
  readonly write: (event: JournalEvent) => Effect.Effect<void, AppendError>
  /**
   * Queues the event for the next commit and does not wait; durable at the latest when the journal closes. For events
   * whose loss costs nothing: a lost verdict is judged again for $0.
   */
  readonly note: (event: JournalEvent) => Effect.Effect<void>
  /** Fails with the first write error; never succeeds. */
  readonly broken: Effect.Effect<never, AppendError>
  /** What this journal holds by now, for the run's manifest: what a replay of it would count. */
  readonly totals: Effect.Effect<LedgerTotals>
  /** Its calls that may have been billed and have no answer by now. */
  readonly atRisk: Effect.Effect<ReadonlyArray<AtRisk>>
}>()("inkfast/services/journal/Journal") {
  /** Makes the journal's file: building the layer begins a run. The file is locked until the layer's scope ends. */
  static readonly layer: Layer.Layer<Journal, DiskError, DataDirectory | Disk | FileLock> = Layer
    .effect(
      Journal,
      Effect.suspend(() => make)
    )
}

const idsTried = 100

const threeHex = (n: number): string => n.toString(16).padStart(3, "0")

const newRunId = Effect.gen(function*() {
  const now = yield* DateTime.now
  const random = yield* Random.nextIntBetween(0, 0xfff)
  const iso = DateTime.formatIso(now)
  const time = iso.slice(0, 19).replaceAll(/[-:]/g, "")
  return `${time}-${threeHex(Number(iso.slice(20, 23)))}${threeHex(random)}`
})

/** A journal of a name that no run has had. Its entry in raw/ is made durable when the log is opened. */
const createFile = Effect.gen(function*() {
  const data = yield* DataDirectory
  const disk = yield* Disk
  yield* disk.makeDirectory(data.raw)
  for (let tried = 0; tried < idsTried; tried++) {
    const runId = yield* newRunId
    const created = yield* Effect.scoped(disk.open(journalPath(data, runId), "create")).pipe(
      Effect.as(true),
      Effect.catchIf((error) => error.code === "EEXIST", () => Effect.succeed(false))
    )
    if (created) return runId
  }
  const detail = `${idsTried} names for a journal are taken; check the clock of this machine`
  return yield* new DiskError({ operation: "create", path: data.raw, code: "EEXIST", detail })
})

const triedLockMs = 5
const triedLockTimes = 2000

const make = Effect.gen(function*() {
  const data = yield* DataDirectory
  const runId = yield* createFile
  const log = yield* openLog({
    files: [journalPath(data, runId)],
    guard: { _tag: "Own" },
    quarantine: data.quarantine
  }).pipe(
    // The name is ours alone, but whoever lists raw/ at this moment tries the lock to see whether its run lives.
    Effect.retry({
      while: ({ code }) => code === "EBUSY",
      schedule: Schedule.spaced(triedLockMs),
      times: triedLockTimes
    })
  )
  const ledger = new RunLedger(runId)
  let lastId = 0

  /** A verdict on an answer of an earlier run belongs to that run's books. */
  const enter = (event: JournalEvent): void => {
    if (runOf(event.id) === runId) ledger.enter(entryOf(event))
  }

  return Journal.of({
    runId,
    nextId: Effect.sync(() => `${runId}:${++lastId}`),
    write: (event) =>
      Effect.uninterruptible(
        Effect.map(log.append(() => eventText(event)), () => enter(event))
      ),
    note: (event) =>
      Effect.suspend(() => {
        enter(event)
        return log.note(() => eventText(event))
      }),
    broken: log.broken,
    totals: Effect.sync(() => ledger.totals),
    atRisk: Effect.sync(() => ledger.atRisk(false))
  })
})
