// Immediate persistence: each accepted piece is in both masters before anyone hears of it, without a consolidation.
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import { exitCodeOf } from "../../../src/programs/generate/exitCode.ts"
import {
  assertSettledOnce,
  goodAnswer,
  linesOf,
  rows,
  run,
  slugIn,
  slugsOf
} from "../../support/pipeline.ts"
import { data, makeJob } from "../../support/smallJob.ts"

describe("generate: immediate persistence", () => {
  it.effect("I1: the masters grow as each of five items finishes", () => {
    const answers = new Map(rows(5).map(({ slug }) => [slug, Deferred.makeUnsafe<void>()]))
    const store = Store.make()
    return Effect.gen(function*() {
      const told = yield* Queue.unbounded<string>()
      const running = yield* Effect.forkChild(run(store, yield* makeJob(), {
        onEvent: (event) =>
          event.event === "accepted" ? Queue.offer(told, event.slug).pipe(Effect.asVoid) : undefined
      }))
      yield* (yield* ScriptedLlm).waitForCalls(5)
      assert.deepStrictEqual(slugsOf(store, data.successes), [])
      const order = ["item-3", "item-0", "item-4", "item-1", "item-2"]
      for (const [n, slug] of order.entries()) {
        yield* Deferred.succeed(answers.get(slug)!, undefined)
        assert.strictEqual(yield* Queue.take(told), slug)
        assert.deepStrictEqual(
          linesOf(store, data.updates).map((line) => line["slug"]),
          order.slice(0, n + 1)
        )
        assert.deepStrictEqual(
          linesOf(store, data.successes).map((line) => line["slug"]),
          order.slice(0, n + 1)
        )
      }
      const report = yield* Fiber.join(running)
      assert.deepInclude(report, {
        input: 5,
        accepted: 5,
        rejected: 0,
        pending: 0,
        callsNow: 5,
        stop: null
      })
      assert.strictEqual(exitCodeOf(report), 0)
      assertSettledOnce(store, order)
    }).pipe(Effect.provide(
      ScriptedLlm.layer((request) =>
        Effect.as(Deferred.await(answers.get(slugIn(request))!), goodAnswer(request) as object)
      )
    ))
  })

  it.effect("a record is the content first, then where it came from", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const report = yield* run(store, yield* makeJob(), { rows: rows(1) })
      const [line] = linesOf(store, data.successes)
      assert.deepStrictEqual(Object.keys(line ?? {}), ["slug", "title", "_meta", "_crc"])
      assert.deepInclude(line?.["_meta"], {
        runId: report.runId,
        id: `${report.runId}:1`,
        model: "base",
        rung: 0,
        attempt: 1
      })
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })
})
