// Rejects are taken up again by their cause; a reject stands until its item's record does, and nothing is paid twice.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../../src/layers/MemoryStore.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import type { Script } from "../../../src/layers/ScriptedLlm.ts"
import type { RunEvent } from "../../../src/programs/generate/RunEvent.ts"
import { foreseeRetry } from "../../../src/programs/retry/foreseeRetry.ts"
import type { RetryChoice } from "../../../src/programs/retry/RetryChoice.ts"
import { DataDirectory } from "../../../src/services/durability/DataDirectory.ts"
import { Overloaded } from "../../../src/services/generation/Llm.ts"
import type { LlmRequest } from "../../../src/services/generation/Llm.ts"
import { requestHash } from "../../../src/services/generation/RequestHash.ts"
import { itemsFromRows } from "../../../src/services/items/RowItems.ts"
import { wholeInput } from "../../../src/services/items/Shard.ts"
import type { Job } from "../../../src/services/job/Job.ts"
import {
  assertSettledOnce,
  eventsIn,
  goodAnswer,
  linesOf,
  longAnswer,
  rows,
  slugIn
} from "../../support/pipeline.ts"
import { data, makeJob } from "../../support/smallJob.ts"
import type { RunOptions } from "../../support/pipeline.ts"
import { brokenChecks, consolidateAll, laterRun as run } from "../../support/laterRuns.ts"

/** Too long, and another draft for every request. */
const newDraft = (request: LlmRequest) => ({
  text: JSON.stringify({
    title: `${request.model} draft ${request.messages.at(-1)?.content.length}, too long`
  })
})

const asked = (choice: Partial<RetryChoice>): RunOptions => ({
  plan: { _tag: "Retry", choice: { phases: [], causes: [], slugs: [], ...choice } }
})
const phase = (...phases: RetryChoice["phases"]): RunOptions => asked({ phases })

const down = new Overloaded({ status: 503, retryAfterMs: null, detail: "down" })

/** Lets the script change its mind between two runs. */
const moody = () => {
  const mood: { answers: Script } = { answers: goodAnswer }
  return { mood, layer: ScriptedLlm.layer((request, call) => mood.answers(request, call)) }
}

const collect = () => {
  const events: Array<RunEvent> = []
  return { events, onEvent: (event: RunEvent) => Effect.sync(() => void events.push(event)) }
}

const rejectsOf = (store: MemoryStore) =>
  linesOf(store, data.rejects).map(({ _meta, cause, slug }) => ({
    slug,
    cause,
    retries: (_meta as { readonly retries: number }).retries
  }))

describe("retry", () => {
  it.effect("A: what failed for a passing cause is tried on the same rung; I8: its reject goes once it is accepted", () => {
    const store = Store.make()
    const { layer, mood } = moody()
    return Effect.gen(function*() {
      const job = yield* makeJob({ transientAttemptsMax: 1, concurrency: 1 })
      const items = rows(3)
      // The base model's drafts are rejected; the strong one does not answer for item-1, and for others it does.
      mood.answers = (request) =>
        request.model === "base"
          ? longAnswer(request)
          : slugIn(request) === "item-1"
          ? down
          : goodAnswer(request)
      yield* run(store, job, { rows: items })
      assert.deepStrictEqual(rejectsOf(store), [{ slug: "item-1", cause: "Network", retries: 0 }])
      mood.answers = goodAnswer
      const llm = yield* ScriptedLlm
      const before = (yield* llm.calls).length
      const { events, onEvent } = collect()
      const report = yield* run(store, job, { ...phase("A"), rows: items, onEvent })
      assert.deepInclude(report, {
        accepted: 3,
        rejected: 0,
        pending: 0,
        acceptedNow: 1,
        callsNow: 1
      })
      const call = (yield* llm.calls)[before]
      assert.strictEqual(call?.model, "strong")
      assert.include(call?.messages.at(-1)?.content, "rejected_draft")
      assert.deepInclude(events.find(({ event }) => event === "phase"), { phase: "A", toDo: 1 })
      assert.deepInclude(events.find(({ event }) => event === "phase-ended"), {
        accepted: 1,
        noProgress: false
      })
      // The reject stands in its file until a consolidation; nobody reads it as the item's end.
      assert.lengthOf(linesOf(store, data.rejects), 1)
      assert.deepStrictEqual(yield* brokenChecks(store, job), [])
      yield* consolidateAll(store, job)
      assertSettledOnce(store, items.map(({ slug }) => slug))
      assert.deepStrictEqual(yield* brokenChecks(store, job), [])
    }).pipe(Effect.provide(layer))
  })

  it.effect("B: a draft goes on from its findings on its own rung, then up; no request is bought twice (I10)", () => {
    const store = Store.make()
    const { layer, mood } = moody()
    return Effect.gen(function*() {
      const job = yield* makeJob()
      mood.answers = (request) => request.model === "base" ? newDraft(request) : longAnswer(request)
      yield* run(store, job, { rows: rows(1) })
      const first = linesOf(store, data.rejects)[0]?.["_meta"] as { readonly attempts: number }
      assert.strictEqual(first.attempts, 2)
      const llm = yield* ScriptedLlm
      const again = yield* run(store, job, { ...phase("B"), rows: rows(1) })
      assert.deepInclude(again, { rejected: 1, pending: 0, rejectedNow: 1, callsNow: 1 })
      assert.deepStrictEqual((yield* llm.calls).map(({ model }) => model), [
        "base",
        "strong",
        "strong"
      ])
      assert.include((yield* llm.calls)[2]?.messages.at(-1)?.content, "length in /title")
      // The same draft again: the request would be the one that was answered.
      const third = yield* run(store, job, { ...phase("B"), rows: rows(1) })
      assert.deepInclude(third, { rejected: 1, callsNow: 0, rejectedNow: 1 })
      assert.deepStrictEqual(rejectsOf(store).map(({ retries }) => retries), [0, 1, 2])
      const hashes = (yield* llm.calls).map(requestHash)
      assert.strictEqual(new Set(hashes).size, hashes.length)
      mood.answers = goodAnswer
      assert.deepStrictEqual(yield* brokenChecks(store, job), [])
    }).pipe(Effect.provide(layer))
  })

  it.effect("B: a draft that today's rules let pass is accepted for nothing, under the id of its call", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      yield* run(store, yield* makeJob(), { rows: rows(1) })
      const report = yield* run(store, yield* makeJob({ qa: [] }), { ...phase("B"), rows: rows(1) })
      assert.deepInclude(report, { accepted: 1, rejected: 0, callsNow: 0, judgedFromJournal: 1 })
      const last = eventsIn(store, "response").at(-1)
      assert.deepInclude(linesOf(store, data.successes)[0]?.["_meta"], { id: last?.["id"] })
    }).pipe(Effect.provide(ScriptedLlm.layer(longAnswer)))
  })

  it.effect("B with three rungs and several attempts each: a retry begins on the draft's rung and climbs", () => {
    const store = Store.make()
    const { layer, mood } = moody()
    return Effect.gen(function*() {
      const two = yield* makeJob()
      const [base, strong] = two.rungs
      const top = { ...strong!, index: 2, model: "top" }
      mood.answers = newDraft
      const prices = { ...two.prices, top: two.prices["strong"]! }
      yield* run(store, two, { rows: rows(1) })
      const taller: Job = { ...two, prices, rungs: [base!, { ...strong!, attempts: 2 }, top] }
      const llm = yield* ScriptedLlm
      const before = (yield* llm.calls).length
      const report = yield* run(store, taller, { ...phase("B"), rows: rows(1) })
      assert.deepInclude(report, { rejected: 1, rejectedNow: 1 })
      assert.deepStrictEqual((yield* llm.calls).slice(before).map(({ model }) => model), [
        "strong",
        "strong",
        "top"
      ])
    }).pipe(Effect.provide(layer))
  })

  it.effect("attempts are counted over all runs and bounded", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob({ evidence: { minChars: 1000 }, retry: { timesMax: 2 } })
      yield* run(store, job, { rows: rows(1) })
      for (const retries of [1, 2]) {
        yield* run(store, job, { ...phase("C"), rows: rows(1) })
        assert.strictEqual(rejectsOf(store).at(-1)?.retries, retries)
      }
      const { events, onEvent } = collect()
      const last = yield* run(store, job, { ...phase("C"), rows: rows(1), onEvent })
      assert.deepInclude(last, { rejected: 1, rejectedNow: 0, callsNow: 0 })
      assert.deepInclude(events.find(({ event }) => event === "started"), { toDo: 0 })
      assert.lengthOf(linesOf(store, data.rejects), 3)
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("a phase without progress says so and leaves the rest as it is", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob({ concurrency: 2, retry: { giveUpAfter: 3 } })
      yield* run(store, job, { rows: rows(8) })
      assert.lengthOf(rejectsOf(store), 8)
      const { events, onEvent } = collect()
      const report = yield* run(store, job, { ...phase("A", "B"), rows: rows(8), onEvent })
      assert.isAtLeast(report.rejectedNow, 3)
      assert.isBelow(report.rejectedNow, 3 + 2)
      assert.deepInclude(report, { accepted: 0, rejected: 8, pending: 0 })
      assert.deepInclude(events.find(({ event }) => event === "phase-ended"), {
        phase: "B",
        accepted: 0,
        noProgress: true
      })
    }).pipe(Effect.provide(ScriptedLlm.layer(longAnswer)))
  })

  it.effect("a cause of no phase is taken up only by its name, and what is not named stays", () => {
    const store = Store.make()
    const { layer, mood } = moody()
    return Effect.gen(function*() {
      const job = yield* makeJob()
      mood.answers = () => ({ text: "", finish: "refusal", refusal: "No." })
      yield* run(store, job, { rows: rows(2) })
      const all = yield* run(store, job, { ...phase("A", "B", "C", "D"), rows: rows(2) })
      assert.deepInclude(all, { rejected: 2, rejectedNow: 0 })
      mood.answers = goodAnswer
      const changed = { ...job, prompt: { ...job.prompt, render: renderMore(job) } }
      const named = yield* run(store, changed, { ...asked({ slugs: ["item-1"] }), rows: rows(2) })
      assert.deepInclude(named, { accepted: 1, rejected: 1, acceptedNow: 1 })
    }).pipe(Effect.provide(layer))
  })

  it.effect("I10: an answer that an interrupted retry paid for is judged by the next one, not bought again", () => {
    const store = Store.make()
    const { layer, mood } = moody()
    return Effect.gen(function*() {
      const job = yield* makeJob({ concurrency: 1 })
      mood.answers = newDraft
      yield* run(store, job, { rows: rows(1) })
      mood.answers = goodAnswer
      store.failNext((call) =>
        call.operation === "append" && call.path === data.updates ? "EIO" : undefined
      )
      const cut = yield* run(store, job, { ...phase("B"), rows: rows(1) })
      assert.deepInclude(cut, { accepted: 0, rejected: 1, pending: 0, callsNow: 1 })
      const resumed = yield* run(store, job, { ...phase("B"), rows: rows(1) })
      assert.deepInclude(resumed, { accepted: 1, rejected: 0, callsNow: 0 })
      yield* consolidateAll(store, job)
      assertSettledOnce(store, ["item-0"])
      assert.deepStrictEqual(yield* brokenChecks(store, job), [])
    }).pipe(Effect.provide(layer))
  })

  it.effect("what a retry would take up is told by cause, and slugs that are not rejected by what they are", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob()
      yield* run(store, job, { rows: rows(3), limit: 2 })
      const before = store.files().map((path) => store.get(path)?.toString())
      const source = yield* itemsFromRows(rows(3))
      const choice = { phases: [], causes: [], slugs: ["item-0", "item-1", "item-2", "item-11"] }
      const forecast = yield* foreseeRetry(source, choice, 3, wholeInput).pipe(
        Effect.provide([DataDirectory.layer(data.root), MemoryDisk.layer(store)])
      )
      assert.deepInclude(forecast, { rejected: 1, taken: 1, exhausted: 0 })
      assert.deepStrictEqual(forecast.byCause, [
        { cause: "QaFailed", phase: "B", rejected: 1, taken: 1, exhausted: 0 }
      ])
      assert.deepStrictEqual(forecast.notRejected, [
        { slug: "item-0", state: "accepted", nearest: [] },
        { slug: "item-2", state: "pending", nearest: [] },
        { slug: "item-11", state: "unknown", nearest: ["item-1"] }
      ])
      assert.deepStrictEqual(store.files().map((path) => store.get(path)?.toString()), before)
    }).pipe(
      Effect.provide(
        ScriptedLlm.layer((request) =>
          slugIn(request) === "item-1" ? longAnswer(request) : goodAnswer(request)
        )
      )
    )
  })
})

/** A prompt with a word more: another request than before. */
const renderMore = (job: Job): Job["prompt"]["render"] => (item, evidence, retake) =>
  Effect.map(
    job.prompt.render(item, evidence, retake),
    (messages) =>
      messages.map((message) => ({ ...message, content: `${message.content}\nPlease.` }))
  )
