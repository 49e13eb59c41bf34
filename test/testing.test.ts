// What embedders test with: the example of the documentation runs as it stands there, on the source.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { docExample, onSource, powerCutsHeading } from "./support/docExample.ts"
import { tempDir } from "./support/TempDir.ts"

const root = path.resolve(import.meta.dirname, "..")

describe("testing", () => {
  it.effect("docs/embedding.md: a layer of one's own meets power cuts, kills and failing calls", () =>
    Effect.gen(function*() {
      const directory = yield* tempDir
      fs.symlinkSync(path.join(root, "node_modules"), path.join(directory, "node_modules"))
      const example = path.join(directory, "example.ts")
      fs.writeFileSync(example, onSource(docExample("embedding.md", powerCutsHeading)))
      const output = execFileSync(process.execPath, [example], { encoding: "utf8" })
      assert.match(output, /^\{ powerCuts: \d+, kills: \d+, failingCalls: \d+ \}\n$/)
    }))
})
