// Qa from a job: its rules judge, and their hash goes with every record.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { compileOutputSchema } from "../../../src/services/generation/OutputSchema.ts"
import { CurrentJob, type Job } from "../../../src/services/job/Job.ts"
import { fieldPatternFault } from "../../../src/services/qa/FieldPattern.ts"
import { Qa } from "../../../src/services/qa/Qa.ts"
import { RuleModules } from "../../../src/services/qa/UserRule.ts"
import { makeRuleSet, type Rule } from "../../../src/services/qa/RuleSet.ts"
import { evidenceSettings } from "../../support/evidenceJob.ts"

const rules: ReadonlyArray<Rule> = [{
  rule: "banned",
  field: "*",
  severity: "block",
  phrases: ["cheap"]
}]

const job = Effect.map(
  compileOutputSchema("schema.json", "{\"type\":\"object\"}"),
  (outputSchema): Job => ({
    directory: ".",
    hash: "h",
    input: { path: "items.jsonl", format: "jsonl", key: "slug" },
    dataDirectory: "data",
    baseUrl: "http://127.0.0.1/v1",
    rungs: [],
    prices: {},
    filePrices: {},
    itemBudgetNanoUsd: null,
    runBudgetNanoUsd: null,
    totalBudgetNanoUsd: null,
    holdAtRisk: false,
    concurrency: 1,
    consolidateEvery: 0,
    transientAttemptsMax: 1,
    retry: { timesMax: 3, giveUpAfter: 20 },
    transientSecondsMax: 1,
    itemAttemptsMax: 1,
    itemSecondsMax: 1,
    climbOn: [],
    evidence: evidenceSettings,
    prompt: { file: "prompt.md", hash: "h", templates: [], render: () => Effect.succeed([]) },
    outputSchema,
    rules: makeRuleSet(rules),
    judge: null
  })
)

describe("Qa", () => {
  it.effect("judges by the job's schema and rules", () =>
    Effect.gen(function*() {
      const qa = yield* Qa
      assert.strictEqual(qa.rulesHash, makeRuleSet(rules).hash)
      const verdict = yield* qa.judge(
        { slug: "a", fields: {}, file: "items.jsonl", line: 1 },
        { sources: [], misses: [], findings: [], hash: "", text: "", outcome: { _tag: "Enough" } },
        {
          model: "m",
          text: "{\"t\":\"cheap\"}",
          finish: "stop",
          refusal: null,
          usage: null,
          body: {}
        }
      )
      assert.strictEqual(verdict._tag === "Rejected" ? verdict.cause : verdict._tag, "QaFailed")
    }).pipe(Effect.provide(Qa.layer.pipe(
      Layer.provide(Layer.merge(Layer.effect(CurrentJob, job), Layer.mock(RuleModules)({})))
    ))))
})

describe("makeRuleSet", () => {
  it("has a hash that changes with the rules and not with the order of their keys", () => {
    const reordered: ReadonlyArray<Rule> = [{
      phrases: ["cheap"],
      severity: "block",
      field: "*",
      rule: "banned"
    }]
    assert.strictEqual(makeRuleSet(reordered).hash, makeRuleSet(rules).hash)
    assert.notStrictEqual(makeRuleSet([]).hash, makeRuleSet(rules).hash)
    assert.match(makeRuleSet([]).hash, /^[0-9a-f]{32}$/)
  })
})

describe("fieldPatternFault", () => {
  it.each([["*", undefined], ["/a/*/b", undefined], ["faq.0", "/faq/0"]])(
    "%s: %s",
    (pattern, hint) => {
      const fault = fieldPatternFault(pattern)
      if (hint === undefined) assert.isUndefined(fault)
      else assert.include(fault, hint)
    }
  )
})
