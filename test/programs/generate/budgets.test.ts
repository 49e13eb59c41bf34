// Money (I10): what is spent and reserved never passes a budget, and nothing that was paid for is stranded.
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Effect from "effect/Effect"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import { exitCodeOf } from "../../../src/programs/generate/exitCode.ts"
import type { Budget } from "../../../src/services/spending/Budget.ts"
import {
  assertSettledOnce,
  eventsIn,
  goodAnswer,
  linesOf,
  longAnswer,
  rows,
  run,
  slugIn
} from "../../support/pipeline.ts"
import { data, makeJob } from "../../support/smallJob.ts"

/** One call's worst case for these prompts is some 0.7 milli-dollars on the base model, ten times that on the strong. */
const milli = 0.001

describe("generate: budgets", () => {
  it.effect("I10: the run's budget holds at every call and event, whatever the costs, and the rest stays pending", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          fc.record({
            budgetUsd: fc.double({ min: 0, max: 40 * milli, noNaN: true }),
            // Less than any call is refused before the run.
            itemUsd: fc.option(fc.double({ min: 0.5 * milli, max: 12 * milli, noNaN: true })),
            concurrency: fc.integer({ min: 1, max: 20 }),
            tokens: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 8 }),
            failing: fc.integer({ min: 1, max: 5 })
          }),
          ({ budgetUsd, concurrency, failing, itemUsd, tokens }) => {
            const store = Store.make()
            let budget: Budget["Service"] | undefined
            const check = Effect.suspend(() => budget?.state ?? Effect.die("no budget")).pipe(
              Effect.map(({ budgetNanoUsd, reservedNanoUsd, spentNanoUsd }) =>
                assert.isAtMost(spentNanoUsd + reservedNanoUsd, budgetNanoUsd ?? Infinity)
              )
            )
            let calls = 0
            const script = ScriptedLlm.layer((request, n) => {
              calls++
              const outputTokens = tokens[n % tokens.length] ?? 0
              const answer = (n % failing === 0 ? longAnswer : goodAnswer)(request) as object
              return check.pipe(
                Effect.andThen(Effect.yieldNow),
                Effect.as({
                  ...answer,
                  usage: { inputTokens: 60, cachedInputTokens: 0, outputTokens, reasoningTokens: 0 }
                })
              )
            })
            return Effect.runPromise(
              Effect.gen(function*() {
                const budgetOf = itemUsd === null
                  ? { runUsd: budgetUsd }
                  : { runUsd: budgetUsd, itemUsd }
                const job = yield* makeJob({ budget: budgetOf, concurrency })
                const report = yield* run(store, job, {
                  rows: rows(12),
                  onEvent: () => check,
                  onBudget: (given) => {
                    budget = given
                  }
                })
                const costs = eventsIn(store, "response").reduce(
                  (sum, event) => sum + Number(event["costNanoUsd"]),
                  0
                )
                assert.strictEqual(
                  report.budget.spentNanoUsd,
                  costs,
                  "settled costs are what the journal's responses cost"
                )
                assert.strictEqual(report.callsNow, calls)
                if (itemUsd !== null) {
                  const bySlug = new Map<unknown, number>()
                  for (const { costNanoUsd, slug } of eventsIn(store, "response")) {
                    bySlug.set(slug, (bySlug.get(slug) ?? 0) + Number(costNanoUsd))
                  }
                  for (const [slug, cost] of bySlug) {
                    assert.isAtMost(cost, itemUsd * 1e9 + 1, String(slug))
                  }
                }
                if (report.stop !== null) {
                  assert.strictEqual(report.stop._tag, "Budget")
                  assert.strictEqual(exitCodeOf(report), 6)
                }
                // Nothing stranded: whatever was answered is accepted, rejected, or has a verdict to climb from.
                assert.strictEqual(
                  eventsIn(store, "verdict").length,
                  eventsIn(store, "response").length
                )
              }).pipe(Effect.provide(script))
            )
          }
        ),
        { numRuns: 40 }
      )
    ))

  it.effect("a run that reaches its budget exits 6; with more money the next run does the rest and repeats nothing", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const first = yield* run(
        store,
        yield* makeJob({ budget: { runUsd: 1.6 * milli }, concurrency: 1 })
      )
      assert.strictEqual(first.stop?._tag, "Budget")
      assert.strictEqual(exitCodeOf(first), 6)
      assert.isAbove(first.accepted, 0)
      assert.isAbove(first.pending, 0)
      const second = yield* run(store, yield* makeJob())
      assert.deepInclude(second, { accepted: 5, pending: 0, callsNow: 5 - first.accepted })
      assertSettledOnce(store, rows(5).map(({ slug }) => slug))
    }).pipe(Effect.provide(ScriptedLlm.layer((request) => ({
      ...goodAnswer(request),
      usage: { inputTokens: 300, cachedInputTokens: 0, outputTokens: 100, reasoningTokens: 0 }
    }))))
  })

  it.effect("an item that its own budget does not carry up the ladder is rejected with what QA found", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const report = yield* run(store, yield* makeJob({ budget: { itemUsd: 2 * milli } }), {
        rows: rows(3)
      })
      assert.deepInclude(report, { accepted: 2, rejected: 1, stop: null })
      const [reject] = linesOf(store, data.rejects)
      assert.deepInclude(reject, { slug: "item-1", cause: "BudgetExhausted" })
      assert.lengthOf(reject?.["findings"] as Array<unknown>, 1)
    }).pipe(Effect.provide(
      ScriptedLlm.layer((request) =>
        slugIn(request) === "item-1" ? longAnswer(request) : goodAnswer(request)
      )
    ))
  })

  it.effect("an item budget that no first call fits is refused before anything is made", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* makeJob({ budget: { itemUsd: 0.1 * milli } })
      const error = yield* Effect.flip(run(store, job))
      assert.strictEqual(error._tag, "JobError")
      assert.match(
        error.message,
        /budget\.itemUsd: leaves \$0\.0001 for the first call.*--item-budget/
      )
      assert.deepStrictEqual(store.files(), [])
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("an item of which nothing is paid is put off, not rejected, where its budget is too small for its first call", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const given = rows(40).map((row, n) =>
        n % 2 === 0 ? { ...row, text: "A very long fact. ".repeat(100) } : row
      )
      const job = yield* makeJob({ budget: { itemUsd: 1.2 * milli } })
      const report = yield* run(store, job, { rows: given })
      assert.deepInclude(report, { accepted: 20, rejected: 0, pending: 20 })
      assert.deepStrictEqual(report.deferredByCause, { ItemBudget: 20 })
      assert.deepInclude(report.stop, { _tag: "Budget", scope: "item" })
      assert.match(
        report.stop?._tag === "Budget" ? report.stop.detail : "",
        /those of 20 items may cost up to .*; raise --item-budget/
      )
      assert.strictEqual(exitCodeOf(report), 6)
      const needed = report.stop?._tag === "Budget" ? report.stop.neededNanoUsd : 0
      const raised = yield* makeJob({ budget: { itemUsd: needed / 1e9 } })
      assert.deepInclude(yield* run(store, raised, { rows: given }), { accepted: 40, stop: null })
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("a model without a price is refused before anything is made on the disk", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const error = yield* Effect.flip(
        run(store, yield* makeJob({ models: { base: { name: "nobody-knows-it" } } }))
      )
      assert.strictEqual(error._tag, "UnknownPrice")
      assert.deepStrictEqual(store.files(), [])
      assert.lengthOf(yield* (yield* ScriptedLlm).calls, 0)
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("a count of tokens that makes no sense costs the worst case", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const report = yield* run(store, yield* makeJob(), { rows: rows(1) })
      const [intent] = eventsIn(store, "intent")
      assert.strictEqual(report.budget.spentNanoUsd, intent?.["reservedNanoUsd"])
      assert.strictEqual(report.accepted, 1)
    }).pipe(Effect.provide(ScriptedLlm.layer((request) => ({
      ...goodAnswer(request),
      usage: { inputTokens: -5, cachedInputTokens: 0, outputTokens: 1, reasoningTokens: 0 }
    }))))
  })
})
