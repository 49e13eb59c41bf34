// Rows found by slug, some at a time: all of them, whatever the order, and the input read once where the order is its own.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { makeRowFinder } from "../../src/programs/rowFinder.ts"
import { itemsFromRows } from "../../src/services/items/RowItems.ts"

const count = 50
const slugOf = (n: number) => `item-${n}`

/** An input that counts how many of its rows were read, over all readings. */
const inputOf = Effect.map(
  itemsFromRows(Array.from({ length: count }, (_, n) => ({ slug: slugOf(n) }))),
  (source) => {
    let read = 0
    const items = Stream.rechunk(source.items, 4).pipe(
      Stream.tap(() => Effect.sync(() => void read++))
    )
    return { source: { ...source, items }, readRows: () => read }
  }
)

const windows = fc.array(
  fc.uniqueArray(fc.nat(count + 5), { maxLength: 12 }),
  { maxLength: 8 }
)

describe("rowFinder", () => {
  it.effect("finds every row that the input has, in windows of any slugs", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(windows, (drawn) =>
          Effect.gen(function*() {
            const { source } = yield* inputOf
            const { find } = yield* makeRowFinder(source)
            for (const numbers of drawn) {
              const rows = yield* find(new Set(numbers.map(slugOf)))
              assert.deepStrictEqual(
                [...rows.keys()].sort(),
                numbers.filter((n) => n < count).map(slugOf).sort()
              )
              for (const [slug, row] of rows) assert.strictEqual(row.slug, slug)
            }
          }).pipe(Effect.scoped, Effect.runPromise)),
        { numRuns: 50 }
      )
    ))

  it.effect("reads the input once for windows in its own order, and once at most for any window", () =>
    Effect.gen(function*() {
      const { readRows, source } = yield* inputOf
      const { find } = yield* makeRowFinder(source)
      for (let from = 0; from < count; from += 10) {
        yield* find(new Set(Array.from({ length: 10 }, (_, n) => slugOf(from + 9 - n))))
      }
      assert.strictEqual(readRows(), count)
      yield* find(new Set([slugOf(count - 1), slugOf(0), "nowhere"]))
      assert.isAtMost(readRows(), 2 * count + 4)
      const before = readRows()
      yield* find(new Set(["nowhere"]))
      assert.strictEqual(readRows(), before)
    }).pipe(Effect.scoped))
})
