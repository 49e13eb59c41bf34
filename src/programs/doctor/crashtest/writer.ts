// The process that the crash test kills: appends records through the real appender and names each once it is durable.
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { DataDirectory } from "../../../services/durability/DataDirectory.ts"
import { Disk } from "../../../services/durability/Disk.ts"
import { DurableAppender } from "../../../services/durability/DurableAppender.ts"
import { FileLock } from "../../../services/durability/FileLock.ts"
import { acquireRunLock } from "../../../services/durability/RunLock.ts"
import { inShard } from "../../../services/items/InShard.ts"
import type { Shard } from "../../../services/items/Shard.ts"
import type { MasterRecord } from "../../../services/master/Record.ts"
import { nowIso } from "../../../services/Time.ts"
import { encodeWriterEvent } from "./WriterEvent.ts"
import type { WriterEvent } from "./WriterEvent.ts"

export interface WriterOptions {
  /** Names this process among all of the test: its records are `<name>:<n>`. */
  readonly name: string
  /** Only opens the masters, which recovers them, and ends. */
  readonly openOnly: boolean
  /** Held as a run holds it: the kernel must have freed it when the one before was killed. Its items alone are written. */
  readonly shard: Shard
  /** The durations of the syncs since it was last called, in microseconds. */
  readonly takeSyncTimes: () => ReadonlyArray<number>
}

const recordsPerCommitMax = 16
/** Longest text of a record: several blocks of a file system, so that a kill finds writes under way. */
const textCharactersMax = 12_000

const say = (event: WriterEvent) => Console.log(encodeWriterEvent(event))

const recordOf = (id: string, acceptedAt: string, textCharacters: number): MasterRecord => ({
  slug: id,
  content: { text: "ink ".repeat(textCharacters / 4) },
  meta: {
    id,
    runId: "crashtest",
    model: "none",
    requestedModel: "none",
    rung: 0,
    attempt: 1,
    promptHash: "",
    schemaHash: "",
    evidenceHash: "",
    usage: null,
    costUsd: 0,
    acceptedAt,
    qa: { rules: "", warnings: [] }
  }
})

/** Short texts for the most part. */
const textLength = Effect.map(Random.next, (share) => Math.floor(textCharactersMax * share ** 6))

const append = Effect.fnUntraced(function*(id: string) {
  const acceptedAt = yield* nowIso
  yield* (yield* DurableAppender).append(recordOf(id, acceptedAt, yield* textLength))
})

/** Records that are appended together share one commit. */
const appendForever = Effect.fnUntraced(function*({ name, shard, takeSyncTimes }: WriterOptions) {
  for (let next = 0;;) {
    const count = yield* Random.nextIntBetween(1, recordsPerCommitMax)
    const ids: Array<string> = []
    for (; ids.length < count; next++) {
      if (inShard(`${name}:${next}`, shard)) ids.push(`${name}:${next}`)
    }
    yield* Effect.forEach(ids, append, { concurrency: "unbounded", discard: true })
    yield* say({ event: "acknowledged", ids, syncsUs: takeSyncTimes() })
  }
})

/** Ends with its standard input: whoever started it holds the other end, so that no writer outlives its test. */
export const writer = Effect.fnUntraced(function*(options: WriterOptions) {
  if (!options.openOnly) yield* acquireRunLock(yield* DataDirectory, options.shard)
  yield* DurableAppender
  yield* say({ event: "ready" })
  if (options.openOnly) return
  const { stdin } = yield* Stdio.Stdio
  yield* Effect.raceFirst(appendForever(options), Effect.ignore(Stream.runDrain(stdin)))
}, Effect.scoped)

/** Tells whether this process gets the lock of a file. */
export const tryLockOf = (file: string) =>
  Effect.scoped(Effect.gen(function*() {
    const disk = yield* Disk
    const locks = yield* FileLock
    const granted = yield* locks.tryLock(yield* disk.open(file, "update"))
    yield* say({ event: "lock", granted })
  }))
