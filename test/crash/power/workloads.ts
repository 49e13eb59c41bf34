// The workloads whose every moment is crashed, and what opens each one's disk again.
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type { CrashProcess } from "../../../src/layers/CrashDisk.ts"
import type { CrashImage } from "../../../src/layers/CrashImage.ts"
import { emptyImage } from "../../../src/layers/CrashImage.ts"
import type { OpenWriters } from "./programs.ts"
import {
  consolidate,
  keepJournal,
  openServices,
  openSmallBatches,
  promiseOf,
  reopening,
  reopeningToConsolidate,
  replaying
} from "./programs.ts"
import type { Program, Stage } from "./stage.ts"
import { data } from "./stage.ts"

export interface Workload {
  readonly name: string
  /** What is there before it. */
  readonly image: CrashImage
  /** Bytes that reach the disk together; short lines are torn more often by small ones. */
  readonly sectorBytes: number
  /** Starts the processes; a kill is aimed at the first of them. */
  readonly start: (stage: Stage) => ReadonlyArray<CrashProcess>
  readonly reopen: Program
  /** Orders of the fibers that are tried, from seed 0. */
  readonly schedules: number
  /** In how many units its kills and failing calls are done. */
  readonly parts: number
  /** A sample makes one in so many of its calls fail. */
  readonly sampleParts: number
  /** Whether one process is also killed at each of its calls, while the others go on. */
  readonly kills: boolean
  readonly isJournal: boolean
}

const range = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: to - from }, (_, i) => from + i)

/** Appends these records and rejects, so many at a time. */
const write = (
  openWriters: OpenWriters,
  records: ReadonlyArray<number>,
  rejects: ReadonlyArray<number>,
  together: number
): Program =>
(stage, process) =>
  Effect.gen(function*() {
    const writers = yield* openWriters(stage, process)
    yield* Effect.all([
      Effect.forEach(records, (n) => stage.onward(writers.record(n)), {
        concurrency: together,
        discard: true
      }),
      Effect.forEach(rejects, (n) => stage.onward(writers.reject(n)), {
        concurrency: together,
        discard: true
      })
    ], { concurrency: 2, discard: true })
  })

/** Callers that are interrupted while their records are being written: when their ends are known, the records are durable. */
const writeInterrupted: Program = (stage, process) =>
  Effect.gen(function*() {
    const writers = yield* openSmallBatches(stage, process)
    for (const n of range(0, 6)) {
      let began = false
      const begin = Effect.sync(() => void (began = true))
      const fiber = yield* Effect.forkChild(Effect.andThen(begin, writers.record(n)))
      for (let turn = 0; turn < n; turn++) yield* Effect.yieldNow
      yield* Fiber.interrupt(fiber)
      const exit = yield* Fiber.await(fiber)
      const isWritten = Exit.isSuccess(exit) || !Cause.hasFails(exit.cause)
      if (began && isWritten) stage.tell(process, promiseOf(n))
    }
  })

/** Records that supersede one another, and rejects that do, of few slugs; then a consolidation amid more of them. */
const writeAndConsolidate = (from: number): Program => (stage, process) =>
  Effect.gen(function*() {
    const writers = yield* openServices(stage, process)
    const record = (n: number) => stage.onward(writers.record(n, `s${n % 4}`))
    const reject = (n: number, slug: string) => stage.onward(writers.reject(n, slug))
    yield* Effect.forEach(range(from, from + 6), record, { concurrency: 3, discard: true })
    yield* Effect.forEach(range(from + 6, from + 9), (n) => reject(n, `s${2 + n % 4}`), {
      discard: true
    })
    yield* Effect.all([
      stage.onward(consolidate(stage)),
      Effect.forEach(range(from + 9, from + 15), record, { discard: true }),
      reject(from + 15, "s5")
    ], { concurrency: 3, discard: true })
    yield* Effect.forEach(range(from + 16, from + 18), record, { discard: true })
  })

/** One process consolidates again and again, while another one appends. */
const consolidateOften: Program = (stage) =>
  Effect.forEach(range(0, 4), (n) =>
    Effect.gen(function*() {
      for (let turn = 0; turn < 12 * n; turn++) yield* Effect.yieldNow
      yield* stage.onward(consolidate(stage))
    }), { discard: true })

/** Beginning with nothing takes a fifth longer for each state, and one workload of that kind says all there is to say. */
const started: CrashImage = {
  ...emptyImage,
  directories: [data.root, data.master, data.raw, data.quarantine]
}

const base = {
  image: started,
  kills: false,
  isJournal: false,
  schedules: 1,
  parts: 4,
  sampleParts: 1
}

export const workloads: ReadonlyArray<Workload> = [
  {
    ...base,
    name: "one writer",
    image: emptyImage,
    sectorBytes: 512,
    start: (stage) => [stage.process(write(openServices, range(0, 8), [], 1))],
    reopen: reopening(openServices)
  },
  {
    ...base,
    name: "one writer, small batches",
    sectorBytes: 64,
    start: (stage) => [stage.process(write(openSmallBatches, range(0, 14), [], 4))],
    reopen: reopening(openSmallBatches)
  },
  {
    ...base,
    name: "many writers",
    sectorBytes: 128,
    schedules: 3,
    start: (stage) => [stage.process(write(openSmallBatches, range(0, 20), range(20, 24), 8))],
    reopen: reopening(openSmallBatches)
  },
  {
    ...base,
    name: "two processes",
    sectorBytes: 128,
    schedules: 3,
    kills: true,
    start: (stage) => [
      stage.process(write(openSmallBatches, range(0, 8), range(8, 10), 3)),
      stage.process(write(openSmallBatches, range(10, 18), range(18, 20), 2))
    ],
    reopen: reopening(openSmallBatches)
  },
  {
    ...base,
    name: "interrupted writers",
    sectorBytes: 512,
    start: (stage) => [stage.process(writeInterrupted)],
    reopen: reopening(openSmallBatches)
  },
  {
    ...base,
    name: "consolidation",
    parts: 36,
    sampleParts: 10,
    sectorBytes: 512,
    schedules: 3,
    kills: true,
    start: (stage) => [stage.process(writeAndConsolidate(0))],
    reopen: reopeningToConsolidate
  },
  {
    ...base,
    name: "consolidation beside a writer",
    parts: 48,
    sampleParts: 20,
    sectorBytes: 512,
    schedules: 3,
    kills: true,
    start: (stage) => [stage.process(consolidateOften), stage.process(writeAndConsolidate(20))],
    reopen: reopeningToConsolidate
  },
  {
    ...base,
    name: "rejects",
    sectorBytes: 64,
    start: (stage) => [stage.process(write(openSmallBatches, [], range(0, 14), 3))],
    reopen: reopening(openSmallBatches)
  },
  {
    ...base,
    name: "journal",
    sectorBytes: 128,
    schedules: 2,
    kills: true,
    isJournal: true,
    start: (stage) => [stage.process(keepJournal(0, 6)), stage.process(keepJournal(10, 3))],
    reopen: replaying
  }
]
