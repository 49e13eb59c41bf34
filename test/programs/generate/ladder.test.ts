// The ladder of many rungs, the bounds on one item, and models that hold up nobody but their own items.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import { ladderLines, rungReport } from "../../../src/programs/generate/rungReport.ts"
import type { RunEvent } from "../../../src/programs/generate/RunEvent.ts"
import { EvidencePlugins } from "../../../src/services/evidence/EvidencePlugins.ts"
import {
  InvalidRequest,
  Overloaded,
  RateLimited,
  TimedOut
} from "../../../src/services/generation/Llm.ts"
import {
  eventsIn,
  goodAnswer,
  linesOf,
  longAnswer,
  rows,
  run,
  slugIn
} from "../../support/pipeline.ts"
import { data, makeJob } from "../../support/smallJob.ts"

const price = { inputUsdPerMtok: 1, outputUsdPerMtok: 2 }
const prices = { base: price, strong: price, giant: price }
const three = {
  prices,
  models: {
    base: { name: "base", maxOutputTokens: 100, attempts: 2 },
    strong: { name: "strong", maxOutputTokens: 100 },
    stronger: [{ name: "giant", maxOutputTokens: 100 }]
  }
}
const cutOff = { text: "{\"title\":", finish: "length" } as const

describe("generate: the ladder", () => {
  it.effect("each rung has its attempts, each with the findings on the draft before", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const report = yield* run(store, yield* makeJob(three), { rows: rows(1) })
      const calls = yield* (yield* ScriptedLlm).calls
      assert.deepStrictEqual(calls.map(({ model }) => model), ["base", "base", "strong", "giant"])
      for (const { messages } of calls.slice(1)) {
        assert.include(messages.at(-1)?.content, "length in /title")
        assert.include(messages.at(-1)?.content, "much too long")
      }
      assert.deepStrictEqual(
        report.rungs.map(({ accepted, answers, items }) => [items, answers, accepted]),
        [[1, 2, 0], [1, 1, 0], [1, 1, 1]]
      )
      assert.strictEqual(
        report.rungs.reduce((sum, rung) => sum + rung.spentNanoUsd, 0),
        report.budget.spentNanoUsd
      )
    }).pipe(Effect.provide(ScriptedLlm.layer((request, n) =>
      request.model === "giant"
        ? goodAnswer(request)
        : { text: `${longAnswer(request)["text" as never] as string}${" ".repeat(n)}` }
    )))
  })

  it.effect("an answer that was cut off is written once more with twice the room", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const report = yield* run(store, yield* makeJob(three), { rows: rows(1) })
      assert.deepInclude(report, { accepted: 1, callsNow: 2 })
      const calls = yield* (yield* ScriptedLlm).calls
      assert.deepStrictEqual(
        calls.map(({ model, outputTokensMax }) => [model, outputTokensMax]),
        [["base", 100], ["base", 200]]
      )
    }).pipe(
      Effect.provide(
        ScriptedLlm.layer((request) =>
          request.outputTokensMax === 100 ? cutOff : goodAnswer(request)
        )
      )
    )
  })

  it.effect("where the wider call does not fit the item's budget, the ladder goes on without it", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const probe = Store.make()
      yield* run(probe, yield* makeJob(three), { rows: rows(1) })
      const first = Number(eventsIn(probe, "intent")[0]?.["reservedNanoUsd"])
      // Enough for a second call of the first one's size with the draft in it, short of another 100 tokens.
      const cheap = { inputUsdPerMtok: 0, outputUsdPerMtok: 2 }
      const job = yield* makeJob({
        ...three,
        prices: { base: cheap, strong: cheap, giant: cheap },
        budget: { itemUsd: 0.000_35 }
      })
      assert.isAbove(first, 0)
      const report = yield* run(store, job, { rows: rows(1) })
      assert.deepInclude(report, { accepted: 1 })
      const models = eventsIn(store, "intent").map(({ model, outputTokensMax }) => [
        model,
        outputTokensMax
      ])
      assert.deepStrictEqual(models, [["base", 100], ["strong", 100]])
    }).pipe(
      Effect.provide(
        ScriptedLlm.layer((request) => request.model === "base" ? cutOff : goodAnswer(request))
      )
    )
  })

  it.effect("a server that refuses the wider limit is asked with the rung's own: the draft climbs, and is no reject of its own", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const report = yield* run(store, yield* makeJob(three), { rows: rows(2) })
      assert.deepInclude(report, { accepted: 1, rejected: 1, stop: null })
      assert.deepStrictEqual(report.rejectedByCause, { Truncated: 1 })
      assert.deepStrictEqual(
        eventsIn(store, "intent").filter(({ slug }) => slug === "item-0").map((intent) => [
          intent["model"],
          intent["outputTokensMax"]
        ]),
        [["base", 100], ["base", 200], ["strong", 100]]
      )
    }).pipe(Effect.provide(ScriptedLlm.layer((request) =>
      request.outputTokensMax > 100
        ? new InvalidRequest({ status: 400, detail: "max_tokens is too large" })
        : request.model === "base" || slugIn(request) === "item-1"
        ? cutOff
        : goodAnswer(request)
    )))
  })

  it.effect("climbOn says what climbs: a refusal may, a miss of the rules may not", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob({ ...three, climbOn: ["Refused"] })
      const report = yield* run(store, job, { rows: rows(2) })
      assert.deepStrictEqual(report.rejectedByCause, { QaFailed: 1 })
      assert.deepInclude(report, { accepted: 1, rejected: 1 })
    }).pipe(Effect.provide(ScriptedLlm.layer((request) =>
      slugIn(request) === "item-1"
        ? longAnswer(request)
        : request.model === "base"
        ? { text: "", finish: "refusal", refusal: "No." }
        : goodAnswer(request)
    )))
  })

  it.effect("a refusal is told once", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      yield* run(store, yield* makeJob(three), { rows: rows(1) })
      assert.strictEqual(
        linesOf(store, data.rejects)[0]?.["reason"],
        "the model refused to answer: No."
      )
    }).pipe(
      Effect.provide(ScriptedLlm.layer(() => ({ text: "", finish: "refusal", refusal: "No." })))
    )
  })

  for (const budget of [{ runUsd: 0.1 }, { totalUsd: 0.1 }, { runUsd: 5, totalUsd: 0.1 }]) {
    it.effect(`a rung's share of ${Object.keys(budget).join(" and ")} leaves items pending, not rejected, and others go on`, () => {
      const store = Store.make()
      return Effect.gen(function*() {
        const models = { ...three.models, strong: { ...three.models.strong, budgetShare: 0.001 } }
        const job = yield* makeJob({ ...three, models, budget })
        const report = yield* run(store, job, { rows: rows(4) })
        assert.deepInclude(report, { accepted: 3, rejected: 0, pending: 1, stop: null })
        assert.deepStrictEqual(report.deferredByCause, { Share: 1 })
        // A share that one call fits lets it climb.
        const wide = { ...three.models, strong: { ...three.models.strong, budgetShare: 0.02 } }
        const wider = yield* makeJob({ ...three, models: wide, budget })
        yield* run(store, wider, { rows: rows(4) })
        assert.lengthOf(eventsIn(store, "intent").filter(({ model }) => model === "strong"), 1)
      }).pipe(Effect.provide(ScriptedLlm.layer((request, n) =>
        slugIn(request) === "item-0"
          ? { text: JSON.stringify({ title: "t".repeat(40 + n) }) }
          : goodAnswer(request)
      )))
    })
  }

  it.effect("a rung's share of the item's budget is that item's end", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const models = { ...three.models, strong: { ...three.models.strong, budgetShare: 0.001 } }
      const job = yield* makeJob({ ...three, models, budget: { itemUsd: 0.1 } })
      const report = yield* run(store, job, { rows: rows(1) })
      assert.deepStrictEqual(report.rejectedByCause, { BudgetExhausted: 1 })
    }).pipe(Effect.provide(ScriptedLlm.layer((_request, n) => ({
      text: JSON.stringify({ title: "t".repeat(40 + n) })
    }))))
  })

  it.effect("one item makes no more calls than itemAttemptsMax", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob({ ...three, itemAttemptsMax: 3 })
      const report = yield* run(store, job, { rows: rows(1) })
      assert.deepInclude(report, { rejected: 1, callsNow: 3 })
      assert.include(linesOf(store, data.rejects)[0]?.["reason"], "itemAttemptsMax")
    }).pipe(Effect.provide(ScriptedLlm.layer((_request, n) => ({
      text: JSON.stringify({ title: "t".repeat(40 + n) })
    }))))
  })

  it.effect("a rung counts the items that it was called for, not those that wait for money or a prompt", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      // Enough for the base model's calls, one at a time, and for none of the strong one's.
      const job = yield* makeJob({ budget: { runUsd: 0.002 }, concurrency: 1 })
      const report = yield* run(store, job, { rows: rows(9) })
      const [base, strong] = report.rungs
      assert.strictEqual(base?.items, report.callsNow)
      assert.isBelow(base?.items ?? 9, 9)
      assert.deepInclude(strong, { items: 0, answers: 0, isUseless: false })
    }).pipe(Effect.provide(ScriptedLlm.layer((request) => ({
      ...(longAnswer(request) as object),
      usage: { inputTokens: 300, cachedInputTokens: 0, outputTokens: 100, reasoningTokens: 0 }
    }))))
  })

  it("a rung that brings nothing through is called out, the base model too; one that was not answered is not", () => {
    const totals = { items: 4, answers: 4, accepted: 0, spentNanoUsd: 8_000_000 }
    const base = rungReport({ ...totals, model: "base" })
    const strong = rungReport({ ...totals, model: "strong", accepted: 1, answers: 1 })
    const lines = ladderLines([base, strong]).join("\n")
    assert.include(lines, "rung 0 base: 0 accepted of 4 items, 4 answers")
    assert.include(lines, "rung 1 strong: 1 accepted of 4 items, 1 answer, $0.008")
    assert.include(lines, "escalation bought 1 piece for $0.008")
    assert.match(lines, /WARNING rung 0 base answered for 4 items and brought none through/)
    assert.notMatch(lines, /WARNING rung 1/)
    assert.isFalse(rungReport({ ...totals, model: "strong", answers: 2 }).isUseless)
  })
})

describe("generate: limits", () => {
  it.effect("a model that asks for an hour holds up no item of another, and its own go on after it", () => {
    const store = Store.make()
    const events: Array<RunEvent> = []
    return Effect.gen(function*() {
      const llm = yield* ScriptedLlm
      const job = yield* makeJob({ concurrency: 2 })
      const running = yield* Effect.forkChild(run(store, job, {
        rows: rows(20),
        onEvent: (event) => Effect.sync(() => void events.push(event))
      }))
      // Every other item needs the strong model, which is asked once.
      yield* llm.waitForCalls(21)
      yield* TestClock.adjust(3_599_000)
      assert.lengthOf(yield* llm.calls, 21)
      assert.strictEqual(
        events.at(-1)?.waiting,
        10,
        "all that are left wait, and none is in flight"
      )
      const waits = events.flatMap((event) => event.event === "waiting" ? [event.model] : [])
      assert.deepStrictEqual([...new Set(waits)], ["strong"])
      const paused = events.find(({ event }) => event === "paused")
      assert.deepInclude(paused, {
        model: "strong",
        why: "asked",
        until: "1970-01-01T01:00:00.000Z"
      })
      yield* TestClock.adjust(40_000)
      const report = yield* Fiber.join(running)
      assert.deepInclude(report, { accepted: 20, rejected: 0 })
    }).pipe(Effect.provide(ScriptedLlm.layer((request, n) =>
      request.model === "base"
        ? Number(slugIn(request).slice(5)) % 2 === 0 ? longAnswer(request) : goodAnswer(request)
        : n <= 21
        ? new RateLimited({ retryAfterMs: 3_600_000, detail: "later" })
        : goodAnswer(request)
    )))
  })

  it.effect("a run that stops does not wait for a model's hour", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const llm = yield* ScriptedLlm
      const report = yield* run(store, yield* makeJob({ concurrency: 2 }), {
        rows: rows(4),
        stopRequested: Effect.as(llm.waitForCalls(2), { _tag: "Signal", signal: "SIGINT" } as const)
      })
      assert.deepInclude(report, { accepted: 0, rejected: 0, pending: 4 })
    }).pipe(
      Effect.provide(
        ScriptedLlm.layer(() => new RateLimited({ retryAfterMs: 3_600_000, detail: "later" }))
      )
    )
  })

  it.effect("a storm rejects nobody: refusals for the rate are no attempts", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob({ concurrency: 4, transientAttemptsMax: 1, itemAttemptsMax: 1 })
      const running = yield* Effect.forkChild(run(store, job, { rows: rows(8) }))
      for (let n = 0; n < 200; n++) yield* TestClock.adjust(1000)
      const report = yield* Fiber.join(running)
      assert.deepInclude(report, { accepted: 8, rejected: 0 })
      assert.isAbove(report.callsNow, 30)
    }).pipe(
      Effect.provide(
        ScriptedLlm.layer((request, n) =>
          n % 4 === 0 ? goodAnswer(request) : new RateLimited({ retryAfterMs: null, detail: "no" })
        )
      )
    )
  })

  /** Item 0 is refused, the others are answered, each call taking a second of the model's time. */
  const refusing = (retryAfterMs: number | null, refusals = Infinity) => {
    let refused = 0
    return ScriptedLlm.layer((request) =>
      Effect.as(
        Effect.sleep(1000),
        slugIn(request) === "item-0" && refused++ < refusals
          ? new RateLimited({ retryAfterMs, detail: "too large for tokens per minute" })
          : goodAnswer(request) as object
      )
    )
  }
  const callsFor = (slug: string) =>
    Effect.map(
      Effect.flatMap(ScriptedLlm, (llm) => llm.calls),
      (calls) => calls.filter((request) => slugIn(request) === slug).length
    )

  const bounds: ReadonlyArray<[string, number | null, number]> = [
    ["with a Retry-After each time", 60_000, 12],
    ["without one", null, 20]
  ]
  for (const [how, retryAfterMs, callsMax] of bounds) {
    it.effect(`an item that is refused for ever, ${how}, ends, and the others go on meanwhile`, () => {
      const store = Store.make()
      return Effect.gen(function*() {
        const job = yield* makeJob({ concurrency: 4 })
        const running = yield* Effect.forkChild(run(store, job, { rows: rows(60) }))
        for (let n = 0; n < 2000; n++) yield* TestClock.adjust(1000)
        const report = yield* Fiber.join(running)
        assert.deepInclude(report, { accepted: 59, rejected: 1, stop: null })
        assert.deepStrictEqual(report.rejectedByCause, { RateLimited: 1 })
        assert.isBelow(report.durationMs, 15 * 60_000)
        const calls = yield* callsFor("item-0")
        assert.isAbove(calls, 5)
        assert.isAtMost(calls, callsMax)
      }).pipe(Effect.provide(refusing(retryAfterMs)))
    })
  }

  it.effect("one that is asked to wait an hour twice is put off, and was not called meanwhile", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const running = yield* Effect.forkChild(
        run(store, yield* makeJob({ concurrency: 4 }), { rows: rows(20) })
      )
      for (let n = 0; n < 130; n++) yield* TestClock.adjust(60_000)
      const report = yield* Fiber.join(running)
      assert.deepInclude(report, { accepted: 19, rejected: 0, pending: 1, stop: null })
      assert.deepStrictEqual(report.deferredByCause, { RateLimited: 1 })
      assert.strictEqual(yield* callsFor("item-0"), 2)
      assert.isAtLeast(report.durationMs, 3_600_000)
    }).pipe(Effect.provide(refusing(3_600_000)))
  })

  it.effect("itemSecondsMax cuts the item's call, and counts from its begin", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob({
        itemSecondsMax: 30,
        concurrency: 2,
        evidence: { minChars: 0, sources: [{ plugin: "slow" }] }
      })
      const running = yield* Effect.forkChild(run(store, job, { rows: rows(3) }))
      for (let n = 0; n < 120; n++) yield* TestClock.adjust(1000)
      const report = yield* Fiber.join(running)
      assert.deepInclude(report, { accepted: 1, rejected: 2, stop: null })
      assert.deepStrictEqual(report.rejectedByCause, { Timeout: 2 })
      const timeouts = (yield* (yield* ScriptedLlm).calls).map(({ timeoutMs }) => timeoutMs)
      assert.deepStrictEqual(timeouts, [20_000, 20_000], "10 s went by for the evidence")
      const reasons = linesOf(store, data.rejects).map(({ reason }) => String(reason))
      assert.isTrue(reasons.every((reason) => reason.includes("itemSecondsMax")), reasons.join())
    }).pipe(
      Effect.provide(ScriptedLlm.layer((request) =>
        slugIn(request) === "item-0"
          ? Effect.andThen(
            Effect.sleep(request.timeoutMs),
            Effect.succeed(new TimedOut({ timeoutMs: request.timeoutMs }))
          )
          : goodAnswer(request)
      )),
      Effect.provideService(EvidencePlugins, {
        slow: ({ slug }) =>
          slug === "item-2"
            ? Effect.never
            : Effect.as(Effect.sleep(10_000), [{ name: "fact", text: "A fact." }])
      })
    )
  })

  it.effect("an outage is nobody's fault: the model is probed, and all go on when it answers", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob({ concurrency: 8, transientAttemptsMax: 3 })
      const running = yield* Effect.forkChild(run(store, job, { rows: rows(40) }))
      for (let n = 0; n < 120; n++) yield* TestClock.adjust(1000)
      const report = yield* Fiber.join(running)
      assert.deepInclude(report, { accepted: 40, rejected: 0 })
      assert.isBelow(report.callsNow, 80)
    }).pipe(Effect.provide(ScriptedLlm.layer((request, n) =>
      n > 8 && n < 28
        ? new Overloaded({ status: 503, retryAfterMs: null, detail: "down" })
        : goodAnswer(request)
    )))
  })
})
