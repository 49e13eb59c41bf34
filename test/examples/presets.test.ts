// The presets: rules that agree with each other and with the prompt, which good answers pass and bad ones do not.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stdio from "effect/Stdio"
import * as fs from "node:fs"
import * as path from "node:path"
import { makeItems } from "../../examples/packages/make-items.ts"
import * as ImportedRuleModules from "../../src/layers/ImportedRuleModules.ts"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import { make as makeStore } from "../../src/layers/MemoryStore.ts"
import * as NodeDisk from "../../src/layers/NodeDisk.ts"
import { ScriptedLlm } from "../../src/layers/ScriptedLlm.ts"
import { answerText } from "../../src/programs/fake-llm/answers/Answer.ts"
import { defaultQuality } from "../../src/programs/fake-llm/Complete.ts"
import { init } from "../../src/programs/init.ts"
import { presetNames } from "../../src/programs/init/presetNames.ts"
import type { PresetName } from "../../src/programs/init/presetNames.ts"
import { templateOf } from "../../src/programs/init/presets.ts"
import { validate } from "../../src/programs/validate.ts"
import { openItems } from "../../src/services/items/OpenItems.ts"
import { CurrentJob } from "../../src/services/job/Job.ts"
import type { Job } from "../../src/services/job/Job.ts"
import { loadJob } from "../../src/services/job/LoadJob.ts"
import { requestOf } from "../programs/fake-llm/requests.ts"
import { run } from "../support/pipeline.ts"
import { tempDir } from "../support/TempDir.ts"

const root = new URL("../..", import.meta.url).pathname
const onDisk = Layer.merge(NodeDisk.layer, Stdio.layerTest({}))
const inMemory = Layer.merge(MemoryDisk.layerEmpty, Stdio.layerTest({}))

const examples: { readonly [name in PresetName]: string } = {
  "product-pages": "whops",
  "package-catalogue": "packages"
}

const qaPart = (yaml: string): string => yaml.slice(yaml.indexOf("\nqa:"))

/** The fake model in this process, as its server answers. */
const fakeModel = (job: Job) =>
  ScriptedLlm.layer((request) => ({
    text: answerText(
      requestOf({
        model: request.model,
        messages: request.messages,
        response_format: {
          type: "json_schema",
          json_schema: { name: "page", schema: job.outputSchema.schema }
        }
      }),
      "1",
      defaultQuality(request.model)
    )
  }))

type Rows = ReadonlyArray<{ readonly [field: string]: string }>

const rowsOf = (text: string): Rows =>
  text.trim().split("\n").map((line) => JSON.parse(line) as Rows[number])

/** A whole run in memory, every item by the models of these names. */
const runOn = (job: Job, rows: Rows, models: ReadonlyArray<string> | undefined) => {
  const inMemory: Job = {
    ...job,
    dataDirectory: "/data",
    itemBudgetNanoUsd: null,
    runBudgetNanoUsd: null,
    concurrency: 8,
    consolidateEvery: 0,
    rungs: models === undefined
      ? job.rungs
      : models.map((model, index) => ({ ...job.rungs[0]!, index, model })),
    prices: {
      ...job.prices,
      ...Object.fromEntries(
        (models ?? []).map((model) => [model, Object.values(job.prices)[0]!])
      )
    }
  }
  return run(makeStore(), inMemory, { rows }).pipe(Effect.provide(fakeModel(job)))
}

const whops = loadJob(path.join(root, "examples", "whops")).pipe(Effect.provide(onDisk))
const whopRows = rowsOf(fs.readFileSync(path.join(root, "examples/whops/items.jsonl"), "utf8"))

/** Packages with a README of their own, its text in the row; the first of each family. */
const packageRows = Effect.map(tempDir, (directory): Rows => {
  const { rows } = makeItems(path.join(root, "node_modules"), directory)
  const families = new Set<string>()
  return rows.flatMap(({ readmePath, ...row }) => {
    const family = row.name.split("/")[0]!
    if (readmePath === undefined || families.has(family)) return []
    families.add(family)
    const readme = fs.readFileSync(path.join(directory, readmePath), "utf8").slice(0, 6_000)
    return [{ ...row, readme }]
  }).slice(0, 60)
})

const packages = Effect.map(
  Effect.provide(loadJob(path.join(root, "examples", "packages")), onDisk),
  (job): Job => ({
    ...job,
    evidence: { ...job.evidence, fields: ["description", "version", "readme"], fileFields: [] }
  })
)

describe("presets", () => {
  for (const name of presetNames) {
    it.effect(`${name}: validate finds nothing against it`, () =>
      Effect.gen(function*() {
        yield* init("/job", name)
        const job = yield* loadJob("/job")
        const source = yield* openItems(job.input)
        const { columns, contradictions, ok } = yield* Effect.provide(
          validate(source),
          Layer.merge(Layer.succeed(CurrentJob, job), ImportedRuleModules.layer)
        )
        assert.deepStrictEqual({ columns, contradictions, ok }, {
          columns: [],
          contradictions: [],
          ok: true
        })
      }).pipe(Effect.scoped, Effect.provide(inMemory)))

    it(`${name}: the example is the preset's prompt, schema and rules`, () => {
      const directory = path.join(root, "examples", examples[name])
      for (const file of templateOf(name)) {
        if (file.name === "items.jsonl") continue
        const own = fs.readFileSync(path.join(directory, file.name), "utf8")
        if (file.name === "inkfast.yaml") {
          assert.strictEqual(qaPart(own), qaPart(file.content))
        } else assert.strictEqual(own, file.content)
      }
    })
  }

  it.effect("product-pages: every product of the example gets its page", () =>
    Effect.gen(function*() {
      const report = yield* runOn(yield* whops, whopRows, undefined)
      assert.strictEqual(report.accepted, whopRows.length)
    }))

  it.effect("package-catalogue: most packages get their page, by one model or the other", () =>
    Effect.gen(function*() {
      const rows = yield* packageRows
      const report = yield* runOn(yield* packages, rows, undefined)
      assert.isAbove(rows.length, 30)
      assert.isAtLeast(report.accepted / rows.length, 0.9)
    }).pipe(Effect.scoped))

  it.effect("a model that repeats itself, invents figures or pads gets nothing past QA", () =>
    Effect.gen(function*() {
      const bad = ["fake-bad", "fake-bad-large"]
      const products = yield* runOn(yield* whops, whopRows, bad)
      assert.deepStrictEqual([products.accepted, products.rejected], [0, whopRows.length])
      const rows = yield* packageRows
      const catalogue = yield* runOn(yield* packages, rows, bad)
      assert.deepStrictEqual([catalogue.accepted, catalogue.rejected], [0, rows.length])
    }).pipe(Effect.scoped))
})
