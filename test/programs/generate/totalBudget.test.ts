// The data directory's budget over runs, what a reached budget leaves to be finished, and calls at risk held or made again.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import { exitCodeOf } from "../../../src/programs/generate/exitCode.ts"
import type { RunEvent } from "../../../src/programs/generate/RunEvent.ts"
import { status } from "../../../src/programs/status.ts"
import { DataDirectory } from "../../../src/services/durability/DataDirectory.ts"
import type { MemoryStore } from "../../../src/layers/MemoryStore.ts"
import { EvidencePlugins } from "../../../src/services/evidence/EvidencePlugins.ts"
import { Disconnected } from "../../../src/services/generation/Llm.ts"
import {
  eventsIn,
  goodAnswer,
  journals,
  linesOf,
  rows,
  run,
  slugIn
} from "../../support/pipeline.ts"
import { data, makeJob } from "../../support/smallJob.ts"

/** One call's worst case is some 0.55 milli-dollars on the base model; each of these answers costs 0.5. */
const milli = 0.001
const dear = ScriptedLlm.layer((request) => ({
  ...goodAnswer(request),
  usage: { inputTokens: 300, cachedInputTokens: 0, outputTokens: 100, reasoningTokens: 0 }
}))

const statusOf = (store: MemoryStore) =>
  status(undefined).pipe(
    Effect.provide(Layer.merge(MemoryDisk.layer(store), DataDirectory.layer(data.root)))
  )

/** Fails the item's first call as one that may have been billed. */
const losing = (slug: string) => {
  let lost = false
  return ScriptedLlm.layer((request) => {
    if (slugIn(request) !== slug || lost) return goodAnswer(request)
    lost = true
    return new Disconnected({ detail: "gone" })
  })
}

describe("generate: the total budget", () => {
  it.effect("I10: counts what earlier runs spent, and goes on when it is raised", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const tight = yield* makeJob({ budget: { totalUsd: 1.6 * milli }, concurrency: 1 })
      const first = yield* run(store, tight)
      assert.deepInclude(first.stop, { _tag: "Budget", scope: "total" })
      assert.strictEqual(exitCodeOf(first), 6)
      assert.strictEqual(first.accepted, 3)
      assert.deepStrictEqual(first.budget.total, {
        budgetNanoUsd: 1_600_000,
        spentNanoUsd: 1_500_000
      })
      const again = yield* run(store, tight)
      assert.deepInclude(again, { acceptedNow: 0, callsNow: 0 })
      assert.deepInclude(again.stop, { _tag: "Budget", scope: "total" })
      const more = yield* run(store, yield* makeJob({ budget: { totalUsd: 1 } }))
      assert.deepInclude(more, { accepted: 5, pending: 0, stop: null })
      assert.strictEqual(more.budget.total?.spentNanoUsd, 2_500_000)
    }).pipe(Effect.provide(dear))
  })

  it.effect("a call that does not fit puts its item off, and smaller ones go on", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const given = rows(6)
      const long = { slug: "item-0", text: "A very long fact. ".repeat(200) }
      const report = yield* run(store, yield* makeJob({ budget: { runUsd: 3.5 * milli } }), {
        rows: [long, ...given.slice(1)]
      })
      assert.deepInclude(report, { accepted: 5, pending: 1 })
      assert.strictEqual(report.stop?._tag, "Budget")
      assert.strictEqual(exitCodeOf(report), 6)
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("small items behind any number of large ones are written, and the large ones are not even begun", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const given = rows(210).map((row, n) =>
        n < 200 ? { ...row, text: "A very long fact. ".repeat(300) } : row
      )
      const begun: Array<string> = []
      const job = yield* makeJob({ budget: { runUsd: 4 * milli }, concurrency: 4 })
      const report = yield* run(store, job, {
        rows: given,
        onEvent: (event) =>
          event.event === "begun" ? Effect.sync(() => void begun.push(event.slug)) : undefined
      })
      assert.deepInclude(report, { accepted: 10, pending: 200, rejected: 0 })
      assert.deepInclude(report.stop, { _tag: "Budget", scope: "run" })
      assert.isBelow(begun.length, 10 + 10)
      assert.strictEqual(exitCodeOf(report), 6)
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("what only a page would tell is asked for so many times in a row and no more", () => {
    const store = Store.make()
    let asked = 0
    return Effect.gen(function*() {
      const job = yield* makeJob({
        budget: { runUsd: 4 * milli },
        concurrency: 4,
        evidence: { sources: [{ plugin: "shop" }] }
      })
      const report = yield* run(store, job, { rows: rows(300) })
      assert.deepInclude(report, { accepted: 0, pending: 300, rejected: 0, callsNow: 0 })
      assert.strictEqual(exitCodeOf(report), 6)
      assert.isBelow(asked, 64 + 10)
    }).pipe(
      Effect.provide(ScriptedLlm.layer(goodAnswer)),
      Effect.provideService(EvidencePlugins, {
        shop: () => {
          asked++
          return Effect.succeed([{ name: "page", text: "A very long fact. ".repeat(300) }])
        }
      })
    )
  })

  it.effect("answers that are paid are judged and kept, wherever in the input, with no money left", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      yield* run(store, yield* makeJob(), { rows: rows(40).slice(30) })
      // As after a kill between the answers and the masters.
      for (const file of journals(store)) {
        const kept = (store.get(file)?.toString() ?? "").split("\n")
          .filter((line) => !line.includes(`"_tag":"verdict"`))
        store.put(file, kept.join("\n"))
      }
      for (const file of [data.updates, data.successes, data.appenderLock]) store.put(file, "")
      for (const file of store.files().filter((path) => path.endsWith(".meta.json"))) {
        store.put(file, "{}")
      }
      const report = yield* run(store, yield* makeJob({ budget: { totalUsd: 0 } }), {
        rows: rows(40)
      })
      assert.deepInclude(report, { accepted: 10, judgedFromJournal: 10, callsNow: 0, pending: 30 })
      assert.strictEqual(exitCodeOf(report), 6)
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("what is at risk is listed, held when that is asked for, made again otherwise, and counted for ever", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const held = yield* run(store, yield* makeJob({ holdAtRisk: true }))
      assert.deepInclude(held, { accepted: 4, pending: 1, stop: null })
      assert.strictEqual(exitCodeOf(held), 3)
      assert.lengthOf(held.atRisk, 1)
      const reasons: Array<string> = []
      const note = (event: RunEvent) => {
        if (event.event === "deferred") reasons.push(event.reason)
        return undefined
      }
      const still = yield* run(store, yield* makeJob({ holdAtRisk: true }), { onEvent: note })
      assert.deepInclude(still, { callsNow: 0, pending: 1 })
      assert.deepStrictEqual(still.atRiskBefore.map(({ slug }) => slug), ["item-2"])
      assert.include(reasons[0], "--hold-at-risk")
      const freed = yield* run(store, yield* makeJob())
      assert.deepInclude(freed, { accepted: 5, callsNow: 1 })

      // Everything is settled: the books are closed, and say all the same what is at risk.
      yield* run(store, yield* makeJob())
      const { atRisk, runs } = yield* statusOf(store)
      assert.deepStrictEqual(atRisk.map(({ slug }) => slug), ["item-2"])
      assert.isTrue(runs.every(({ state }) => state === "sealed"))
      const risked = Number(eventsIn(store, "failure")[0]?.["atRiskNanoUsd"])
      const spent = eventsIn(store, "response").reduce((n, e) => n + Number(e["costNanoUsd"]), 0)
      const last = yield* run(store, yield* makeJob({ budget: { totalUsd: 1 } }))
      assert.strictEqual(last.budget.total?.spentNanoUsd, spent + risked)
    }).pipe(Effect.provide(losing("item-2")))
  })

  it.effect("every answer's price stands beside it in the journal", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      yield* run(store, yield* makeJob(), { rows: rows(1) })
      const [answer] = eventsIn(store, "response")
      assert.deepStrictEqual(answer?.["price"], { inputUsdPerMtok: 1, outputUsdPerMtok: 2 })
      assert.lengthOf(linesOf(store, data.successes), 1)
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })
})
