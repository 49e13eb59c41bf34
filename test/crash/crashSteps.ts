// The work that every crash of a real disk interrupts: records, rejects and journal events appended, masters consolidated.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as NativeFileLock from "../../src/layers/NativeFileLock.ts"
import * as NodeDisk from "../../src/layers/NodeDisk.ts"
import { DataDirectory } from "../../src/services/durability/DataDirectory.ts"
import type { Disk } from "../../src/services/durability/Disk.ts"
import { DurableAppender } from "../../src/services/durability/DurableAppender.ts"
import { RejectLog } from "../../src/services/durability/RejectLog.ts"
import { Journal } from "../../src/services/journal/Journal.ts"
import { replayJournals } from "../../src/services/journal/JournalReplay.ts"
import { Consolidation } from "../../src/services/master/Consolidation.ts"
import type { Reject } from "../../src/services/master/Reject.ts"
import { intent, response } from "../support/journalEvents.ts"
import { makeRecord } from "../support/records.ts"

/**
 * - `record n`: its intent and response to the journal, then the record `r:n`, each told once it is durable;
 * - `records n m`: the records from `n` up to `m`, all at once: they share commits;
 * - `reject n`: the reject `x:n`;
 * - `shadowed n`: an older record and a reject of the same slug as `record n`, told to nobody: a consolidation drops them;
 * - `replay`: the journals of earlier runs are mended and read, as a run does when it begins;
 * - `consolidate`.
 */
export type Step = string

/** Told for everything that is durable: `record r:3`, `reject x:1`, `intent <id>`, `response <id>`. */
export type Tell = (acknowledged: string) => void

/** Contents of all sizes from none to several blocks of a file system. */
const textOf = (n: number): string =>
  `words of ${n}: ${"lorem ipsum ".repeat((n * 37) % (n % 5 === 0 ? 700 : 40))}`

const rejectOf = (slug: string, id: string): Reject => ({
  slug,
  cause: "QaFailed",
  reason: "too short",
  findings: [],
  _meta: {
    id,
    runId: "x",
    attempts: 1,
    retries: 0,
    costUsd: 0.001,
    rejectedAt: "2026-01-01T03:04:05.678Z"
  }
})

const appendRecord = Effect.fnUntraced(function*(n: number, tell: Tell) {
  const journal = yield* Journal
  const appender = yield* DurableAppender
  const id = yield* journal.nextId
  yield* journal.write(intent(`item-${n}`, id))
  tell(`intent ${id}`)
  yield* journal.write(response(`item-${n}`, id))
  tell(`response ${id}`)
  yield* appender.append(makeRecord(n, textOf(n)))
  tell(`record r:${n}`)
})

const appendShadowed = Effect.fnUntraced(function*(n: number) {
  const { append } = yield* DurableAppender
  const older = makeRecord(n)
  yield* append({
    ...older,
    meta: { ...older.meta, id: `old:${n}`, acceptedAt: "2026-01-01T00:00:00.000Z" }
  })
  yield* (yield* RejectLog).append(rejectOf(`item-${n}`, `shadow:${n}`))
})

const take = Effect.fnUntraced(function*(step: Step, tell: Tell) {
  const [verb, first = "", end = ""] = step.split(" ")
  const n = Number(first)
  if (verb === "record") return yield* appendRecord(n, tell)
  if (verb === "shadowed") return yield* appendShadowed(n)
  if (verb === "replay") {
    const { runId } = yield* Journal
    return void (yield* replayJournals({ ownRunId: runId, isSettled: () => false }))
  }
  if (verb === "consolidate") return void (yield* (yield* Consolidation).consolidate)
  if (verb === "reject") {
    yield* (yield* RejectLog).append(rejectOf(`reject-${n}`, `x:${n}`))
    return tell(`reject x:${n}`)
  }
  const numbers = Array.from({ length: Number(end) - n }, (_, index) => n + index)
  yield* Effect.forEach(numbers, (each) => appendRecord(each, tell), {
    concurrency: "unbounded",
    discard: true
  })
})

export const takeSteps = (steps: ReadonlyArray<Step>, tell: Tell) =>
  Effect.forEach(steps, (step) => take(step, tell), { discard: true })

/** What a run has open, over a disk: building it recovers and begins a journal. Standard output stays the caller's. */
export const openedOver = (root: string, disk: Layer.Layer<Disk> = NodeDisk.layer) =>
  Layer.mergeAll(DurableAppender.layer, RejectLog.layer, Journal.layer, Consolidation.layer).pipe(
    Layer.provideMerge(Layer.mergeAll(DataDirectory.layer(root), disk, NativeFileLock.layer)),
    Layer.provideMerge(Layer.succeed(Logger.LogToStderr, true))
  )
