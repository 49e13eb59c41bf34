// A run over twice as many items reads about twice as many bytes of the masters: upkeep costs what is new, not what is there.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import { goodAnswer, makeJob, rows, run } from "../../support/pipeline.ts"

/** Bytes of the masters that a run of so many items reads, with a consolidation due every 10. */
const bytesRead = (items: number) =>
  Effect.gen(function*() {
    const store = Store.make()
    let bytes = 0
    store.failAlways((call) => {
      if (call.operation === "read" && /\/master\/[^/]*\.jsonl$/.test(call.path)) {
        const size = store.get(call.path)?.length ?? 0
        bytes += Math.max(0, Math.min(call.bytes ?? 0, size - (call.position ?? 0)))
      }
      return undefined
    })
    const job = yield* makeJob({ consolidateEvery: 10, concurrency: 4 })
    const report = yield* run(store, job, { rows: rows(items) })
    assert.strictEqual(report.accepted, items)
    return bytes
  }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))

describe("generate: the work over a run", () => {
  it.effect("bytes read of the masters grow with the items, not with their square", () =>
    Effect.gen(function*() {
      const once = yield* bytesRead(200)
      const twice = yield* bytesRead(400)
      assert.isAbove(once, 0)
      assert.isBelow(twice / once, 2.3, `${once} and ${twice} bytes`)
    }))
})
