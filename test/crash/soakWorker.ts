// A process of the soak: appends records, naming each on stdout once it is acknowledged, or consolidates over and over.
//
//   node soakWorker.ts append <data directory> <name> <count, 0 for no end>
//   node soakWorker.ts consolidate <data directory>
// Both end well when their standard input is closed.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as Platform from "../../src/layers/Platform.ts"
import { DataDirectory } from "../../src/services/durability/DataDirectory.ts"
import type { AppendError } from "../../src/services/durability/AppendError.ts"
import type { Disk, DiskError } from "../../src/services/durability/Disk.ts"
import { DurableAppender } from "../../src/services/durability/DurableAppender.ts"
import type { FileLock } from "../../src/services/durability/FileLock.ts"
import type { ConsolidationError } from "../../src/services/master/Consolidation.ts"
import { Consolidation } from "../../src/services/master/Consolidation.ts"
import { iso } from "../support/masters.ts"
import { makeRecord } from "../support/records.ts"

const [verb = "", root = "", name = "", count = "0"] = process.argv.slice(2)
let stopped = false
process.stdin.on("end", () => void (stopped = true)).resume()

const say = (line: string): void => void fs.writeSync(1, `${line}\n`)

/** Every seventh record supersedes one that was acknowledged long before. */
const slugOf = (n: number): string => `${name}-${n % 7 === 6 && n > 200 ? n - 101 : n}`

const append = Effect.gen(function*() {
  const appender = yield* DurableAppender
  const end = Number(count) || Infinity
  let next = 0
  const writer = Effect.gen(function*() {
    for (let n = next++; n < end && !stopped; n = next++) {
      const record = makeRecord(n, "x".repeat((n * 97) % 700))
      const slug = slugOf(n)
      const id = `${name}:${n}`
      yield* appender.append({
        ...record,
        slug,
        meta: { ...record.meta, id, runId: name, acceptedAt: iso(1_800_000_000_000 + n) }
      })
      say(`${slug} ${id}`)
    }
  })
  yield* Effect.all(Array.from({ length: 8 }, () => writer), {
    concurrency: "unbounded",
    discard: true
  })
}).pipe(Effect.provide(DurableAppender.layer))

const consolidate = Effect.gen(function*() {
  const consolidation = yield* Consolidation
  while (!stopped) {
    const { left, pauseMs, successes } = yield* consolidation.consolidate
    say(`${successes.read} ${successes.kept} ${left} ${pauseMs}`)
  }
}).pipe(Effect.provide(Consolidation.layer))

const work: Effect.Effect<
  void,
  AppendError | ConsolidationError | DiskError,
  DataDirectory | Disk | FileLock
> = verb === "append" ? append : consolidate
const exit = await Effect.runPromiseExit(
  Effect.provide(work, Layer.merge(DataDirectory.layer(root), Platform.layer))
)
if (exit._tag === "Failure") {
  process.stderr.write(`${String(exit.cause)}\n`)
  process.exitCode = 1
}
process.stdin.destroy()
