// Rows in memory, checked as those of a file are.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Json } from "../../../src/services/items/Item.ts"
import { itemsFromRows } from "../../../src/services/items/RowItems.ts"

const faultsOf = (rows: ReadonlyArray<unknown>, key?: string) =>
  Effect.map(
    Effect.flip(itemsFromRows(rows as ReadonlyArray<{ readonly [field: string]: Json }>, key)),
    ({ faults }) => faults.map(({ line, message }) => `${line}: ${message}`)
  )

describe("RowItems", () => {
  it.effect("gives the rows in order, again and again, each with its place", () =>
    Effect.gen(function*() {
      const source = yield* itemsFromRows([{ sku: "b", n: 1 }, { sku: "a" }], "sku")
      assert.strictEqual(source.count, 2)
      for (let times = 0; times < 2; times++) {
        assert.deepStrictEqual(yield* Stream.runCollect(source.items), [
          { slug: "b", fields: { sku: "b", n: 1 }, file: "rows", line: 1 },
          { slug: "a", fields: { sku: "a" }, file: "rows", line: 2 }
        ])
      }
      assert.strictEqual((yield* source.slugs).get("a"), 2)
    }))

  it.effect("tells every fault with its row", () =>
    Effect.gen(function*() {
      const faults = yield* faultsOf([{ slug: "a" }, { slug: "a" }, {}, { slug: 7 }, { slug: "" }])
      assert.lengthOf(faults, 4)
      assert.include(faults[0], `2: slug "a" is that of row 1 too`)
      assert.include(faults[1], `3: no field "slug"`)
      assert.include(faults[2], "4: ")
      assert.include(faults[3], "5: ")
    }))

  it.effect("what is no object is a fault, not a crash", () =>
    Effect.gen(function*() {
      for (const row of [null, undefined, "slug", 5, ["slug"]]) {
        assert.include((yield* faultsOf([row]))[0], "1: the row is not an object")
      }
    }))

  it.effect("what JSON has no word for is a fault of its row, not a crash of the run", () =>
    Effect.gen(function*() {
      const ring: { slug: string; self?: unknown } = { slug: "ring" }
      ring.self = ring
      const values = [10n, () => 1, Symbol("s"), NaN, /x/, [new Map()]]
      const faults = yield* faultsOf([...values.map((x, n) => ({ slug: `s${n}`, x })), ring])
      assert.lengthOf(faults, 7)
      assert.include(faults[0], `1: "x" is a bigint`)
      assert.include(faults[4], `5: "x" is a RegExp`)
      assert.include(faults[6], `7: "self" is nested too deep, or holds itself`)
      assert.strictEqual((yield* itemsFromRows([{ slug: "a", x: undefined as never }])).count, 1)
    }))

  it.effect("rows that are no list are a fault", () =>
    Effect.gen(function*() {
      const rows = new Set([{ slug: "a" }]) as never
      assert.deepStrictEqual(yield* faultsOf(rows), ["0: must be a list of objects"])
    }))

  it.effect("no rows are no input", () =>
    Effect.gen(function*() {
      assert.include((yield* faultsOf([]))[0], "the input is empty")
    }))
})
