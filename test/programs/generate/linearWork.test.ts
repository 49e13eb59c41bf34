// A run over twice as many items moves about twice as many bytes of the masters: upkeep costs what is new, not what is
// there, whether its consolidations are skipped or run.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { MemoryStore } from "../../../src/layers/MemoryStore.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import type { RunEvent } from "../../../src/programs/generate/RunEvent.ts"
import { defineJob } from "../../../src/services/job/DefineJob.ts"
import { goodAnswer, rows, run } from "../../support/pipeline.ts"
import { definition, makeJob } from "../../support/smallJob.ts"

/** Counts the bytes of masters, and of what is to replace them, that are read or written from now on. */
const countBytes = (store: MemoryStore): () => number => {
  let bytes = 0
  store.failAlways((call) => {
    if (!/\/master\/(\.?updates|\.?successes|\.?rejects)\.jsonl/.test(call.path)) return undefined
    if (call.operation === "read") {
      const size = store.get(call.path)?.length ?? 0
      bytes += Math.max(0, Math.min(call.bytes ?? 0, size - (call.position ?? 0)))
    } else if (call.operation === "writeAt" || call.operation === "append") bytes += call.bytes ?? 0
    return undefined
  })
  return () => bytes
}

const every10 = { consolidateEvery: 10, concurrency: 4 }

/** Of a first run over so many items. */
const firstRun = (items: number) =>
  Effect.gen(function*() {
    const store = Store.make()
    const bytes = countBytes(store)
    const report = yield* run(store, yield* makeJob(every10), { rows: rows(items) })
    assert.strictEqual(report.accepted, items)
    return { bytes: bytes(), consolidations: 0 }
  })

/** Of a run that writes every record anew, so that each one supersedes a line. */
const renewal = (items: number) =>
  Effect.gen(function*() {
    const store = Store.make()
    yield* run(store, yield* makeJob(), { rows: rows(items) })
    const given = definition(every10)
    const job = yield* Effect.orDie(defineJob({ ...given, prompt: `${given.prompt}Anew.\n` }))
    const bytes = countBytes(store)
    let consolidations = 0
    const onEvent = ({ event }: RunEvent) =>
      Effect.sync(() => void (consolidations += event === "consolidated" ? 1 : 0))
    const report = yield* run(store, job, { rows: rows(items), plan: { _tag: "Renew" }, onEvent })
    assert.strictEqual(report.renewedNow, items)
    return { bytes: bytes(), consolidations }
  })

const llm = ScriptedLlm.layer(goodAnswer)

describe("generate: the work over a run", () => {
  it.effect("bytes moved of the masters grow with the items, not with their square", () =>
    Effect.gen(function*() {
      const once = yield* firstRun(200)
      const twice = yield* firstRun(400)
      assert.isAbove(once.bytes, 0)
      assert.isBelow(twice.bytes / once.bytes, 2.3, `${once.bytes} and ${twice.bytes} bytes`)
    }).pipe(Effect.provide(llm)))

  it.effect("so they do in a renewal, whose consolidations run: as many of them, however many items", () =>
    Effect.gen(function*() {
      const once = yield* renewal(60)
      const fourTimes = yield* renewal(240)
      assert.isAtLeast(once.consolidations, 2)
      assert.isAtMost(fourTimes.consolidations, once.consolidations + 2)
      // What is due in tens hits a few items sooner or later, which a consolidation more or less shows.
      const ratio = fourTimes.bytes / once.bytes
      assert.isBelow(ratio, 8, `${once.bytes} and ${fourTimes.bytes} bytes; 16 is the square`)
    }).pipe(Effect.provide(llm)))
})
