// Flag beats environment beats job beats default, for every setting that has them.
import { assert, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { describe } from "vitest"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import { environmentOverrides } from "../../../src/services/job/Environment.ts"
import type { Job } from "../../../src/services/job/Job.ts"
import { loadJob } from "../../../src/services/job/LoadJob.ts"
import { applyOverrides } from "../../../src/services/job/Overrides.ts"
import type { JobOverrides } from "../../../src/services/job/Overrides.ts"
import { put } from "../items/Inputs.ts"

const load = (yaml: string) =>
  Effect.gen(function*() {
    yield* put("/job/inkfast.yaml", yaml)
    yield* put("/job/prompt.md", "--- user\nx\n")
    yield* put("/job/schema.json", `{"type":"object"}`)
    return yield* loadJob("/job")
  }).pipe(Effect.provide(MemoryDisk.layerEmpty))

const environment = (env: Record<string, string>) =>
  environmentOverrides.pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))))

/** A setting from all four places; `read` takes it from the job that results. */
interface Row {
  readonly name: keyof JobOverrides
  readonly read: (job: Job) => unknown
  readonly flag: string | number | boolean
  readonly environment?: readonly [variable: string, text: string, value: unknown]
  readonly yaml: readonly [line: string, value: unknown]
  readonly byDefault: unknown
  /** What the flag's value becomes, where it is not the value itself. */
  readonly flagged?: unknown
}

const base = "models:\n  base: { name: m }\n"

const table: ReadonlyArray<Row> = [
  {
    name: "input",
    read: (job) => job.input.path,
    flag: "f.csv",
    yaml: ["input: { path: /y.csv }", "/y.csv"],
    byDefault: "/job/items.jsonl"
  },
  {
    name: "key",
    read: (job) => job.input.key,
    flag: "f",
    yaml: ["input: { key: y }", "y"],
    byDefault: "slug"
  },
  {
    name: "dataDirectory",
    read: (job) => job.dataDirectory,
    flag: "f",
    yaml: ["data: y", "/job/y"],
    byDefault: "/job/data/content"
  },
  {
    name: "concurrency",
    read: (job) => job.concurrency,
    flag: 1,
    yaml: ["concurrency: 3", 3],
    byDefault: 8
  },
  {
    name: "strongModel",
    read: (job) => job.rungs[1]?.model,
    flag: "f",
    environment: ["STRONG_MODEL", "e", "e"],
    yaml: ["models:\n  base: { name: m }\n  strong: { name: y }", "y"],
    byDefault: undefined
  },
  {
    name: "baseUrl",
    read: (job) => job.baseUrl,
    flag: "http://f/v1",
    environment: ["OPENAI_BASE_URL", "http://e", "http://e"],
    yaml: ["baseUrl: http://y", "http://y"],
    byDefault: "https://api.openai.com/v1"
  },
  {
    name: "itemBudgetUsd",
    read: (job) => job.itemBudgetNanoUsd,
    flag: 0.5,
    flagged: 500_000_000,
    environment: ["ITEM_BUDGET_USD", "0.25", 250_000_000],
    yaml: ["budget: { itemUsd: 0.125 }", 125_000_000],
    byDefault: null
  },
  {
    name: "budgetUsd",
    read: (job) => job.runBudgetNanoUsd,
    flag: 0,
    yaml: ["budget: { runUsd: 2 }", 2_000_000_000],
    byDefault: null
  },
  {
    name: "totalBudgetUsd",
    read: (job) => job.totalBudgetNanoUsd,
    flag: 3,
    flagged: 3_000_000_000,
    environment: ["TOTAL_BUDGET_USD", "1.5", 1_500_000_000],
    yaml: ["budget: { totalUsd: 2 }", 2_000_000_000],
    byDefault: null
  },
  {
    name: "holdAtRisk",
    read: (job) => job.holdAtRisk,
    flag: false,
    environment: ["HOLD_AT_RISK", "on", true],
    yaml: ["holdAtRisk: true", true],
    byDefault: false
  },
  {
    name: "consolidateEvery",
    read: (job) => job.consolidateEvery,
    flag: 0,
    environment: ["CONSOLIDATE_EVERY", " 7 ", 7],
    yaml: ["consolidateEvery: 9", 9],
    byDefault: 50
  },
  {
    name: "model",
    read: (job) => job.rungs[0]?.model,
    flag: "f",
    environment: ["MODEL", "e", "e"],
    yaml: [base.trimEnd(), "m"],
    byDefault: "m"
  }
]

describe("flag > environment > job > default", () => {
  for (const row of table) {
    it.effect(row.name, () =>
      Effect.gen(function*() {
        const [line, value] = row.yaml
        const job = yield* load(line.startsWith("models:") ? line : `${base}${line}`)
        const flags: JobOverrides = { [row.name]: row.flag }
        assert.deepStrictEqual(row.read(yield* load(base)), row.byDefault)
        assert.deepStrictEqual(row.read(yield* applyOverrides(job, {}, {})), value)
        assert.deepStrictEqual(
          row.read(yield* applyOverrides(job, { [row.name]: undefined })),
          value
        )
        assert.deepStrictEqual(row.read(yield* applyOverrides(job, flags)), row.flagged ?? row.flag)
        if (row.environment === undefined) return
        const [variable, text, said] = row.environment
        const { evidenceOnly, ...over } = yield* environment({ [variable]: text })
        assert.isFalse(evidenceOnly)
        assert.deepStrictEqual(row.read(yield* applyOverrides(job, {}, over)), said)
        assert.deepStrictEqual(
          row.read(yield* applyOverrides(job, { [row.name]: undefined }, over)),
          said
        )
        assert.deepStrictEqual(
          row.read(yield* applyOverrides(job, flags, over)),
          row.flagged ?? row.flag
        )
        assert.deepStrictEqual(
          yield* environment({ [variable]: "  " }),
          { evidenceOnly: false },
          "blank is not set"
        )
      }))
  }

  it.effect("another input is read by its own format, the same one by the job's", () =>
    Effect.gen(function*() {
      const job = yield* load(`${base}input: { path: a.txt, format: csv }`)
      assert.strictEqual((yield* applyOverrides(job, { input: "b.jsonl" })).input.format, "auto")
      assert.strictEqual((yield* applyOverrides(job, { key: "id" })).input.format, "csv")
    }))

  it.effect("a strong model: added with the base's limits, replaced with its own, taken away by none", () =>
    Effect.gen(function*() {
      const one = yield* load("models:\n  base: { name: m, maxOutputTokens: 7 }\n")
      const two = yield* load(
        "models:\n  base: { name: m }\n  strong: { name: s, maxOutputTokens: 9 }\n"
      )
      const rungs = (job: Job, over: JobOverrides) =>
        Effect.map(
          applyOverrides(job, over),
          (after) =>
            after.rungs.map(({ index, model, outputTokensMax }) => [index, model, outputTokensMax])
        )
      assert.deepStrictEqual(yield* rungs(one, { strongModel: "x" }), [[0, "m", 7], [1, "x", 7]])
      assert.deepStrictEqual(yield* rungs(two, { strongModel: "x", model: "y" }), [[0, "y", 2000], [
        1,
        "x",
        9
      ]])
      assert.deepStrictEqual(yield* rungs(two, { strongModel: "none" }), [[0, "m", 2000]])
      assert.deepStrictEqual(yield* rungs(one, { strongModel: "none" }), [[0, "m", 7]])
    }))

  it.effect("the hash follows what generates and not where it lies", () =>
    Effect.gen(function*() {
      const job = yield* load(base)
      assert.strictEqual(
        (yield* applyOverrides(job, { input: "x", dataDirectory: "y" })).hash,
        job.hash
      )
      assert.notStrictEqual((yield* applyOverrides(job, { model: "x" })).hash, job.hash)
    }))
})

describe("values that are not allowed", () => {
  it.effect("flags are named, all at once", () =>
    Effect.gen(function*() {
      const job = yield* load(base)
      const error = yield* Effect.flip(
        applyOverrides(job, { concurrency: 0, baseUrl: "x", budgetUsd: Number.NaN })
      )
      assert.strictEqual(
        error.message,
        "command line: --batch (or --concurrency): is 0; must be a whole number from 1 to 10,000 (items in flight)\n" +
          `command line: --base-url: is "x"; must be an http or https URL without user, password or query, such as https://api.openai.com/v1\n` +
          "command line: --budget: is NaN; must be a number from 0 to 1,000,000 (US dollars)"
      )
    }))

  it.effect("variables are named with what was written, all at once", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(environment({
        ITEM_BUDGET_USD: "$5",
        CONSOLIDATE_EVERY: "-1",
        OPENAI_BASE_URL: "https://me:pw@host",
        EVIDENCE_ONLY: "maybe"
      }))
      assert.strictEqual(
        error.message,
        `environment: OPENAI_BASE_URL: is (hidden); must be an http or https URL without user, password or query, such as https://api.openai.com/v1\n` +
          `environment: ITEM_BUDGET_USD: is "$5"; must be a number from 0 to 1,000,000 (US dollars)\n` +
          `environment: CONSOLIDATE_EVERY: is "-1"; must be a whole number from 0 to 1,000,000,000 (accepted records; 0 disables)\n` +
          `environment: EVIDENCE_ONLY: is "maybe"; must be 1 or 0 (true or false)`
      )
    }))

  it.effect("EVIDENCE_ONLY in its spellings", () =>
    Effect.gen(function*() {
      for (
        const [text, value] of [["1", true], ["TRUE", true], ["yes", true], ["0", false], [
          "off",
          false
        ]] as const
      ) {
        assert.deepStrictEqual(yield* environment({ EVIDENCE_ONLY: text }), { evidenceOnly: value })
      }
    }))
})
