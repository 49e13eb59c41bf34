// Appends one record after another to a data directory and prints how long each took, in milliseconds, until it is killed.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as Live from "../src/layers/Live.ts"
import { DataDirectory } from "../src/services/durability/DataDirectory.ts"
import { DurableAppender } from "../src/services/durability/DurableAppender.ts"
import { makeRecord } from "../test/support/records.ts"

const appending = Effect.gen(function*() {
  const appender = yield* DurableAppender
  for (let n = 0;; n++) {
    const startMs = performance.now()
    yield* appender.append(makeRecord(n, "x".repeat(700)))
    fs.writeSync(1, `${(performance.now() - startMs).toFixed(2)}\n`)
  }
})

const layer = DurableAppender.layer.pipe(
  Layer.provide([DataDirectory.layer(process.argv[2] ?? ""), Live.platform])
)
Effect.runFork(Effect.provide(appending, layer))
