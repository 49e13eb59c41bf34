// A job written in a program: checked as the files of a job directory are.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { defineJob } from "../../../src/services/job/DefineJob.ts"
import type { JobDefinition } from "../../../src/services/job/DefineJob.ts"

const definition: JobDefinition = {
  settings: {
    models: { base: { name: "gpt-4o-mini" } },
    qa: [{ rule: "length", field: "/title", maxChars: 20 }]
  },
  prompt: "--- user\nWrite about {{ slug }}.\n",
  schema: {
    type: "object",
    properties: { title: { type: "string" } },
    required: ["title"],
    additionalProperties: false
  }
}

const messageOf = (over: object) =>
  Effect.map(Effect.flip(defineJob({ ...definition, ...over })), ({ message }) => message)

describe("defineJob", () => {
  it.effect("fills in what a settings file would leave out; relative paths start in its directory", () =>
    Effect.gen(function*() {
      const job = yield* defineJob({ ...definition, directory: "/jobs/one" })
      assert.deepInclude(job, {
        directory: "/jobs/one",
        dataDirectory: "/jobs/one/data/content",
        concurrency: 8
      })
      assert.deepStrictEqual(job.rungs.map(({ model }) => model), ["gpt-4o-mini"])
      assert.strictEqual(
        (yield* defineJob(definition)).hash,
        job.hash,
        "where it lies does not make it another job"
      )
    }))

  const wrong: ReadonlyArray<[string, object, string]> = [
    ["an unknown setting", { settings: { ...definition.settings, concurency: 3 } }, "concurency"],
    [
      "a setting out of its range",
      { settings: { ...definition.settings, concurrency: 0 } },
      "concurrency"
    ],
    ["a secret", {
      settings: { ...definition.settings, baseUrl: "sk-abcdefghijklmnopqrstuvwxyz0123456789" }
    }, "secret"],
    [
      "a prompt in the settings",
      { settings: { ...definition.settings, prompt: "prompt.md" } },
      "beside them"
    ],
    [
      "a prompt that names what is not there",
      { prompt: "--- user\n{{ itm.name }}\n" },
      "did you mean \"item\""
    ],
    ["a rule on a field that the schema lacks", {
      settings: { ...definition.settings, qa: [{ rule: "length", field: "/tilte", maxChars: 1 }] }
    }, "/tilte"],
    ["a schema that is not JSON", { schema: { type: "object", default: 1n } }, "is not JSON"],
    ["a schema that is no schema", { schema: { type: "objekt" } }, "schema"]
  ]
  for (const [name, over, words] of wrong) {
    it.effect(`${name} is a JobError that names it`, () =>
      Effect.gen(function*() {
        assert.include(yield* messageOf(over), words)
      }))
  }
})
