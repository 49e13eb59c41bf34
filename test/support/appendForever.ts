// A process that appends records to the masters until it is killed, naming each on stdout once it is acknowledged.
//
//   node appendForever.ts <data directory> <first number> <writers> [count]
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as fs from "node:fs"
import * as NativeFileLock from "../../src/layers/NativeFileLock.ts"
import * as NodeDisk from "../../src/layers/NodeDisk.ts"
import { DataDirectory } from "../../src/services/durability/DataDirectory.ts"
import { DurableAppender } from "../../src/services/durability/DurableAppender.ts"
import { makeRecord } from "./records.ts"

const [root = "", first = "0", writers = "8", count = "1000000"] = process.argv.slice(2)

const appending = Effect.gen(function*() {
  const appender = yield* DurableAppender
  let next = Number(first)
  const end = next + Number(count)
  const writer = Effect.gen(function*() {
    for (let n = next++; n < end; n = next++) {
      yield* appender.append(makeRecord(n, "x".repeat((n * 97) % 700)))
      // Written at once: what is buffered in a killed process was never said.
      fs.writeSync(1, `${n}\n`)
    }
  })
  yield* Effect.all(Array.from({ length: Number(writers) }, () => writer), {
    concurrency: "unbounded",
    discard: true
  })
})

// Its stdout is for the acknowledged records alone.
const layer = DurableAppender.layer.pipe(
  Layer.provide([DataDirectory.layer(root), NodeDisk.layer, NativeFileLock.layer]),
  Layer.provideMerge(Layer.succeed(Logger.LogToStderr, true))
)
Effect.runFork(Effect.tapCause(Effect.provide(appending, layer), (cause) => Effect.logError(cause)))
