// Scratch directories: gone at every end, and what a kill has left is gone at the next start.
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fs from "node:fs"
import * as path from "node:path"
import * as NodeScratch from "../../src/layers/NodeScratch.ts"
import * as Platform from "../../src/layers/Platform.ts"
import { Scratch } from "../../src/services/durability/Scratch.ts"
import { tempDir } from "../support/TempDir.ts"

const layer = Layer.provideMerge(NodeScratch.layer, Platform.layer)

it.effect("I6: what a killed process has left is removed, what a living one works in is not", () =>
  Effect.gen(function*() {
    const inside = yield* tempDir
    const { make } = yield* Scratch
    const living = yield* make(inside)
    // As a kill leaves it: nobody holds the lock.
    const dead = path.join(inside, "inkfast-scratch-dead")
    fs.mkdirSync(path.join(dead, "master"), { recursive: true })
    fs.writeFileSync(path.join(dead, "master", "updates.jsonl"), "{}\n")
    fs.writeFileSync(path.join(dead, ".owner"), "")
    const other = path.join(inside, "somebody's")
    fs.mkdirSync(other)
    yield* Effect.scoped(Effect.gen(function*() {
      const made = yield* make(inside)
      assert.deepStrictEqual(
        fs.readdirSync(inside).sort(),
        [living, made, other].map((each) => path.basename(each)).sort()
      )
    }))
    assert.deepStrictEqual(
      fs.readdirSync(inside).sort(),
      [living, other].map((each) => path.basename(each)).sort()
    )
  }).pipe(Effect.scoped, Effect.provide(layer)))
