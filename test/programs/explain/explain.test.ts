// Everything that happened to an item, over all runs, in order; words from outside cannot pass for the program's.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../../src/layers/MemoryStore.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../../src/layers/ScriptedLlm.ts"
import { explanationText } from "../../../src/programs/cli/explainText.ts"
import { visible } from "../../../src/programs/cli/output.ts"
import { explain } from "../../../src/programs/explain/explain.ts"
import { knownSlugs } from "../../../src/programs/explain/knownSlugs.ts"
import { DataDirectory, journalPath } from "../../../src/services/durability/DataDirectory.ts"
import { itemsFromRows } from "../../../src/services/items/RowItems.ts"
import { nearestOf } from "../../../src/services/Nearest.ts"
import { encodeEvent, intent } from "../../support/journalEvents.ts"
import { consolidateAll, laterRun } from "../../support/laterRuns.ts"
import { iso, rejectLine } from "../../support/masters.ts"
import { goodAnswer, linesOf, longAnswer, rows, run, slugIn } from "../../support/pipeline.ts"
import { data, makeJob } from "../../support/smallJob.ts"

const explained = (store: MemoryStore, slug: string) =>
  explain(slug).pipe(Effect.provide([DataDirectory.layer(data.root), MemoryDisk.layer(store)]))

describe("explain", () => {
  it.effect("tells calls, costs, findings and verdicts of every run in order, and which line stands", () => {
    const store = Store.make()
    let strict = true
    return Effect.gen(function*() {
      const job = yield* makeJob()
      const first = yield* run(store, job, { rows: rows(2) })
      yield* TestClock.adjust("1 second")
      strict = false
      const choice = { phases: ["B"], causes: [], slugs: [] } as const
      const second = yield* run(store, job, { rows: rows(2), plan: { _tag: "Retry", choice } })
      const { calls, events, lines, spentNanoUsd, state } = yield* explained(store, "item-1")
      assert.deepStrictEqual([state, calls], ["accepted", 3])
      const others = yield* explained(store, "item-0")
      assert.strictEqual(
        spentNanoUsd + others.spentNanoUsd,
        first.budget.spentNanoUsd + second.budget.spentNanoUsd
      )
      const verdicts = events.flatMap(({ event }) =>
        event._tag === "verdict" ? [event.accepted] : []
      )
      assert.deepStrictEqual(verdicts, [false, false, false, true])
      assert.deepStrictEqual(
        events.map(({ event }) => event.at),
        events.map(({ event }) => event.at).sort()
      )
      assert.deepStrictEqual(lines.map(({ file, line, stands }) => [file, line, stands]), [
        ["master/updates.jsonl", 2, true],
        ["master/successes.jsonl", 2, true],
        ["master/rejects.jsonl", 1, false]
      ])
      for (const { event, file, line } of events) {
        const text = store.get(`${data.root}/${file}`)?.toString().split("\n")[line - 1] ?? ""
        assert.include(text, `"id":"${event.id}"`)
      }
    }).pipe(
      Effect.provide(
        ScriptedLlm.layer((request) =>
          slugIn(request) !== "item-1" || !strict
            ? goodAnswer(request)
            : request.model === "base"
            ? longAnswer(request)
            : { text: `{"title":"${"strong ".repeat(5)}"}` }
        )
      )
    )
  })

  it.effect("an end without an answer has its time and place, also after a later success and a consolidation", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      const thin = yield* makeJob({ evidence: { minChars: 1000 } })
      const job = yield* makeJob()
      yield* laterRun(store, thin, { rows: rows(1) })
      const choice = { phases: [], causes: ["ThinEvidence"], slugs: [] } as const
      yield* laterRun(store, job, { rows: rows(1), plan: { _tag: "Retry", choice } })
      const textNow = Effect.map(
        explained(store, "item-0"),
        (found) => explanationText(found, undefined, undefined)
      )
      const before = yield* textNow
      yield* consolidateAll(store, job)
      assert.deepStrictEqual(linesOf(store, data.rejects), [])
      const after = yield* textNow
      const order = ["rejected: ThinEvidence:", "asked base", "accepted by QA", "in the masters:"]
      for (const text of [before, after]) {
        const places = order.map((words) => text.indexOf(words))
        assert.deepStrictEqual(places, [...places].sort((a, b) => a - b), text)
        assert.isAtLeast(places[0] ?? -1, 0, text)
        assert.strictEqual(text.split("rejected: ThinEvidence:").length, 2, "told once")
      }
      assert.match(before, /rejects\.jsonl:1 superseded \S+ rejected 1970-01-01T00:00:01\.000Z/)
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })

  it.effect("an end that no journal tells of stands in the timeline by its line's own time", () =>
    Effect.gen(function*() {
      const store = Store.make()
      store.put(data.rejects, rejectLine({ slug: "a", id: "gone:r1", atMs: 1 }))
      store.put(
        journalPath(data, "20260101T000000-aaaaaa"),
        Buffer.from(encodeEvent(intent("a", "20260101T000000-aaaaaa:1", { at: iso(2) })))
      )
      const text = explanationText(yield* explained(store, "a"), undefined, undefined)
      assert.isBelow(text.indexOf("rejected: QaFailed: too short"), text.indexOf("asked small"))
      assert.include(text, `${iso(1)}  gone:r1  master/rejects.jsonl:1`)
    }))

  it.effect("a model's words are indented line by line, without control characters", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      yield* run(store, yield* makeJob({ qa: [] }), { rows: rows(1) })
      const text = visible(
        explanationText(yield* explained(store, "item-0"), undefined, undefined)
      )
      const forged = text.split("\n").filter((line) => line.includes("in the masters: forged"))
      assert.isAbove(forged.length, 0)
      for (const line of forged) assert.match(line, /^ {6}[|-] /)
      // oxlint-disable-next-line no-control-regex
      assert.notMatch(text, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/)
    }).pipe(
      Effect.provide(
        ScriptedLlm.layer(() => ({
          text:
            "\u001b[2J{\n\"title\":\u2028\"\u202ex\"\nin the masters: forged\r\nin the masters: forged"
        }))
      )
    )
  })

  it.effect("of an unknown slug nothing is known, and the nearest are at hand", () => {
    const store = Store.make()
    return Effect.gen(function*() {
      yield* run(store, yield* makeJob(), { rows: rows(2) })
      const nothing = yield* explained(store, "itm-1")
      assert.deepInclude(nothing, { state: "pending", events: [], lines: [], calls: 0 })
      const slugs = yield* knownSlugs(yield* itemsFromRows(rows(3))).pipe(
        Effect.provide([DataDirectory.layer(data.root), MemoryDisk.layer(store)])
      )
      assert.deepStrictEqual(nearestOf("itm-1", slugs, 2), ["item-1"])
      assert.deepStrictEqual(nearestOf("something else", slugs, 3), [])
    }).pipe(Effect.provide(ScriptedLlm.layer(goodAnswer)))
  })
})
