// What processes do in a workload: append records and rejects, consolidate, keep a journal, and open what a crash left.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { CrashProcess } from "../../../src/layers/CrashDisk.ts"
import type { AppendError } from "../../../src/services/durability/AppendError.ts"
import { BootId } from "../../../src/services/durability/BootId.ts"
import { lineText } from "../../../src/services/durability/LineCodec.ts"
import { slotBytes } from "../../../src/services/durability/Slot.ts"
import type { MasterRecord } from "../../../src/services/master/Record.ts"
import { toLineObject } from "../../../src/services/master/Record.ts"
import type { Reject } from "../../../src/services/master/Reject.ts"
import { intent, rejected, response, verdict } from "../../support/journalEvents.ts"
import { iso } from "../../support/masters.ts"
import { makeRecord } from "../../support/records.ts"
import type { Program, Stage } from "./stage.ts"
import { data } from "./stage.ts"

const startMs = Date.UTC(2026, 0, 1)
const recordOf = (n: number, slug: string): MasterRecord => {
  const record = makeRecord(n, "x".repeat((n * 37) % 90))
  return { ...record, slug, meta: { ...record.meta, acceptedAt: iso(startMs + n) } }
}

const rejectOf = (n: number, slug: string): Reject => ({
  slug,
  cause: "QaFailed",
  reason: "y".repeat((n * 23) % 60),
  findings: [],
  _meta: {
    id: `x:${n}`,
    runId: "r",
    attempts: 1,
    retries: 0,
    costUsd: 0.001,
    rejectedAt: iso(startMs + n)
  }
})

/** What is promised with the record of that number. */
export const promiseOf = (n: number, slug = `item-${n}`) =>
  ({ kind: "record", id: `r:${n}`, slug, atMs: startMs + n }) as const

/** The masters as a process has them open. */
export interface Writers {
  readonly record: (n: number, slug?: string) => Effect.Effect<void, AppendError>
  readonly reject: (n: number, slug?: string) => Effect.Effect<void, AppendError>
}

const telling = (stage: Stage, process: CrashProcess, appends: {
  readonly record: (record: MasterRecord) => Effect.Effect<void, AppendError>
  readonly reject: (reject: Reject) => Effect.Effect<void, AppendError>
}): Writers => ({
  record: (n, slug = `item-${n}`) =>
    Effect.tap(
      appends.record(recordOf(n, slug)),
      () => Effect.sync(() => stage.tell(process, promiseOf(n, slug)))
    ),
  reject: (n, slug = `item-${n}`) =>
    Effect.tap(
      appends.reject(rejectOf(n, slug)),
      () =>
        Effect.sync(() =>
          stage.tell(process, { kind: "reject", id: `x:${n}`, slug, atMs: startMs + n })
        )
    )
})

/** The two services of a run. */
export const openServices = Effect.fnUntraced(function*(stage: Stage, process: CrashProcess) {
  const { DurableAppender, RejectLog } = stage.subject
  const services = yield* Layer.build(Layer.merge(DurableAppender.layer, RejectLog.layer))
  return yield* Effect.provideContext(
    Effect.gen(function*() {
      const records = yield* DurableAppender
      const rejects = yield* RejectLog
      return telling(stage, process, { record: records.append, reject: rejects.append })
    }),
    services
  )
})

/** The engine below them with batches of three or four lines, so that a recovery sees less than the whole file. */
export const openSmallBatches = Effect.fnUntraced(function*(stage: Stage, process: CrashProcess) {
  const { CommitLog } = stage.subject
  const bootId = yield* Effect.provide(BootId, stage.subject.BootId.layer)
  const options = { quarantine: data.quarantine, maxBatchBytes: 1000 }
  const guard = { _tag: "Shared", lockFile: data.appenderLock, bootId, swap: data.swap } as const
  const records = yield* CommitLog.open({
    ...options,
    files: [data.updates, data.successes],
    guard: { ...guard, slotAt: 0 }
  })
  const rejects = yield* CommitLog.open({
    ...options,
    files: [data.rejects],
    guard: { ...guard, slotAt: slotBytes }
  })
  return telling(stage, process, {
    record: (record) => records.append(() => lineText(toLineObject(record))),
    reject: (reject) => rejects.append(() => lineText(reject))
  })
})

export type OpenWriters = typeof openServices | typeof openSmallBatches

/** Opens what a crash left, goes on, and opens once more. */
export const reopening = (openWriters: OpenWriters): Program => (stage, process) =>
  Effect.gen(function*() {
    yield* Effect.scoped(Effect.gen(function*() {
      const writers = yield* openWriters(stage, process)
      stage.mark("opened")
      yield* writers.record(stage.fresh())
      yield* writers.reject(stage.fresh())
    }))
    stage.mark("appended")
  })

/** The same, and, since that takes ten times as long, now and then a consolidation after it. */
export const reopeningToConsolidate: Program = (stage, process) =>
  Effect.gen(function*() {
    yield* reopening(openServices)(stage, process)
    if (!stage.isThorough) return
    yield* consolidate(stage)
    stage.mark("consolidated")
  })

export const consolidate = (stage: Stage) => {
  const { Consolidation } = stage.subject
  return Effect.flatMap(Consolidation, (service) => service.consolidate).pipe(
    Effect.provide(Consolidation.layer),
    Effect.catchIf(({ reason }) => reason === "Busy", () => Effect.void)
  )
}

/** A run's calls: each intent before its answer, each answer before its verdict. */
export const keepJournal = (first: number, calls: number): Program => (stage, process) =>
  Effect.gen(function*() {
    const { Journal } = stage.subject
    const journal = yield* Journal
    const call = Effect.fnUntraced(function*(n: number) {
      const slug = `item-${n}`
      const id = yield* journal.nextId
      const promised = { id, slug, atMs: 0 }
      yield* journal.write(intent(slug, id))
      stage.tell(process, { ...promised, kind: "intent" })
      if (n % 4 === 3) return
      yield* journal.write(response(slug, id))
      stage.tell(process, { ...promised, kind: "response" })
      if (n % 4 !== 2) yield* journal.note(n % 4 === 0 ? verdict(slug, id) : rejected(slug, id))
    })
    yield* Effect.forEach(
      Array.from({ length: calls }, (_, i) => first + i),
      (n) => stage.onward(call(n)),
      { concurrency: 3, discard: true }
    )
  }).pipe(Effect.provide(stage.subject.Journal.layer))

/** What a resumed run learns of the journals that dead ones left. */
export interface Replayed {
  /** Ids of calls with an answer that is kept. */
  readonly answered: ReadonlySet<string>
  readonly atRisk: ReadonlySet<string>
  /** Slugs with a rejected draft. */
  readonly drafts: ReadonlySet<string>
}

export const replayed = new WeakMap<Stage, Replayed>()

/** Begins a run of its own, replays the journals of the dead, and makes a call. */
export const replaying: Program = (stage, process) =>
  Effect.gen(function*() {
    const journal = yield* stage.subject.Journal
    const replay = yield* stage.subject.replayJournals({
      ownRunId: journal.runId,
      isSettled: () => false
    })
    replayed.set(stage, {
      answered: new Set(
        [...replay.history.values()].flatMap(({ unjudged }) => unjudged.map(({ id }) => id))
      ),
      drafts: new Set(
        [...replay.history].flatMap(([slug, { rejection }]) =>
          rejection === undefined ? [] : [slug]
        )
      ),
      atRisk: new Set(replay.atRisk.map(({ id }) => id))
    })
    stage.mark("opened")
    const id = yield* journal.nextId
    const slug = `item-${stage.fresh()}`
    yield* journal.write(intent(slug, id))
    stage.tell(process, { kind: "intent", id, slug, atMs: 0 })
    stage.mark("appended")
  }).pipe(Effect.provide(stage.subject.Journal.layer))
