// Embedding: the public library generates with a model by script and a disk in memory.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { defineJob, itemsFromRows, runJob } from "../src/index.ts"
import { FakeLlm, MemoryDisk, MemoryStore, testHost } from "../src/testing.ts"

const definition = {
  settings: { data: "/data", models: { base: { name: "gpt-4o-mini" } }, evidence: { minChars: 0 } },
  prompt: "--- user\nWrite a title for {{ item.name }}.\n",
  schema: {
    type: "object",
    properties: { title: { type: "string" } },
    required: ["title"],
    additionalProperties: false
  }
}

describe("embedding", () => {
  it.effect("generates from a test in ten lines", () => {
    const store = MemoryStore.make()
    const model = FakeLlm.ScriptedLlm.layer(() => FakeLlm.answerJson({ title: "A fine lamp" }))
    const services = Layer.mergeAll(model, MemoryDisk.layer(store), testHost)
    return Effect.gen(function*() {
      const job = yield* defineJob(definition)
      const source = yield* itemsFromRows([{ slug: "lamp", name: "Lamp" }])
      const report = yield* runJob({ job, source })
      assert.deepInclude(report, { accepted: 1, pending: 0 })
      assert.include(
        store.get("/data/master/successes.jsonl")?.toString(),
        `{"slug":"lamp","title":"A fine lamp"`
      )
    }).pipe(Effect.provide(services))
  })
})
