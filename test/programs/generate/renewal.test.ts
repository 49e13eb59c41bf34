// Stale records: seen by their hashes without asking anyone, renewed only when asked, standing until the new one does.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Known from "../../../src/layers/Known.ts"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../../src/layers/MemoryStore.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import { estimateRenewal } from "../../../src/programs/estimate/renewal.ts"
import { findStale } from "../../../src/programs/findStale.ts"
import type { RunEvent } from "../../../src/programs/generate/RunEvent.ts"
import { status } from "../../../src/programs/status.ts"
import { requestHash } from "../../../src/services/generation/RequestHash.ts"
import { itemsFromRows } from "../../../src/services/items/RowItems.ts"
import { wholeInput } from "../../../src/services/items/Shard.ts"
import { defineJob } from "../../../src/services/job/DefineJob.ts"
import type { JobDefinition } from "../../../src/services/job/DefineJob.ts"
import type { StandingRecord } from "../../../src/services/master/StandingRecords.ts"
import type { Job } from "../../../src/services/job/Job.ts"
import {
  assertSettledOnce,
  goodAnswer,
  linesOf,
  longAnswer,
  rows,
  slugIn
} from "../../support/pipeline.ts"
import { data, definition, makeJob } from "../../support/smallJob.ts"
import type { RunOptions } from "../../support/pipeline.ts"
import { brokenChecks, consolidateAll, laterRun as run } from "../../support/laterRuns.ts"

const renew: RunOptions = { plan: { _tag: "Renew" } }

/** The same job with another prompt. */
const reworded = (words: string, qa?: JobDefinition["settings"]["qa"]): Effect.Effect<Job> => {
  const given = definition(qa === undefined ? {} : { qa })
  return Effect.orDie(defineJob({ ...given, prompt: `${given.prompt}${words}\n` }))
}

const staleOf = (store: MemoryStore, job: Job, given: ReadonlyArray<{ slug: string }>) =>
  Effect.gen(function*() {
    const source = yield* itemsFromRows(given)
    const records = new Map<string, StandingRecord>()
    const onStale = (slug: string, record: StandingRecord) => void records.set(slug, record)
    const stale = yield* findStale({ source, shard: wholeInput, onStale })
    const renewal = records.size === 0 ? undefined : yield* estimateRenewal(source, records)
    return (yield* status(source, stale, renewal)).stale
  }).pipe(Effect.provide(Layer.provideMerge(Known.reckoning(job), MemoryDisk.layer(store))))

const promptsOf = (store: MemoryStore) =>
  linesOf(store, data.successes).map(({ _meta }) =>
    (_meta as { readonly promptHash: string }).promptHash
  )

describe("stale records", () => {
  it.effect("are told by prompt, schema, model and evidence, with what renewing them may cost", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob()
      const report = yield* run(store, job, { rows: rows(3) })
      const none = { byPrompt: 0, bySchema: 0, byModel: 0, byEvidence: 0, unseenEvidence: 0 }
      assert.deepStrictEqual(yield* staleOf(store, job, rows(3)), {
        records: 3,
        stale: 0,
        ...none,
        renewal: null
      })
      const spent = report.budget.spentNanoUsd
      const byPrompt = yield* staleOf(store, yield* reworded("Now."), rows(3))
      assert.deepInclude(byPrompt, { stale: 3, byPrompt: 3, byEvidence: 0 })
      assert.isAtMost(byPrompt?.renewal?.lowNanoUsd ?? Number.NaN, spent)
      assert.isAtLeast(byPrompt?.renewal?.highNanoUsd ?? Number.NaN, spent)
      const changed = rows(3).map((row, n) => n === 1 ? { ...row, text: "Another fact." } : row)
      const byEvidence = yield* staleOf(store, job, changed)
      assert.deepInclude(byEvidence, { ...none, stale: 1, byEvidence: 1 })
      assert.closeTo(
        byEvidence?.renewal?.expectedNanoUsd ?? Number.NaN,
        (byPrompt?.renewal?.expectedNanoUsd ?? 0) / 3,
        (byPrompt?.renewal?.expectedNanoUsd ?? 0) / 20
      )
      // By the prices of today's models, not by what the records have cost; and not without a price.
      const onModel = (model: string): Job => ({
        ...job,
        rungs: job.rungs.map((rung) => ({ ...rung, model }))
      })
      const dear = yield* staleOf(store, onModel("strong"), rows(3))
      assert.deepInclude(dear, { ...none, stale: 3, byModel: 3 })
      assert.isAbove(
        dear?.renewal?.expectedNanoUsd ?? 0,
        5 * (byPrompt?.renewal?.expectedNanoUsd ?? Number.NaN)
      )
      assert.deepInclude(yield* staleOf(store, onModel("new"), rows(3)), {
        stale: 3,
        renewal: null
      })
      const schema = { ...job, outputSchema: { ...job.outputSchema, hash: "other" } }
      assert.deepInclude(yield* staleOf(store, schema, rows(3)), { ...none, stale: 3, bySchema: 3 })
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("a page that nobody has kept is said not to be seen, and makes nothing stale", () => {
    const store = Store.make()
    const job = makeJob({ evidence: { minChars: 0, urlFields: ["page"] } })
    return Effect.gen(function*() {
      yield* run(store, yield* makeJob(), { rows: rows(1) })
      const paged = rows(1).map((row) => ({ slug: row.slug, page: "https://a.test/" }))
      assert.deepInclude(yield* staleOf(store, yield* job, paged), { stale: 0, unseenEvidence: 1 })
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("are renewed only when asked; each is replaced once its new record is durable", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      yield* run(store, yield* makeJob(), { rows: rows(3), limit: 2 })
      const job = yield* reworded("Now.")
      const plain = yield* run(store, job, { rows: rows(2) })
      assert.deepInclude(plain, { accepted: 2, callsNow: 0 })
      const report = yield* run(store, job, { ...renew, rows: rows(3) })
      assert.deepInclude(report, {
        accepted: 3,
        rejected: 0,
        pending: 0,
        acceptedNow: 3,
        renewedNow: 2,
        keptNow: 0,
        callsNow: 3
      })
      yield* consolidateAll(store, job)
      assert.deepStrictEqual(yield* brokenChecks(store, job), [])
      assertSettledOnce(store, rows(3).map(({ slug }) => slug))
      assert.deepStrictEqual(new Set(promptsOf(store)), new Set([job.prompt.hash]))
      const again = yield* run(store, job, { ...renew, rows: rows(3) })
      assert.deepInclude(again, { accepted: 3, callsNow: 0, renewedNow: 0, keptNow: 0 })
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("one whose renewal QA rejects goes on standing, and is not paid for again", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const before = yield* makeJob({ qa: [] })
      yield* run(store, before, { rows: rows(2) })
      const job = yield* reworded("Now.")
      const events: Array<RunEvent> = []
      const report = yield* run(store, job, {
        ...renew,
        rows: rows(2),
        onEvent: (event) => Effect.sync(() => void events.push(event))
      })
      assert.deepInclude(report, {
        accepted: 2,
        rejected: 0,
        pending: 0,
        renewedNow: 1,
        keptNow: 1,
        deferredNow: 0
      })
      assert.deepInclude(events.find(({ event }) => event === "kept"), { slug: "item-1" })
      assert.strictEqual(store.get(data.rejects)?.toString() ?? "", "")
      const again = yield* run(store, job, { ...renew, rows: rows(2) })
      assert.deepInclude(again, { accepted: 2, callsNow: 0, keptNow: 1 })
      yield* consolidateAll(store, job)
      assert.deepStrictEqual(yield* brokenChecks(store, job), [])
    }).pipe(
      Effect.provide(
        ScriptedLlm.layer((request) =>
          slugIn(request) === "item-1" ? longAnswer(request) : goodAnswer(request)
        )
      )
    )
  })

  it.effect("I10: a renewal that QA rejected is judged again by the rules of today, and not paid for twice", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      yield* run(store, yield* makeJob(), { rows: rows(2) })
      const strict = yield* reworded("Now.", [{ rule: "length", field: "/title", minChars: 99 }])
      const rejected = yield* run(store, strict, { ...renew, rows: rows(2) })
      assert.deepInclude(rejected, { renewedNow: 0, keptNow: 2, callsNow: 4 })
      const job = yield* reworded("Now.")
      const renewed = yield* run(store, job, { ...renew, rows: rows(2) })
      assert.deepInclude(renewed, { renewedNow: 2, keptNow: 0, callsNow: 0, judgedFromJournal: 2 })
      assert.deepInclude(yield* staleOf(store, job, rows(2)), { stale: 0 })
      yield* consolidateAll(store, job)
      assert.deepStrictEqual(yield* brokenChecks(store, job), [])
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("I10: a change that leaves the request as it was buys nothing", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob()
      yield* run(store, job, { rows: rows(2) })
      // As a new line of front matter would: another hash, the same messages.
      const renamed = { ...job, prompt: { ...job.prompt, hash: "renamed" } }
      const report = yield* run(store, renamed, { ...renew, rows: rows(2) })
      assert.deepInclude(report, { accepted: 2, callsNow: 0, keptNow: 2 })
      const llm = yield* ScriptedLlm
      const hashes = (yield* llm.calls).map(requestHash)
      assert.strictEqual(new Set(hashes).size, hashes.length)
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("I10: the answer of an interrupted renewal is judged, not bought again; the old record is not", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      yield* run(store, yield* makeJob(), { rows: rows(1) })
      const old = linesOf(store, data.successes)[0]
      const job = yield* reworded("Now.")
      store.failNext((call) =>
        call.operation === "append" && call.path === data.updates ? "EIO" : undefined
      )
      const cut = yield* run(store, job, { ...renew, rows: rows(1) })
      assert.deepInclude(cut, { accepted: 1, pending: 0, callsNow: 1, renewedNow: 0 })
      assert.deepStrictEqual(linesOf(store, data.successes), [old!])
      const resumed = yield* run(store, job, { ...renew, rows: rows(1) })
      assert.deepInclude(resumed, { accepted: 1, callsNow: 0, renewedNow: 1, judgedFromJournal: 1 })
      yield* consolidateAll(store, job)
      assert.deepStrictEqual(yield* brokenChecks(store, job), [])
      assert.deepStrictEqual(promptsOf(store), [job.prompt.hash])
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })
})
