// The kept check of an input against checking it anew: whatever becomes of either, the same faults or the same items.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as fs from "node:fs"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import * as Platform from "../../../src/layers/Platform.ts"
import { DataDirectory } from "../../../src/services/durability/DataDirectory.ts"
import { SlugPrint } from "../../../src/services/items/Fingerprint.ts"
import type { ItemSource } from "../../../src/services/items/ItemSource.ts"
import { keepInput } from "../../../src/services/items/KeepInput.ts"
import { openItems } from "../../../src/services/items/OpenItems.ts"
import { makeSlugTable } from "../../../src/services/items/SlugTable.ts"
import { data, root } from "../../support/masters.ts"
import { tempDir } from "../../support/TempDir.ts"

const path = "/in/items.jsonl"
const on = (store: Store.MemoryStore) =>
  Effect.provide(
    Layer.mergeAll(MemoryDisk.layer(store), DataDirectory.layer(root), Stdio.layerTest({}))
  )
/** A disk with a data directory, in which a run has been. */
const makeStore = (): Store.MemoryStore => {
  const store = Store.make()
  store.put(data.successes, "")
  return store
}

const open = (checked: string | undefined, name = path, key = "slug") =>
  openItems({ path: name, format: "auto", key, ...(checked === undefined ? {} : { checked }) })

/** Opens the input and keeps what its check has learnt, as a run does. */
const keep = (name = path, key = "slug") =>
  Effect.scoped(Effect.flatMap(open(data.input, name, key), (source) => keepInput(source, 0)))

const pickOf = (slugs: ReadonlyArray<string>) => {
  const table = makeSlugTable()
  for (const slug of slugs) table.add(slug, 1)
  return (prints: Uint32Array, at: number) => table.getPrint(prints, at) !== undefined
}

/** All that a source says. */
const told = Effect.fnUntraced(function*(source: ItemSource, picks: ReadonlyArray<string>) {
  const slugs = yield* source.slugs
  const prints: Array<string> = []
  yield* source.visitSlugs((words, at) => void prints.push(words.slice(at, at + 4).join()))
  const items = yield* Stream.runCollect(source.items)
  const print = new SlugPrint()
  const expected = items.map(({ line, slug }) => {
    assert.strictEqual(slugs.get(slug), line)
    print.ofText(slug)
    return print.words.join()
  })
  assert.deepStrictEqual(prints.sort(), expected.sort())
  const { columns, count } = source
  return {
    items,
    few: yield* Stream.runCollect(source.pick(pickOf(picks.slice(0, 1)))),
    picked: yield* Stream.runCollect(source.pick(pickOf(picks))),
    count,
    names: [...columns.names],
    isWhole: columns.isWhole,
    example: columns.example
  }
})

/** What is known with what was kept equals what checking anew says; faults are equal, too. Answers whether it was news. */
const agrees = (picks: ReadonlyArray<string>, name = path, key = "slug") =>
  Effect.scoped(Effect.gen(function*() {
    const say = (checked: string | undefined) =>
      Effect.flatMap(open(checked, name, key), (source) => told(source, picks)).pipe(
        Effect.catch((error) => Effect.succeed(error.message))
      )
    assert.deepStrictEqual(yield* say(data.input), yield* say(undefined))
    const source = yield* Effect.option(open(data.input, name, key))
    return source._tag === "Some" && source.value.unkept !== undefined
  }))

const slugs = ["a", "b", "für", "漢字", `q"`, "😀", "item-7", "item-8", "item-9", "c"]
const row = fc.record({
  slug: fc.constantFrom(...slugs),
  text: fc.constantFrom("", "x", "é\u2028")
})
  .map((fields) => JSON.stringify(fields))
const goodLine = fc.oneof({ weight: 8, arbitrary: row }, fc.constantFrom("", "  "))
const line = fc.oneof({ weight: 12, arbitrary: goodLine }, fc.constantFrom("{", "7", `{"slug":""}`))
const lines = (each: fc.Arbitrary<string>) =>
  fc.tuple(
    fc.uniqueArray(each, {
      maxLength: 12,
      selector: (text) => /"slug":("[^,}]*)/.exec(text)?.[1] ?? text
    }),
    fc.constantFrom("\n", "\r\n"),
    fc.boolean()
  ).map(([some, newline, isEnded]) =>
    some.length === 0 ? "" : some.join(newline) + (isEnded ? newline : "")
  )
const change = fc.oneof(
  fc.constant((text: string) => text),
  lines(line).map((more) => (text: string) => text + more),
  lines(line).map((other) => () => other),
  fc.nat(200).map((at) => (text: string) => text.slice(0, at)),
  // Of the same length.
  fc.constantFrom<readonly [string, string]>(["a", "z"], ["item-7", "item-6"], ["x", "y"]).map((
    [from, to]
  ) =>
  (text: string) => text.replace(from, to))
)

describe("a kept check", () => {
  it.effect("says what checking anew says, of every later state of the input", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          lines(goodLine),
          fc.array(fc.tuple(change, fc.constantFrom(0, 1, 5000), fc.boolean()), {
            minLength: 1,
            maxLength: 4
          }),
          fc.subarray(slugs),
          (first, changes, picks) =>
            Effect.gen(function*() {
              const store = makeStore()
              store.put(path, first)
              yield* on(store)(Effect.ignore(keep()))
              let text = first
              let now = 0
              for (const [alter, laterMs, isKept] of changes) {
                now += laterMs
                yield* TestClock.adjust(laterMs)
                const before = text
                text = alter(text)
                if (text !== before) store.put(path, text, now)
                yield* on(store)(agrees(picks))
                if (isKept) yield* on(store)(Effect.ignore(keep()))
              }
            }).pipe(Effect.provide(TestClock.layer()), Effect.runPromise)
        ),
        { numRuns: 60 }
      )
    ))

  const many = (count: number, from = 0): string =>
    Array.from({ length: count }, (_, n) => `{"slug":"item-${from + n}","n":${n}}\n`).join("")

  it.effect("what has not changed is news to nobody; what was added is, and is checked with what was there", () =>
    Effect.gen(function*() {
      const store = makeStore()
      store.put(path, many(5000))
      yield* TestClock.adjust(10_000)
      yield* on(store)(keep())
      const picks = ["item-0", "item-1023", "item-1024", "item-4999", "item-5001", "nowhere"]
      assert.isFalse(yield* on(store)(agrees(picks)))
      store.put(path, many(5003), 10_000)
      assert.isTrue(yield* on(store)(agrees(picks)))
      yield* TestClock.adjust(10_000)
      yield* on(store)(keep())
      assert.isFalse(yield* on(store)(agrees(picks)))
      store.put(path, many(5003) + many(1), 20_000)
      yield* on(store)(agrees(picks))
      const message = yield* on(store)(Effect.flip(Effect.scoped(open(data.input))))
      assert.strictEqual(
        message.message,
        `${path}:5004: slug "item-0" stands on line 1 too; every item needs its own`
      )
    }))

  it.effect("columns that begin after the first rows are known, unless rows have names without end", () =>
    Effect.gen(function*() {
      const columnsOf = (text: string) =>
        Effect.gen(function*() {
          const store = makeStore()
          store.put(path, text)
          yield* TestClock.adjust(10_000)
          yield* on(store)(keep())
          assert.isFalse(yield* on(store)(agrees(["item-1"])))
          return (yield* on(store)(Effect.scoped(open(data.input)))).columns
        })
      const late = `${many(1500)}{"slug":"z","brand":"","__proto__":1}\n`
      const columns = yield* columnsOf(late)
      assert.deepStrictEqual([...columns.names], ["slug", "n", "brand", "__proto__"])
      assert.isTrue(columns.isWhole)
      assert.deepStrictEqual(columns.example, { slug: "item-0", n: 0 })
      const names = Array.from({ length: 1100 }, (_, n) => `{"slug":"z-${n}","name-${n}":1}\n`)
      const endless = yield* columnsOf(late + names.join(""))
      assert.isFalse(endless.isWhole)
      assert.isTrue(endless.names.has("brand"))
      assert.isFalse(endless.names.has("name-1099"))
    }))

  it.effect("another key, another format and a file of another name are checked for themselves", () =>
    Effect.gen(function*() {
      const store = makeStore()
      store.put(path, `{"slug":"a","id":"b"}\n`)
      store.put("/in/items.csv", "slug,id\na,b\nc,d\n")
      yield* on(store)(keep())
      yield* on(store)(agrees(["a"], path, "id"))
      yield* on(store)(agrees(["a"], "/in/items.csv"))
      yield* on(store)(keep("/in/items.csv"))
      yield* on(store)(agrees(["a", "c"], "/in/items.csv"))
      yield* on(store)(agrees(["a"]))
    }))

  it.effect("one that is damaged anywhere or cut short is not believed", () =>
    Effect.gen(function*() {
      const store = makeStore()
      store.put(path, many(40))
      yield* on(store)(keep())
      const whole = Buffer.from(store.get(data.input) ?? "")
      for (let at = 0; at < whole.length; at += 29) {
        const damaged = Buffer.from(whole)
        damaged[at]! ^= 1 << (at % 8)
        store.put(data.input, damaged)
        yield* on(store)(agrees(["item-1", "item-39"]))
      }
      for (let size = 0; size < whole.length; size += 211) {
        store.put(data.input, whole.subarray(0, size))
        yield* on(store)(agrees(["item-1", "item-39"]))
      }
    }))

  it.effect("I6: one that cannot be written leaves nothing behind", () =>
    Effect.gen(function*() {
      for (let n = 0;; n++) {
        const store = makeStore()
        store.put(path, many(20))
        const alive = store.failAlways(({ index }) => index === n ? "ENOSPC" : undefined)
        yield* on(store)(Effect.ignore(keep()))
        alive()
        const left = store.files()
        assert.deepStrictEqual(left.filter((each) => each.endsWith(".tmp")), [], `call ${n}`)
        yield* on(store)(agrees(["item-3"]))
        if (n > store.calls) break
      }
    }))
})

it.effect("an edit in place that a sample misses and that hides behind an old time is noticed", () =>
  Effect.gen(function*() {
    const directory = yield* tempDir
    const file = `${directory}/items.jsonl`
    const kept = `${directory}/kept`
    const text = "x".repeat(2000)
    const rows = Array.from(
      { length: 12_000 },
      (_, n) => JSON.stringify({ slug: `item-${n}`, text })
    )
    fs.writeFileSync(file, rows.join("\n"))
    const { atime, mtime } = fs.statSync(file)
    yield* TestClock.setTime(mtime.getTime() + 10_000)
    const opened = () => openItems({ path: file, format: "auto", key: "slug", checked: kept })
    const first = yield* opened()
    yield* keepInput(first, 0).pipe(
      Effect.provideService(DataDirectory, { ...data, input: kept })
    )
    assert.isUndefined((yield* opened()).unkept)
    // Neither in the first megabyte of a sample nor in the last.
    const at = fs.readFileSync(file).indexOf(`"item-1700"`)
    const handle = fs.openSync(file, "r+")
    fs.writeSync(handle, `"Item-1700"`, at)
    fs.closeSync(handle)
    fs.utimesSync(file, atime, mtime)
    const changed = yield* opened()
    assert.isDefined(changed.unkept)
    assert.isDefined((yield* changed.slugs).get("Item-1700"))
    assert.isUndefined((yield* changed.slugs).get("item-1700"))
  }).pipe(Effect.provide(Layer.merge(Platform.layer, Stdio.layerTest({})))))
