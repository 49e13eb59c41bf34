// Estimates: what is to do, what is paid already, what the journals teach; nothing called and nothing written.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Live from "../../../src/layers/Live.ts"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../../src/layers/MemoryStore.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import * as Probe from "../../../src/layers/Probe.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import { estimate } from "../../../src/programs/estimate/estimate.ts"
import { estimateSample } from "../../../src/programs/estimate/estimateSample.ts"
import { makeSampler } from "../../../src/programs/estimate/sampleOf.ts"
import type { Plan } from "../../../src/programs/generate/Plan.ts"
import { QuotaExhausted } from "../../../src/services/generation/Llm.ts"
import type { LlmRequest } from "../../../src/services/generation/Llm.ts"
import { itemsFromRows } from "../../../src/services/items/RowItems.ts"
import { wholeInput } from "../../../src/services/items/Shard.ts"
import type { Job } from "../../../src/services/job/Job.ts"
import { testHost } from "../../../src/testing.ts"
import { approves, isJudged, judgedJob } from "../../support/judgedJob.ts"
import { goodAnswer, journals, longAnswer, rows, run, slugIn } from "../../support/pipeline.ts"
import { data, makeJob } from "../../support/smallJob.ts"

/** Rows of different lengths. */
const unevenRows = (count: number) =>
  rows(count).map(({ slug }, n) => ({ slug, text: "A fact. ".repeat(n % 9) }))

const estimateOf = (
  store: MemoryStore,
  job: Job,
  count: number,
  promptsMax = 100,
  plan: Plan = { _tag: "Pending" }
) =>
  Effect.gen(function*() {
    const source = yield* Effect.orDie(itemsFromRows(unevenRows(count)))
    return yield* estimate({ source, shard: wholeInput, promptsMax, plan })
  }).pipe(Effect.provide(Probe.layer(job).pipe(Layer.provideMerge(MemoryDisk.layer(store)))))

const usage = (outputTokens: number) => ({
  inputTokens: 60,
  cachedInputTokens: 0,
  outputTokens,
  reasoningTokens: 0
})

/** The base model passes nine of ten, in 40 tokens; the strong one all, in 80. */
const script = (request: LlmRequest) =>
  request.model === "strong"
    ? { ...goodAnswer(request), usage: usage(80) }
    : {
      ...(slugIn(request).endsWith("7") ? longAnswer(request) : goodAnswer(request)),
      usage: usage(40)
    }

describe("estimate", () => {
  it.effect("I11: changes no byte, and says what is assumed where there is no history", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const report = yield* estimateOf(store, yield* makeJob(), 20)
      assert.deepStrictEqual(store.files(), [])
      assert.deepInclude(report, { input: 20, settled: 0, toDo: 20, spentNanoUsd: 0 })
      assert.deepInclude(report.prompts, {
        looked: 20,
        counted: 20,
        of: 20,
        error: 0,
        enoughShare: 1
      })
      const [base, strong] = report.rungs
      assert.deepInclude(base, { model: "base", answersSeen: 0, outputTokensPerAnswer: 50 })
      assert.deepInclude(base?.expected, { items: 20, calls: 20, outputTokens: 1000 })
      // Four of five are assumed to pass; nearly all or nearly none may.
      assert.closeTo(strong?.expected.items ?? 0, 4, 1e-9)
      assert.isAbove(strong?.highNanoUsd ?? 0, 3 * (strong?.expected.nanoUsd ?? 0))
      assert.isAbove(base?.highNanoUsd ?? 0, base?.expected.nanoUsd ?? 0)
      assert.isBelow(report.expectedNanoUsd, report.highNanoUsd)
      assert.isAbove(report.expectedNanoUsd, report.lowNanoUsd)
    })
  })

  it.effect("learns from the journals: lengths, what passes, what was spent", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob()
      yield* run(store, job, { rows: rows(40) })
      const before = journals(store).map((file) => store.get(file)?.toString())
      const report = yield* estimateOf(store, job, 240)
      assert.deepStrictEqual(journals(store).map((file) => store.get(file)?.toString()), before)
      assert.deepInclude(report, { toDo: 200, settled: 40 })
      const [base, strong] = report.rungs
      assert.deepInclude(base, { answersSeen: 40, passShare: 0.9, outputTokensPerAnswer: 40 })
      assert.deepInclude(strong, { answersSeen: 4, passShare: 1, outputTokensPerAnswer: 80 })
      // 36 of 40 passed, and what is assumed counts for two and a half more.
      assert.closeTo(strong?.expected.calls ?? 0, 200 * 4.5 / 42.5, 1e-9)
      assert.strictEqual(report.spentNanoUsd, 40 * 140_000 + 4 * 2_200_000)
      // A sample of the prompts, its error told.
      assert.strictEqual(report.prompts.counted, 100)
      assert.isAbove(report.prompts.error, 0)
      assert.isBelow(report.prompts.error, 0.1)
    }).pipe(Effect.provide(ScriptedLlm.layer(script)))
  })

  it.effect("learns nothing of counts that nobody can have been billed for", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob()
      yield* run(store, job, { rows: rows(5) })
      const [base] = (yield* estimateOf(store, job, 10)).rungs
      assert.deepInclude(base, { answersSeen: 5, outputTokensPerAnswer: 40 })
    }).pipe(Effect.provide(ScriptedLlm.layer((request) => ({
      ...goodAnswer(request),
      usage: usage(slugIn(request).endsWith("2") ? 1e15 : 40)
    }))))
  })

  it.effect("a judge costs what its calls took so far, for its share of the pieces that pass", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* judgedJob({ share: 0.5 })
      const first = yield* estimateOf(store, job, 40)
      assert.deepInclude(first.judge, { answersSeen: 0, outputTokensPerAnswer: 25 })
      yield* run(store, yield* judgedJob(), { rows: rows(10) })
      const report = yield* estimateOf(store, job, 210)
      assert.deepInclude(report.judge, { answersSeen: 10, outputTokensPerAnswer: 12 })
      const [base, strong] = report.rungs
      const passing = (base?.expected.calls ?? 0) * (base?.passShare ?? 0) +
        (strong?.expected.calls ?? 0) * (strong?.passShare ?? 0)
      const { calls, nanoUsd } = report.judge!.expected
      assert.closeTo(calls, passing / 2, 1e-9)
      assert.closeTo(nanoUsd, calls * (300 * 1_000 + 12 * 2_000), 1)
      // Of another version of the prompt nothing is known.
      const other = yield* judgedJob({}, {}, "--- user\nIs {{ piece }} a title?\n")
      assert.deepInclude((yield* estimateOf(store, other, 210)).judge, { answersSeen: 0 })
    }).pipe(Effect.provide(ScriptedLlm.layer((request) =>
      isJudged(request)
        ? { ...approves(), usage: { ...usage(12), inputTokens: 300 } }
        : script(request)
    )))
  })

  it.effect("what is paid and not judged is reused, and a rejected draft goes on with the strong model", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob()
      yield* run(store, job, { rows: rows(10) })
      // The masters are gone, of a run whose books are closed: ten answers passed, one of them by the strong model.
      for (const file of [data.updates, data.successes, data.appenderLock]) store.put(file, "")
      const report = yield* estimateOf(store, job, 12)
      assert.deepStrictEqual(report.reused, {
        answers: 10,
        items: 10,
        // The draft that was rejected on the way to the tenth is not judged again.
        paidNanoUsd: 9 * 140_000 + 2_200_000
      })
      assert.strictEqual(report.rungs[0]?.expected.items, 2)
    }).pipe(Effect.provide(ScriptedLlm.layer(script)))
  })

  it.effect("a sample is written for real, kept, and extrapolated with an interval that holds", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob()
      const source = yield* Effect.orDie(itemsFromRows(rows(100)))
      const report = yield* estimateSample({ source, shard: wholeInput, sample: 30 }).pipe(
        Effect.provide(
          Live.run(job, wholeInput).pipe(
            Layer.provideMerge(Layer.merge(MemoryDisk.layer(store), testHost))
          )
        )
      )
      assert.deepInclude(report, { settled: 30, pendingBefore: 100 })
      assert.deepInclude(report.run, { accepted: 30, pending: 70, stop: null })
      assert.strictEqual(report.spentNanoUsd, report.run.budget.spentNanoUsd)
      const later = yield* run(store, job, { rows: rows(100) })
      assert.strictEqual(later.accepted, 100)
      assert.strictEqual(later.acceptedNow, 70, "what the sample wrote is not written again")
      const { expectedNanoUsd = 0, highNanoUsd = 0, items = 0, lowNanoUsd = 0 } = report.rest ?? {}
      assert.strictEqual(items, 70)
      assert.isAtLeast(later.budget.spentNanoUsd, lowNanoUsd)
      assert.isAtMost(later.budget.spentNanoUsd, highNanoUsd)
      assert.isAtLeast(expectedNanoUsd, lowNanoUsd)
    }).pipe(Effect.provide(ScriptedLlm.layer(script)))
  })

  it.effect("a sample of everything leaves no rest; one that nobody answered says nothing of it", () =>
    Effect.gen(function*() {
      const job = yield* makeJob()
      const source = yield* Effect.orDie(itemsFromRows(rows(3)))
      const sampled = (sample: number) => {
        const store = Store.make()
        return estimateSample({ source, shard: wholeInput, sample }).pipe(
          Effect.provide(
            Live.run(job, wholeInput).pipe(
              Layer.provideMerge(Layer.merge(MemoryDisk.layer(store), testHost))
            )
          )
        )
      }
      const all = yield* sampled(3).pipe(Effect.provide(ScriptedLlm.layer(script)))
      assert.deepStrictEqual(all.rest, {
        items: 0,
        expectedNanoUsd: 0,
        lowNanoUsd: 0,
        highNanoUsd: 0
      })
      const dead = ScriptedLlm.layer(() => new QuotaExhausted({ detail: "empty" }))
      assert.isNull((yield* sampled(2).pipe(Effect.provide(dead))).rest)
    }))

  it.effect("a renewal costs what today's prompts and prices say, whatever the records did", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      yield* run(store, yield* makeJob(), { rows: unevenRows(20) })
      const dear = yield* makeJob({
        models: {
          base: { name: "dear", maxOutputTokens: 100 },
          strong: { name: "strong", maxOutputTokens: 100 }
        },
        prices: {
          dear: { inputUsdPerMtok: 100, outputUsdPerMtok: 200 },
          strong: { inputUsdPerMtok: 10, outputUsdPerMtok: 20 }
        }
      })
      const pending = yield* estimateOf(store, dear, 20)
      assert.deepInclude(pending, { toDo: 0, expectedNanoUsd: 0, highNanoUsd: 0 })
      const report = yield* estimateOf(store, dear, 20, 100, { _tag: "Renew" })
      // Two were written by the strong model, which is on the ladder still.
      assert.deepInclude(report, { toDo: 18, settled: 20 })
      assert.deepStrictEqual(report.passes, [{ phase: null, toDo: 0 }, {
        phase: "stale",
        toDo: 18
      }])
      const renewed = yield* run(store, dear, { rows: unevenRows(20), plan: { _tag: "Renew" } })
      assert.strictEqual(renewed.renewedNow, 18)
      const { spentNanoUsd } = renewed.budget
      assert.isAtLeast(spentNanoUsd, report.lowNanoUsd)
      assert.isAtMost(spentNanoUsd, report.highNanoUsd)
    }).pipe(Effect.provide(ScriptedLlm.layer(script)))
  })

  it.effect("a retry of what QA rejected is estimated from its drafts, on the rung where each is written next", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob()
      yield* run(store, job, { rows: rows(5) })
      const choice = { phases: ["B"], causes: [], slugs: [] } as const
      const report = yield* estimateOf(store, job, 5, 100, { _tag: "Retry", choice })
      assert.deepInclude(report, { toDo: 5, withDraft: 5 })
      assert.deepStrictEqual(report.passes, [{ phase: "B", toDo: 5 }])
      assert.strictEqual(report.rungs[0]?.expected.items, 0)
      assert.strictEqual(report.rungs[1]?.expected.items, 5)
    }).pipe(Effect.provide(ScriptedLlm.layer(longAnswer)))
  })

  it("a sample is the same at every look, and another with another salt", () => {
    const chosen = (salt: string) => {
      const sampler = makeSampler<string>(10, salt)
      for (let n = 0; n < 1000; n++) sampler.add(`s${n}`, `s${n}`)
      return sampler.chosen()
    }
    assert.lengthOf(chosen("a"), 10)
    assert.deepStrictEqual(chosen("a"), chosen("a"))
    assert.notDeepEqual(chosen("a"), chosen("b"))
  })
})
