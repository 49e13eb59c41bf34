// The index against the masters: whatever becomes of either, an item is settled by the masters alone.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { DataDirectory } from "../../../src/services/durability/DataDirectory.ts"
import { itemsFromRows } from "../../../src/services/items/RowItems.ts"
import { findStanding } from "../../../src/services/master/FindStanding.ts"
import { keepIndex, refreshIndex } from "../../../src/services/master/KeepIndex.ts"
import {
  compareInput,
  settledAs,
  takeStock,
  takeStockAnew
} from "../../../src/services/master/Settled.ts"
import { data, recordLine, rejectLine, root, textOf } from "../../support/masters.ts"

const on = (store: Store.MemoryStore) =>
  Effect.provide(Layer.merge(MemoryDisk.layer(store), DataDirectory.layer(root)))

const append = (store: Store.MemoryStore, path: string, text: string): void => {
  const file = store.open(path, "append", 0)
  store.write(file, Buffer.from(text), null, Infinity, 0)
  store.close(file)
}

const slugs = ["a", "b", "c", "für", `"q"`, "\u2028"]
const line = fc.record({
  kind: fc.constantFrom("record", "record", "record", "foreign", "reject", "reject", "demotion"),
  slug: fc.constantFrom(...slugs),
  atMs: fc.nat(20)
})
type Line = typeof line extends fc.Arbitrary<infer A> ? A : never

/** Lines by the master that they belong to. */
const textsOf = (lines: ReadonlyArray<Line>, from: number) => {
  const texts = { successes: "", rejects: "" }
  for (const [index, { atMs, kind, slug }] of lines.entries()) {
    const id = `r:${from + index}`
    if (kind === "record") texts.successes += recordLine({ slug, id, atMs })
    else if (kind === "foreign") {
      texts.successes += `{"n":${index},"slug":${JSON.stringify(slug)}}\n`
    } else {texts.rejects += rejectLine({
        slug,
        id,
        atMs,
        ...(kind === "demotion" ? { demotes: "r:0" } : {})
      })}
  }
  return texts
}

/** What is known now with the index equals what the masters say alone. */
const agrees = Effect.gen(function*() {
  const [known, alone] = [yield* takeStock, yield* takeStockAnew]
  for (const slug of [...slugs, "nowhere"]) {
    assert.strictEqual(settledAs(known.settled, slug), settledAs(alone.settled, slug), slug)
    const found = yield* findStanding(slug)
    assert.strictEqual(
      Option.getOrUndefined(found)?.state,
      settledAs(alone.settled, slug),
      `the line of ${slug}`
    )
  }
  assert.deepStrictEqual([known.lines, known.superseded], [alone.lines, alone.superseded])
  assert.strictEqual(known.settled.size, alone.settled.size)
  return known.unindexed === undefined
})

const many = (count: number, from = 0): string =>
  Array.from(
    { length: count },
    (_, n) => recordLine({ slug: `item-${from + n}`, id: `r:${from + n}`, atMs: n })
  ).join("")

/** Masters with an index. */
const indexed = (successes: string, rejects = "") =>
  Effect.gen(function*() {
    const store = Store.make()
    store.put(data.successes, successes)
    store.put(data.rejects, rejects)
    yield* on(store)(refreshIndex(0))
    assert.include(store.files(), data.index)
    return store
  })

/** Whether the index is taken as it is. */
const isTaken = (store: Store.MemoryStore) =>
  Effect.map(on(store)(takeStock), ({ unindexed }) => unindexed === undefined)

describe("Index", () => {
  it.effect("an item is settled as the masters say, with every index of an earlier state of them", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          fc.array(line, { maxLength: 12 }),
          fc.array(line, { maxLength: 6 }),
          (before, after) =>
            Effect.gen(function*() {
              const store = Store.make()
              const [old, later] = [textsOf(before, 0), textsOf(after, before.length)]
              store.put(data.successes, old.successes)
              store.put(data.rejects, old.rejects)
              yield* on(store)(refreshIndex(0))
              yield* on(store)(agrees)
              append(store, data.successes, later.successes)
              append(store, data.rejects, later.rejects)
              yield* on(store)(agrees)
            }).pipe(Effect.runPromise)
        ),
        { numRuns: 20 }
      )
    ))

  it.effect("thousands of slugs over many pages are found one by one and all at once", () =>
    Effect.gen(function*() {
      const count = 3000
      const store = yield* indexed(many(count))
      const input = yield* itemsFromRows(
        Array.from({ length: 2 * count }, (_, n) => ({ slug: `item-${n}` }))
      )
      yield* on(store)(Effect.gen(function*() {
        const { settled, unindexed } = yield* takeStock
        assert.isUndefined(unindexed)
        const { pending, ...counts } = yield* compareInput(input, settled)
        assert.deepStrictEqual(counts, { accepted: count, rejected: 0 })
        assert.strictEqual(pending.size, count)
        for (const n of [0, 1, 255, 256, 1777, count - 1]) {
          const { file, object, offset } = Option.getOrThrow(yield* findStanding(`item-${n}`))
          assert.deepStrictEqual([file, object["slug"]], ["successes", `item-${n}`])
          assert.isTrue(
            textOf(store, data.successes).slice(offset).startsWith(`{"slug":"item-${n}"`)
          )
        }
        assert.isTrue(Option.isNone(yield* findStanding(`item-${count}`)))
      }))
    }))

  it.effect("an index that is damaged anywhere, cut short or foreign is not believed", () =>
    Effect.gen(function*() {
      const successes = many(600)
      const whole = (yield* indexed(successes)).get(data.index)!
      const store = Store.make()
      store.put(data.successes, successes)
      const tried: Array<Buffer> = [Buffer.alloc(0), whole.subarray(0, -1), Buffer.from("{}\n")]
      // Beyond its line the header is zeros that say nothing.
      const parts = [10, 200, 4096, 4096 + 5000, 4096 + 6144 + 7, whole.length - 1]
      for (const at of parts) {
        const damaged = Buffer.from(whole)
        damaged[at]! ^= 1
        tried.push(damaged)
      }
      for (const [index, bytes] of tried.entries()) {
        store.put(data.index, bytes)
        assert.isFalse(yield* isTaken(store), `damage ${index}`)
        yield* on(store)(agrees)
      }
    }))

  it.effect("masters that were replaced, cut, or written anew in place are read from the beginning", () =>
    Effect.gen(function*() {
      const store = yield* indexed(many(500))
      assert.isTrue(yield* isTaken(store))
      const before = store.get(data.successes)!
      // In place: the inode is the same, and the length nearly.
      store.put(data.successes, many(500, 100))
      assert.isFalse(yield* isTaken(store))
      yield* on(store)(refreshIndex(0))
      assert.isTrue(yield* isTaken(store))
      store.put(data.successes, before.subarray(0, before.length - 200))
      assert.isFalse(yield* isTaken(store))
      yield* on(store)(agrees)
    }))

  it.effect("corrupt masters get no index, and a corrupt line after it is seen", () =>
    Effect.gen(function*() {
      const corrupt = recordLine({ slug: "a", id: "r:x", atMs: 1 }).replace("Title", "Tit1e")
      const store = Store.make()
      store.put(data.successes, many(3) + corrupt)
      yield* on(store)(refreshIndex(0))
      assert.notInclude(store.files(), data.index)
      const sound = yield* indexed(many(3))
      append(sound, data.successes, corrupt)
      yield* on(sound)(agrees)
      assert.isUndefined(settledAs((yield* on(sound)(takeStock)).settled, "a"))
    }))

  it.effect("I6: an index that cannot be written leaves nothing behind, and the masters serve", () =>
    Effect.gen(function*() {
      const clean = yield* indexed(many(20))
      for (let n = 0; n < clean.calls; n++) {
        const store = Store.make()
        store.put(data.successes, many(20))
        const alive = store.failAlways(({ index }) => index === n ? "ENOSPC" : undefined)
        yield* on(store)(
          Effect.flatMap(takeStock, (stock) => keepIndex(stock, 0)).pipe(Effect.ignore)
        )
        alive()
        assert.deepStrictEqual(
          store.files().filter((each) => each.endsWith(".tmp")),
          [],
          `call ${n}`
        )
        yield* on(store)(agrees)
      }
    }))

  it.effect("small masters get none, and one that covers nearly all is left as it is", () =>
    Effect.gen(function*() {
      const store = Store.make()
      store.put(data.successes, many(50))
      yield* on(store)(refreshIndex())
      assert.notInclude(store.files(), data.index)
      yield* on(store)(refreshIndex(0))
      const first = store.stat(data.index)?.inode
      append(store, data.successes, many(1, 900))
      yield* on(store)(refreshIndex(0))
      assert.strictEqual(store.stat(data.index)?.inode, first)
      append(store, data.successes, many(10, 1000))
      yield* on(store)(refreshIndex(0))
      assert.notStrictEqual(store.stat(data.index)?.inode, first)
    }))
})
