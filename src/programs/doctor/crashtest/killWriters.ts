// Several writers on one data directory, killed with -9 at random moments and started again, over and over.
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { DataPaths } from "../../../services/durability/DataDirectory.ts"
import { makeMasterReader } from "./MasterReader.ts"
import type { MasterReader } from "./MasterReader.ts"
import { startWriter, WriterFailed } from "./startWriter.ts"
import type { WriterProcess } from "./startWriter.ts"
import type { WriterEvent } from "./WriterEvent.ts"

/** What was heard and seen while the writers were at work. */
export interface Observed {
  readonly acknowledged: Set<string>
  readonly syncsUs: Array<number>
  commits: number
  kills: number
  linesRead: number
  invalidLines: number
  /** From the first writer that was ready to the end. */
  durationMs: number
}

export interface KillOptions {
  readonly data: DataPaths
  /** Processes at once. */
  readonly writers: number
  /** For so long after the first writer is ready. */
  readonly killMs: number
  /** Ends it earlier, once there were so many kills; the writers that live then are killed, too. */
  readonly killsMax: number
  /** Of both masters together: the test proves nothing more by filling a disk, and ends there. */
  readonly bytesMax: number
}

/** A writer lives so long after it is ready. */
const lifeMsMax = 300
/** One in so many is killed in its start or in its recovery, once it is known how long they take. */
const earlyOneIn = 5
/** A writer that is not ready by then never will be. */
const readyMsMax = 60_000
const lookEveryMs = 20
const syncsKept = 200_000

const newObserved = (): Observed => ({
  acknowledged: new Set(),
  syncsUs: [],
  commits: 0,
  kills: 0,
  linesRead: 0,
  invalidLines: 0,
  durationMs: 0
})

const hearInto = (observed: Observed) => (event: WriterEvent): void => {
  if (event.event !== "acknowledged") return
  observed.commits++
  for (const id of event.ids) observed.acknowledged.add(id)
  if (observed.syncsUs.length < syncsKept) observed.syncsUs.push(...event.syncsUs)
}

/** Looks at both masters again and again; stops the test when they have grown too large. */
const watch = Effect.fnUntraced(
  function*(readers: ReadonlyArray<MasterReader>, bytesMax: number, stop: Effect.Effect<unknown>) {
    for (;;) {
      for (const reader of readers) yield* reader.look
      if (readers.reduce((sum, reader) => sum + reader.bytes(), 0) > bytesMax) yield* stop
      yield* Effect.sleep(lookEveryMs)
    }
  }
)

/** What the places share. */
interface Field {
  readonly options: KillOptions
  readonly observed: Observed
  readonly firstReady: Deferred.Deferred<void>
  readonly stopped: Deferred.Deferred<void>
  /** How long the last start took. */
  startMs: number
}

const endedItself = Effect.fail(
  new WriterFailed({ detail: "it ended, and nobody had killed it", exitCode: null })
)

/** Waits for the moment at which a writer is to be killed. */
const moment = Effect.fnUntraced(function*(field: Field, process: WriterProcess, life: number) {
  const isEarly = life > 1 && (yield* Random.nextIntBetween(1, earlyOneIn)) === 1
  if (isEarly) return yield* Effect.sleep(yield* Random.nextBetween(0, field.startMs))
  const startedMs = yield* Clock.currentTimeMillis
  yield* Effect.timeoutOrElse(process.ready, {
    duration: readyMsMax,
    orElse: () =>
      Effect.fail(
        new WriterFailed({
          detail: `it was not ready after ${readyMsMax / 1000} s`,
          exitCode: null
        })
      )
  })
  field.startMs = (yield* Clock.currentTimeMillis) - startedMs
  yield* Deferred.succeed(field.firstReady, undefined)
  yield* Effect.sleep(yield* Random.nextBetween(0, lifeMsMax))
})

/** One place among the writers, filled anew after every kill. */
const keepKilling = Effect.fnUntraced(function*(field: Field, place: number) {
  const { observed, options: { data, killsMax, writers }, stopped } = field
  for (let life = 1; !(yield* Deferred.isDone(stopped)); life++) {
    yield* Effect.scoped(Effect.gen(function*() {
      const process = yield* startWriter(
        ["--data", data.root, "--name", `${place}.${life}`, "--shard", `${place}/${writers}`],
        hearInto(observed)
      )
      const over = Effect.raceFirst(moment(field, process, life), Deferred.await(stopped))
      yield* Effect.raceFirst(over, Effect.andThen(process.ended, endedItself))
      yield* process.kill
      observed.kills++
    }))
    if (observed.kills >= killsMax) yield* Deferred.succeed(stopped, undefined)
  }
})

/** Fails where a writer ends by itself, or where a master cannot be read. */
export const killWriters = Effect.fnUntraced(function*(options: KillOptions) {
  const { data, killMs, writers } = options
  const observed = newObserved()
  const field: Field = {
    options,
    observed,
    firstReady: yield* Deferred.make<void>(),
    stopped: yield* Deferred.make<void>(),
    startMs: 0
  }
  const stop = Deferred.succeed(field.stopped, undefined)
  const readers = [yield* makeMasterReader(data.updates), yield* makeMasterReader(data.successes)]
  const places = Array.from({ length: writers }, (_, index) => keepKilling(field, index + 1))
  const timer = Effect.gen(function*() {
    yield* Effect.raceFirst(Deferred.await(field.firstReady), Deferred.await(field.stopped))
    const startMs = yield* Clock.currentTimeMillis
    yield* Effect.timeoutOption(Deferred.await(field.stopped), killMs)
    yield* stop
    observed.durationMs = (yield* Clock.currentTimeMillis) - startMs
  })
  yield* Effect.raceFirst(
    Effect.all([...places, timer], { concurrency: "unbounded", discard: true }),
    watch(readers, options.bytesMax, stop)
  )
  for (const reader of readers) {
    yield* reader.look
    observed.linesRead += reader.lines()
    observed.invalidLines += reader.invalid()
  }
  return observed
})
