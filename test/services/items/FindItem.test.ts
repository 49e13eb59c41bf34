// A row found by its slug is the row that the whole input has, in whatever form that is.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stdio from "effect/Stdio"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { findItem } from "../../../src/services/items/FindItem.ts"

const find = (file: string, text: string, slug: string) => {
  const store = Store.make()
  store.put(file, text)
  return findItem({ path: file, format: "auto", key: "slug" }, slug).pipe(
    Effect.provide(Layer.merge(MemoryDisk.layer(store), Stdio.layerTest({})))
  )
}

describe("findItem", () => {
  it.effect("in JSONL, also one that others mention or that is spelled with escapes", () =>
    Effect.gen(function*() {
      const rows = [
        `{"slug":"other","about":"lamp"}`,
        `{"about":"a lamp", "slug" : "lamp"}`,
        `{"slug":"l\\u0061mpe"}`
      ].map((row) => row.replace("\\\\", "\\")).join("\n")
      assert.deepInclude(yield* find("/in.jsonl", rows, "lamp"), { slug: "lamp", line: 2 })
      assert.deepInclude(yield* find("/in.jsonl", rows, "lampe"), { slug: "lampe", line: 3 })
      assert.isUndefined(yield* find("/in.jsonl", rows, "desk"))
    }))

  it.effect("in CSV; an input that is not there fails", () =>
    Effect.gen(function*() {
      const csv = "slug,name\nlamp,Lamp\ndesk,Desk\n"
      assert.deepInclude(yield* find("/in.csv", csv, "desk"), { slug: "desk", line: 3 })
      const error = yield* Effect.flip(
        findItem({ path: "/none.jsonl", format: "auto", key: "slug" }, "a").pipe(
          Effect.provide(Layer.merge(MemoryDisk.layer(Store.make()), Stdio.layerTest({})))
        )
      )
      assert.strictEqual(error._tag, "InputError")
    }))
})
