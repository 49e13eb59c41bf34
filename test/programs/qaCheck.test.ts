// `qa check` over any file and `qa report` over runs: what is counted, and that nothing is written.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Known from "../../src/layers/Known.ts"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import { make as makeStore } from "../../src/layers/MemoryStore.ts"
import { ScriptedLlm } from "../../src/layers/ScriptedLlm.ts"
import { qaCheck } from "../../src/programs/qaCheck.ts"
import type { CheckedLine } from "../../src/programs/qaCheck.ts"
import { qaReport } from "../../src/programs/qaReport.ts"
import { Corpus } from "../../src/services/corpus/Corpus.ts"
import { DataDirectory } from "../../src/services/durability/DataDirectory.ts"
import { itemsFromRows } from "../../src/services/items/RowItems.ts"
import { RuleModules } from "../../src/services/qa/UserRule.ts"
import { goodAnswer, longAnswer, run } from "../support/pipeline.ts"
import { makeJob } from "../support/smallJob.ts"

describe("qa check", () => {
  const lines = [
    "{\"slug\":\"a\",\"title\":\"On 7 lamps\"}",
    "{\"slug\":\"b\",\"title\":\"On 8 lamps\"}",
    "",
    "{\"slug\":\"none\",\"title\":\"On 9 lamps\"}",
    "{\"title\":\"A title that is much too long for it\"}",
    "{\"title\":",
    "{\"slug\":\"c\",\"name\":1}"
  ]

  it.effect("judges every line, from the rows' own facts where there are any, and writes nothing", () =>
    Effect.gen(function*() {
      const store = makeStore()
      store.put("/pieces.jsonl", lines.join("\n"))
      const before = store.files()
      const job = yield* makeJob({
        qa: [{ rule: "length", field: "/title", maxChars: 20 }, { rule: "numbers" }]
      })
      const checked: Array<CheckedLine> = []
      const known = Known.layer(job).pipe(Layer.provideMerge(MemoryDisk.layer(store)))
      const report = yield* qaCheck({
        file: "/pieces.jsonl",
        source: yield* itemsFromRows([{ slug: "a", text: "7 lamps" }, {
          slug: "b",
          text: "7 lamps"
        }]),
        onLine: (line) => Effect.sync(() => void checked.push(line))
      }).pipe(
        Effect.provide(Layer.mergeAll(
          known,
          Layer.provide(Corpus.layer({ name: "", isShared: false }), known),
          Layer.mock(RuleModules)({})
        ))
      )
      assert.deepStrictEqual(
        checked.map(({ findings, line, outcome, slug }) => [
          line,
          slug,
          outcome,
          findings.map(({ rule }) => rule)
        ]),
        [
          [1, "a", "passes", []],
          [2, "b", "fails", ["numbers"]],
          [4, "none", "unverified", []],
          [5, "line 5", "fails", ["length"]],
          [6, "line 6", "fails", ["json"]],
          [7, "c", "fails", ["schema", "schema"]]
        ]
      )
      assert.deepStrictEqual(report, {
        lines: 6,
        passes: 1,
        fails: 4,
        unverified: 1,
        byRule: { numbers: 1, length: 1, json: 1, schema: 1 }
      })
      assert.deepStrictEqual(store.files(), before)
    }))
})

describe("qa report", () => {
  it.effect("pass rates by rule and rung with examples, and what accepted pieces share", () =>
    Effect.gen(function*() {
      const store = makeStore()
      const job = yield* makeJob()
      yield* run(store, job, {}).pipe(
        Effect.provide(
          ScriptedLlm.layer((request) =>
            request.model === "base" && /item-[12]\./.test(JSON.stringify(request.messages))
              ? longAnswer(request)
              : goodAnswer(request)
          )
        )
      )
      const before = store.files()
      const report = yield* Effect.provide(
        qaReport,
        Layer.merge(DataDirectory.layer("/data"), MemoryDisk.layer(store))
      )
      assert.strictEqual(report.judged, 7)
      assert.strictEqual(report.accepted, 5)
      assert.deepStrictEqual(
        report.byRung.map(({ accepted, judged, rung }) => [rung, judged, accepted]),
        [[0, 5, 3], [1, 2, 2]]
      )
      assert.deepStrictEqual(
        report.byRule.map(({ fields, rejected, rule, warned }) => [rule, rejected, warned, fields]),
        [["length", 2, 0, [{ field: "/title", drafts: 2 }]]]
      )
      assert.deepStrictEqual(
        report.byRule[0]?.examples.map(({ slug }) => slug).sort(),
        ["item-1", "item-2"]
      )
      assert.strictEqual(report.reuse.pieces, 5)
      assert.deepStrictEqual(store.files(), before)
    }))
})
