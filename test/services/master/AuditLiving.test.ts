// An audit while a run writes and another process consolidates: it raises no false alarm.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { DataDirectory, journalPath } from "../../../src/services/durability/DataDirectory.ts"
import { DurableAppender } from "../../../src/services/durability/DurableAppender.ts"
import type { JournalEvent } from "../../../src/services/journal/JournalEvent.ts"
import { Audit } from "../../../src/services/master/Audit.ts"
import { Consolidation } from "../../../src/services/master/Consolidation.ts"
import { interleaved } from "../../support/interleave.ts"
import { data, iso, putAtRest, root } from "../../support/masters.ts"
import { encodeEvent } from "../../support/journalEvents.ts"

const run = "20260101T000000-aaaaaa"
const at = "2026-01-01T00:00:00.000Z"
const items = 40

const write = (store: Store.MemoryStore, event: JournalEvent) =>
  Effect.sync(() => {
    const file = store.open(journalPath(data, run), "append", 0)
    store.write(file, encodeEvent(event), null, Number.POSITIVE_INFINITY, 0)
    store.close(file)
  })

/** Items of which every fifth writes its slug anew, as a run does: intent, answer, record, verdict. */
const writeItems = (store: Store.MemoryStore) =>
  Effect.gen(function*() {
    const appender = yield* DurableAppender
    const consolidation = yield* Consolidation
    for (let n = 0; n < items; n++) {
      const slug = `s${n % 5 === 0 ? 0 : n}`
      const id = `${run}:${n}`
      const hashes = { promptHash: "p", schemaHash: "s", evidenceHash: "e" }
      const call = {
        model: "small",
        rung: 0,
        attempt: 1,
        outputTokensMax: 1,
        reservedNanoUsd: 9,
        ...hashes
      }
      yield* write(store, {
        _tag: "intent",
        slug,
        id,
        at,
        messages: [],
        requestHash: `h${n}`,
        ...call
      })
      yield* Effect.yieldNow
      const completion = {
        model: "small",
        text: "",
        finish: "stop",
        refusal: null,
        usage: null,
        body: null
      } as const
      yield* write(store, {
        _tag: "response",
        slug,
        id,
        at,
        latencyMs: 0,
        completion,
        costNanoUsd: 7
      })
      yield* appender.append({
        slug,
        content: { n },
        meta: {
          id,
          runId: run,
          model: "small",
          requestedModel: "small",
          rung: 0,
          attempt: 1,
          ...hashes,
          usage: null,
          costUsd: 7e-9,
          acceptedAt: iso(n),
          qa: { rules: "r", warnings: [] }
        }
      })
      yield* write(store, {
        _tag: "verdict",
        slug,
        id,
        at,
        accepted: true,
        acceptedAt: iso(n),
        cause: null,
        findings: []
      })
      // Busy while an audit has lost its patience.
      if (n % 10 === 9) yield* Effect.ignore(consolidation.consolidate)
    }
  })

describe("Audit of a living run", () => {
  it.effect("I1 I2 I3 I10: nothing is broken at any moment, whatever happens between two of its calls", () =>
    Effect.gen(function*() {
      for (let pace = 0; pace < 12; pace++) {
        const store = Store.make()
        putAtRest(store, { updates: "", successes: "", rejects: "" })
        store.put(journalPath(data, run), "")
        const process = Layer.mergeAll(DurableAppender.layer, Consolidation.layer).pipe(
          Layer.provide([MemoryDisk.layer(store), DataDirectory.layer(root)])
        )
        const writer = yield* Effect.forkChild(Effect.provide(writeItems(store), process))
        const turns = (call: number) => (call * (pace + 3)) % (pace + 1)
        const disk = interleaved(store, (call) =>
          Effect.gen(function*() {
            for (let turn = 0; turn < turns(call); turn++) yield* Effect.yieldNow
          }))
        const auditor = Audit.layer.pipe(Layer.provide([disk, DataDirectory.layer(root)]))
        let audits = 0
        for (let over = false; !over; audits++) {
          over = writer.pollUnsafe() !== undefined
          const report = yield* Effect.provide(
            Effect.flatMap(Audit, (service) => service.audit(undefined)),
            auditor
          )
          const broken = report.checks.filter((check) => check.outcome === "broken")
          assert.deepStrictEqual(broken, [], `pace ${pace}, audit ${audits}`)
          yield* Effect.yieldNow
        }
        yield* Fiber.join(writer)
        assert.isAbove(audits, 1)
      }
    }))
})
