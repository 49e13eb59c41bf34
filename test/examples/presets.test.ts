// The presets: rules that agree with each other and with the prompt, and examples that are theirs.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stdio from "effect/Stdio"
import * as fs from "node:fs"
import * as path from "node:path"
import * as ImportedRuleModules from "../../src/layers/ImportedRuleModules.ts"
import * as MemoryDisk from "../../src/layers/MemoryDisk.ts"
import { init } from "../../src/programs/init.ts"
import { presetNames } from "../../src/programs/init/presetNames.ts"
import type { PresetName } from "../../src/programs/init/presetNames.ts"
import { templateOf } from "../../src/programs/init/presets.ts"
import { validate } from "../../src/programs/validate.ts"
import { openItems } from "../../src/services/items/OpenItems.ts"
import { CurrentJob } from "../../src/services/job/Job.ts"
import { loadJob } from "../../src/services/job/LoadJob.ts"

const root = new URL("../..", import.meta.url).pathname
const inMemory = Layer.merge(MemoryDisk.layerEmpty, Stdio.layerTest({}))

const examples: { readonly [name in PresetName]: string } = {
  "product-pages": "whops",
  "package-catalogue": "packages"
}

const qaPart = (yaml: string): string => yaml.slice(yaml.indexOf("\nqa:"))

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
})
