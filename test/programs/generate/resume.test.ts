// A run is a continuation of all before it: settled items are skipped, paid answers judged, nothing bought twice.
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import type { RunEvent } from "../../../src/programs/generate/RunEvent.ts"
import {
  assertSettledOnce,
  eventsIn,
  goodAnswer,
  journals,
  linesOf,
  longAnswer,
  rows,
  run,
  slugIn
} from "../../support/pipeline.ts"
import { data, makeJob } from "../../support/smallJob.ts"

const slugs = (count: number) => rows(count).map(({ slug }) => slug)

describe("generate: resume", () => {
  it.effect("settled items are skipped, rejected ones too; every run has a journal and a manifest of its own", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob()
      const first = yield* run(store, job, { limit: 3 })
      assert.deepInclude(first, {
        input: 5,
        accepted: 2,
        rejected: 1,
        pending: 2,
        deferredNow: 0,
        stop: null
      })
      const before = store.get(data.updates)?.toString() ?? ""
      const second = yield* run(store, job)
      assert.deepInclude(second, {
        accepted: 4,
        rejected: 1,
        pending: 0,
        acceptedNow: 2,
        rejectedNow: 0,
        callsNow: 2
      })
      assert.isTrue(
        (store.get(data.updates)?.toString() ?? "").startsWith(before),
        "what was written is left alone"
      )
      assert.notStrictEqual(first.runId, second.runId)
      assert.lengthOf(journals(store), 2)
      const third = yield* run(store, job)
      assert.deepInclude(third, { accepted: 4, rejected: 1, pending: 0, callsNow: 0 })
      assertSettledOnce(store, slugs(5))
    }).pipe(
      Effect.provide(ScriptedLlm.layer((request) =>
        slugIn(request) === "item-1"
          ? { text: "", finish: "refusal", refusal: "No." }
          : goodAnswer(request)
      ))
    )
  })

  it.effect("I10: an answer that was paid for and not judged is judged without a call", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob({ concurrency: 1 })
      // The masters fail right after the answer is in the journal.
      store.failNext((call) =>
        call.operation === "append" && call.path === data.updates ? "EIO" : undefined
      )
      const cut = yield* run(store, job, { rows: rows(1) })
      assert.deepInclude(cut, { accepted: 0, pending: 1, callsNow: 1 })
      assert.lengthOf(eventsIn(store, "response"), 1)
      const resumed = yield* run(store, job, { rows: rows(1) })
      assert.deepInclude(resumed, {
        accepted: 1,
        pending: 0,
        callsNow: 0,
        judgedFromJournal: 1,
        atRisk: []
      })
      assert.strictEqual(resumed.budget.spentNanoUsd, 0)
      const meta = linesOf(store, data.successes)[0]?.["_meta"] as {
        readonly id: string
        readonly runId: string
      }
      assert.isTrue(
        meta.id.startsWith(`${cut.runId}:`),
        "the record has the id of the call that was paid"
      )
      assert.strictEqual(meta.runId, resumed.runId)
      assertSettledOnce(store, slugs(1))
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("I10: what a finished run paid for is not paid again when its records are lost", () => {
    const store = Store.make()
    const all = rows(6)
    return Effect.gen(function*() {
      const job = yield* makeJob({ budget: { itemUsd: 1 } })
      const llm = yield* ScriptedLlm
      yield* run(store, job, { rows: all })
      const calls = (yield* llm.calls).length
      // One line of each master: bit rot, taken to quarantine. Then all of them, by hand.
      const withoutFirst = (path: string) =>
        (store.get(path)?.toString() ?? "").replace(/^[^\n]*\n/, "")
      for (const path of [data.updates, data.successes]) store.put(path, withoutFirst(path))
      store.put(data.appenderLock, "")
      const mended = yield* run(store, job, { rows: all })
      assert.deepInclude(mended, { accepted: 6, acceptedNow: 1, callsNow: 0, judgedFromJournal: 1 })
      for (const path of [data.updates, data.successes, data.appenderLock]) store.put(path, "")
      const again = yield* run(store, job, { rows: all })
      assert.deepInclude(again, { accepted: 6, acceptedNow: 6, callsNow: 0, judgedFromJournal: 6 })
      assert.lengthOf(yield* llm.calls, calls)
      assertSettledOnce(store, slugs(6))
    }).pipe(
      Effect.provide(
        ScriptedLlm.layer((request) =>
          slugIn(request) === "item-3" && request.model === "base"
            ? longAnswer(request)
            : goodAnswer(request)
        )
      )
    )
  })

  it.effect("of a renewed item whose records are lost the newest comes back", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob()
      yield* run(store, job, { rows: rows(1) })
      const renewed = yield* makeJob({ evidence: { minChars: 0, fields: ["slug"] } })
      const report = yield* run(store, renewed, { rows: rows(1), plan: { _tag: "Renew" } })
      assert.strictEqual(report.renewedNow, 1)
      const newest = linesOf(store, data.successes).at(-1)
      for (const path of [data.updates, data.successes, data.appenderLock]) store.put(path, "")
      yield* run(store, renewed, { rows: rows(1) })
      const idOf = (line: Record<string, unknown> | undefined) =>
        (line?.["_meta"] as { readonly id: string } | undefined)?.id
      assert.deepStrictEqual(linesOf(store, data.successes).map(idOf), [idOf(newest)])
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("a run that was cut off is read until what it left is settled, and then no more", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob({ concurrency: 1 })
      store.failNext((call) =>
        call.operation === "append" && call.path === data.updates ? "EIO" : undefined
      )
      const { runId } = yield* run(store, job)
      const totalsOf = () => {
        const file = store.files().find((path) => path.endsWith(`${runId}.meta.json`)) ?? ""
        return JSON.parse(String(store.get(file))) as {
          readonly settledBy: string | null
          readonly totals: { readonly unjudged: number }
        }
      }
      assert.strictEqual(totalsOf().totals.unjudged, 1)
      yield* run(store, job)
      assert.isNull(totalsOf().settledBy)
      const third = yield* run(store, job)
      assert.deepInclude(totalsOf(), { settledBy: third.runId })
      assert.strictEqual(totalsOf().totals.unjudged, 0)
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("a rejected draft is not bought again: the next run goes on at the strong model, with the findings", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob()
      const llm = yield* ScriptedLlm
      const escalated = yield* Deferred.make<void>()
      const running = yield* Effect.forkChild(run(store, job, {
        rows: rows(1),
        // Killed between the verdict and the strong model's call.
        onEvent: (event) =>
          event.event === "escalated"
            ? Effect.andThen(Deferred.succeed(escalated, undefined), Effect.never)
            : undefined
      }))
      yield* Deferred.await(escalated)
      yield* Fiber.interrupt(running)
      const resumed = yield* run(store, job, { rows: rows(1) })
      assert.deepInclude(resumed, { accepted: 1, callsNow: 1, judgedFromJournal: 1 })
      const calls = yield* llm.calls
      assert.deepStrictEqual(calls.map(({ model }) => model), ["base", "strong"])
      assert.include(calls[1]?.messages.at(-1)?.content, "length in /title")
      assert.deepInclude(linesOf(store, data.successes)[0]?.["_meta"], { attempt: 2, rung: 1 })
    }).pipe(
      Effect.provide(
        ScriptedLlm.layer((request) =>
          request.model === "base" ? longAnswer(request) : goodAnswer(request)
        )
      )
    )
  })

  it.effect("both models' answers unjudged: the good one counts, though the ladder is shorter now", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      // The verdicts' notes are lost with the journal's end; the masters fail on the strong model's record.
      store.failNext((call) =>
        call.operation === "append" && call.path === data.updates ? "EIO" : undefined
      )
      yield* run(store, yield* makeJob(), { rows: rows(1) })
      for (const file of journals(store)) {
        const kept = (store.get(file)?.toString() ?? "").split("\n").filter((line) =>
          !line.includes(`"_tag":"verdict"`)
        )
        store.put(file, kept.join("\n"))
      }
      const job = yield* makeJob({ models: { base: { name: "base", maxOutputTokens: 100 } } })
      const resumed = yield* run(store, job, { rows: rows(1) })
      assert.deepInclude(resumed, { accepted: 1, rejected: 0, callsNow: 0, judgedFromJournal: 2 })
    }).pipe(
      Effect.provide(
        ScriptedLlm.layer((request) =>
          request.model === "base" ? longAnswer(request) : goodAnswer(request)
        )
      )
    )
  })

  it.effect("a call that was cut off is listed as at risk at the next start, at its maximum", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const llm = yield* ScriptedLlm
      yield* llm.hold
      const running = yield* Effect.forkChild(run(store, yield* makeJob(), { rows: rows(1) }))
      yield* llm.waitForCalls(1)
      yield* Fiber.interrupt(running)
      yield* llm.release
      const started: Array<RunEvent> = []
      const resumed = yield* run(store, yield* makeJob(), {
        rows: rows(1),
        onEvent: (event) =>
          event.event === "started" ? Effect.sync(() => void started.push(event)) : undefined
      })
      const [event] = started
      const intent = eventsIn(store, "intent").find(({ id }) =>
        !String(id).startsWith(resumed.runId)
      )
      assert.strictEqual(event?.event, "started")
      const atRisk = event?.event === "started" ? event.atRisk : []
      assert.lengthOf(atRisk, 1)
      assert.strictEqual(atRisk[0]?.id, intent?.["id"])
      assert.strictEqual(atRisk[0]?.maxNanoUsd, intent?.["reservedNanoUsd"])
      assert.deepInclude(resumed, { accepted: 1, callsNow: 1 })
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("money at risk in earlier runs counts against the item's budget", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const llm = yield* ScriptedLlm
      yield* llm.hold
      const job = yield* makeJob({ budget: { itemUsd: 0.001 } })
      const running = yield* Effect.forkChild(run(store, job, { rows: rows(1) }))
      yield* llm.waitForCalls(1)
      yield* Fiber.interrupt(running)
      yield* llm.release
      const resumed = yield* run(store, job, { rows: rows(1) })
      assert.deepStrictEqual(resumed.rejectedByCause, { BudgetExhausted: 1 })
      assert.strictEqual(resumed.callsNow, 0)
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("shards work side by side, each on its own items; an overlapping run is told who is at work", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const llm = yield* ScriptedLlm
      const job = yield* makeJob({ concurrency: 20 })
      yield* llm.hold
      const toDo: Array<number> = []
      const shard = (index: number) =>
        Effect.forkChild(run(store, job, {
          rows: rows(20),
          shard: { index, of: 2 },
          onEvent: (event) =>
            event.event === "started" ? Effect.sync(() => void toDo.push(event.toDo)) : undefined
        }))
      const [first, second] = [yield* shard(1), yield* shard(2)]
      yield* llm.waitForCalls(20)
      for (const wanted of [{ index: 1, of: 2 }, { index: 1, of: 1 }, { index: 2, of: 3 }]) {
        const error = yield* Effect.flip(run(store, job, { rows: rows(20), shard: wanted }))
        assert.strictEqual(error._tag, "RunBusy")
        assert.include(error.message, "/2 is at work on /data")
      }
      yield* llm.release
      const reports = [yield* Fiber.join(first), yield* Fiber.join(second)]
      assert.strictEqual(reports.reduce((sum, report) => sum + report.acceptedNow, 0), 20)
      assert.sameMembers(
        toDo,
        reports.map((report) => report.acceptedNow),
        "a shard's own items are to do"
      )
      const calls = yield* llm.calls
      assert.strictEqual(new Set(calls.map(slugIn)).size, 20)
      assert.lengthOf(calls, 20)
      assertSettledOnce(store, slugs(20))
      assert.deepInclude(yield* run(store, job, { rows: rows(20) }), {
        accepted: 20,
        pending: 0,
        callsNow: 0
      })
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })
})
