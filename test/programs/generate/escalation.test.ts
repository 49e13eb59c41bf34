// The ladder: what QA rejects goes to the strong model once, with the findings, and ends in a record or a reject line.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import { exitCodeOf } from "../../../src/programs/generate/exitCode.ts"
import type { RunEvent } from "../../../src/programs/generate/RunEvent.ts"
import type { Completion } from "../../../src/services/generation/Llm.ts"
import { applyOverrides } from "../../../src/services/job/Overrides.ts"
import {
  assertSettledOnce,
  eventsIn,
  goodAnswer,
  linesOf,
  longAnswer,
  rows,
  run
} from "../../support/pipeline.ts"
import { data, makeJob } from "../../support/smallJob.ts"

const one = rows(1)
const promptOf = (request: { readonly messages: ReadonlyArray<{ readonly content: string }> }) =>
  request.messages.map(({ content }) => content).join("\n")

describe("generate: escalation", () => {
  it.effect("a draft that QA rejects goes to the strong model with its findings, and is accepted on rung 1", () => {
    const store = Store.make()
    const events: Array<RunEvent> = []
    return Effect.gen(function*() {
      const report = yield* run(store, yield* makeJob(), {
        rows: one,
        onEvent: (event) => Effect.sync(() => void events.push(event))
      })
      const calls = yield* (yield* ScriptedLlm).calls
      assert.deepStrictEqual(calls.map(({ model }) => model), ["base", "strong"])
      assert.include(promptOf(calls[1]!), "length in /title")
      assert.include(promptOf(calls[1]!), "much too long")
      assert.deepStrictEqual(report.rungs.map(({ accepted }) => accepted), [0, 1])
      assert.deepStrictEqual(events.map(({ event }) => event), [
        "started",
        "begun",
        "escalated",
        "accepted",
        "finished"
      ])
      const meta = linesOf(store, data.successes)[0]?.["_meta"] as Record<string, unknown>
      assert.deepInclude(meta, { rung: 1, attempt: 2, model: "strong" })
      assert.deepStrictEqual(eventsIn(store, "verdict").map(({ accepted }) => accepted), [
        false,
        true
      ])
      assertSettledOnce(store, ["item-0"])
    }).pipe(
      Effect.provide(
        ScriptedLlm.layer((request) =>
          request.model === "base" ? longAnswer(request) : goodAnswer(request)
        )
      )
    )
  })

  it.effect("failing on both rungs is a reject with cause, findings, attempts and what both calls cost", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const report = yield* run(store, yield* makeJob(), { rows: one })
      const [reject] = linesOf(store, data.rejects)
      assert.deepInclude(reject, { slug: "item-0", cause: "QaFailed" })
      assert.deepInclude((reject?.["findings"] as Array<object> | undefined)?.[0], {
        rule: "length"
      })
      assert.match(String(reject?.["reason"]), /^length in \/title: /)
      const spent = eventsIn(store, "response").reduce(
        (sum, event) => sum + Number(event["costNanoUsd"]),
        0
      )
      assert.isAbove(spent, 0)
      assert.deepInclude(reject?.["_meta"], { attempts: 2, costUsd: spent / 1e9 })
      assert.strictEqual(report.budget.spentNanoUsd, spent)
      assert.deepStrictEqual(report.rejectedByCause, { QaFailed: 1 })
      assert.strictEqual(exitCodeOf(report), 5)
    }).pipe(Effect.provide(ScriptedLlm.layer(longAnswer)))
  })

  const ends: ReadonlyArray<[string, Partial<Completion>, string, number]> = [
    ["a truncated answer", { text: "{\"title\":", finish: "length" }, "Truncated", 4],
    ["an answer that is not JSON", { text: "Sure! Here it is" }, "Malformed", 2],
    [
      "a refusal, which no stronger model mends",
      { text: "", finish: "refusal", refusal: "No." },
      "Refused",
      1
    ],
    ["an answer that breaks the schema", { text: "{\"name\":1}" }, "QaFailed", 2],
    [
      "an answer that is no completion",
      { text: "<html>", finish: "unreadable", usage: null, body: "<html>" },
      "Malformed",
      2
    ],
    ["an answer without an end", { text: "{\"title\":\"On\"}", finish: "other" }, "Malformed", 2]
  ]
  for (const [name, answer, cause, calls] of ends) {
    it.effect(`${name}: ${cause} after ${calls} calls`, () => {
      const store = Store.make()
      return Effect.gen(function*() {
        const report = yield* run(store, yield* makeJob(), { rows: one })
        assert.deepStrictEqual(report.rejectedByCause, { [cause]: 1 })
        assert.strictEqual(report.callsNow, calls)
        assertSettledOnce(store, ["item-0"])
      }).pipe(Effect.provide(ScriptedLlm.layer(() => answer)))
    })
  }

  it.effect("without a strong model the base model's verdict is the end", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const job = yield* applyOverrides(yield* makeJob(), { strongModel: "none" })
      const report = yield* run(store, job, { rows: one })
      assert.deepInclude(report, { rejectedNow: 1, callsNow: 1 })
    }).pipe(Effect.provide(ScriptedLlm.layer(longAnswer)))
  })

  it.effect("thin evidence is a reject without a call", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const report = yield* run(store, yield* makeJob({ evidence: { minChars: 1000 } }), {
        rows: one
      })
      assert.deepStrictEqual(report.rejectedByCause, { ThinEvidence: 1 })
      assert.strictEqual(report.callsNow, 0)
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })
})
