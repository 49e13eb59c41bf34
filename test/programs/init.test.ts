// The job that init writes: it loads, its items open, its rules fit its schema, and nothing is ever overwritten.
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import { init } from "../../src/programs/init.ts"
import { jobTemplate } from "../../src/programs/init/jobTemplate.ts"
import { Disk } from "../../src/services/durability/Disk.ts"
import { readTextFile } from "../../src/services/durability/FileIo.ts"
import { loadJob } from "../../src/services/job/LoadJob.ts"
import { parseYaml } from "../../src/services/job/YamlFile.ts"
import { makeJudge } from "../../src/services/qa/Judge.ts"
import { collect, layer, put } from "../services/items/Inputs.ts"

const content = (name: string): string => jobTemplate.find((file) => file.name === name)!.content

const answer = {
  title: "Alder desk lamp with a steel arm",
  summary:
    "A desk lamp with an alder wood foot and a steel arm 42 cm long that turns all the way round. " +
    "Its warm white LED draws 6 watts and can be replaced.",
  facts: ["The arm is 42 cm long.", "The cable is 180 cm long."],
  faq: [{ question: "Can the LED be replaced?", answer: "Yes, the LED can be replaced." }]
}

it.effect("the job loads, its items open, and a sensible answer passes its QA", () =>
  Effect.gen(function*() {
    const written = yield* init("/new/job")
    assert.deepStrictEqual(
      written.toSorted(),
      ["inkfast.yaml", "items.jsonl", "prompt.md", "schema.json"].map((name) => `/new/job/${name}`)
    )
    const job = yield* loadJob("/new/job")
    const { items } = yield* collect(job.input)
    assert.strictEqual(items.length, 3)
    const item = items[0]!
    const text = JSON.stringify(item.fields)
    const evidence = {
      sources: [],
      misses: [],
      findings: [],
      hash: "",
      text,
      outcome: { _tag: "Enough" }
    } as const
    const messages = yield* job.prompt.render(item, evidence, undefined)
    assert.deepStrictEqual(messages.map(({ role }) => role), ["system", "user"])
    assert.include(messages[1]!.content, "catalogue page of Alder desk lamp")
    const judge = makeJudge(job.outputSchema, job.rules)
    const completion = (value: unknown) => ({
      model: "m",
      text: JSON.stringify(value),
      finish: "stop" as const,
      refusal: null,
      usage: null,
      body: null
    })
    assert.strictEqual(judge(item, evidence, completion(answer))._tag, "Accepted")
    const invented = { ...answer, summary: `${answer.summary} It lasts 25000 hours.` }
    assert.strictEqual(judge(item, evidence, completion(invented))._tag, "Rejected")
  }).pipe(Effect.provide(layer)))

it.effect("each default that the settings name is the default that holds", () =>
  Effect.gen(function*() {
    yield* init("/job")
    const written = yield* loadJob("/job")
    const parsed = Result.getOrThrow(parseYaml(content("inkfast.yaml"))) as Record<string, unknown>
    const names = ((parsed["models"] as Record<string, { name: string }>)["base"]!).name
    yield* put("/job/inkfast.yaml", `models: { base: { name: ${names} } }\n`)
    const bare = yield* loadJob("/job")
    assert.deepStrictEqual(
      {
        ...written,
        hash: "",
        rungs: written.rungs.slice(0, 1),
        rules: 0,
        itemBudgetNanoUsd: null,
        runBudgetNanoUsd: null,
        prompt: 0,
        outputSchema: 0
      },
      { ...bare, hash: "", rules: 0, prompt: 0, outputSchema: 0 }
    )
  }).pipe(Effect.provide(layer)))

it.effect("the lines that are commented out are right too", () =>
  Effect.gen(function*() {
    yield* init("/job")
    const settings = content("inkfast.yaml").replace(/# (?=temperature:|my-model:|- \{ rule)/g, "")
    yield* put("/job/inkfast.yaml", settings)
    const job = yield* loadJob("/job")
    assert.strictEqual(job.rungs[0]!.temperature, 0.7)
    assert.deepStrictEqual(Object.keys(job.prices), ["my-model"])
    assert.strictEqual(job.rules.rules.at(-1)!.severity, "warn")
  }).pipe(Effect.provide(layer)))

it.effect("files that are there are named and nothing is written", () =>
  Effect.gen(function*() {
    const disk = yield* Disk
    yield* put("/job/prompt.md", "mine")
    yield* put("/job/items.jsonl", "mine too")
    assert.strictEqual(
      (yield* Effect.flip(init("/job"))).message,
      "/job: items.jsonl, prompt.md are there already and nothing was written; name another directory, or move them away"
    )
    assert.deepStrictEqual(yield* disk.list("/job"), ["items.jsonl", "prompt.md"])
    assert.strictEqual(yield* readTextFile(disk, "/job/prompt.md"), "mine")
  }).pipe(Effect.provide(MemoryDisk.layerEmpty)))

it.effect("when the disk fails halfway, what was written is removed", () =>
  Effect.gen(function*() {
    const disk = yield* Disk
    let syncs = 0
    const failing = Disk.of({
      ...disk,
      datasync: (file) =>
        ++syncs === 3
          ? Effect.andThen(disk.stat("/gone/x"), disk.open("/gone/x", "read")).pipe(
            Effect.scoped,
            Effect.asVoid
          )
          : disk.datasync(file)
    })
    const error = yield* Effect.flip(Effect.provideService(init("/job"), Disk, failing))
    assert.strictEqual(error._tag, "DiskError")
    assert.deepStrictEqual(yield* disk.list("/job"), [])
    assert.isTrue(Option.isSome(yield* disk.stat("/job")))
  }).pipe(Effect.provide(MemoryDisk.layerEmpty)))
