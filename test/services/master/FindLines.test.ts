// Every line of a slug, found by the index as by reading the masters; and that the index spares reading them.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { DataDirectory } from "../../../src/services/durability/DataDirectory.ts"
import { findLines } from "../../../src/services/master/FindLines.ts"
import { refreshIndex } from "../../../src/services/master/KeepIndex.ts"
import { data, recordLine, rejectLine, root } from "../../support/masters.ts"

const on = (store: Store.MemoryStore) =>
  Effect.provide([MemoryDisk.layer(store), DataDirectory.layer(root)])

const append = (store: Store.MemoryStore, path: string, text: string): void => {
  const file = store.open(path, "append", 0)
  store.write(file, Buffer.from(text), null, Number.POSITIVE_INFINITY, 0)
  store.close(file)
}

const slugs = ["a", "b", "é", "none"]

const drawn = fc.array(
  fc.record({
    slug: fc.constantFrom("a", "b", "é"),
    atMs: fc.nat(5),
    kind: fc.constantFrom("record", "record", "reject", "demotion")
  }),
  { maxLength: 10 }
)
type Drawn = typeof drawn extends fc.Arbitrary<infer A> ? A : never

/** Appends the lines to their masters. */
const write = (store: Store.MemoryStore, lines: Drawn, from: number): void => {
  for (const [n, { atMs, kind, slug }] of lines.entries()) {
    const id = `r:${from + n}`
    if (kind === "record") {
      const line = recordLine({ slug, id, atMs })
      append(store, data.updates, line)
      append(store, data.successes, line)
    } else {
      const demotes = kind === "demotion" ? { demotes: "r:0" } : {}
      append(store, data.rejects, rejectLine({ slug, id, atMs, ...demotes }))
    }
  }
}

const placesOf = (store: Store.MemoryStore, slug: string) =>
  Effect.map(findLines(slug), ({ lines }) => {
    for (const { bytes, name, offset } of lines) {
      const there = store.get(data[name])?.subarray(offset, offset + bytes.length)
      assert.strictEqual(there?.toString("utf8"), bytes.toString("utf8"))
    }
    return lines.map(({ name, offset, stands }) => ({ name, offset, stands }))
  })

describe("FindLines", () => {
  it.effect("finds the same lines with an index of any earlier state as without one", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(drawn, drawn, fc.boolean(), (before, after, isCut) =>
          Effect.gen(function*() {
            const store = Store.make()
            store.makeDirectory(data.master, 0)
            const places = on(store)(Effect.forEach(slugs, (slug) =>
              placesOf(store, slug)))
            write(store, before, 0)
            yield* on(store)(refreshIndex(0))
            if (before.length > 0) {
              for (const slug of slugs) {
                assert.isTrue((yield* on(store)(findLines(slug))).byIndex)
              }
            }
            write(store, after, before.length)
            // A writer died between the two masters.
            if (isCut) {
              append(store, data.updates, recordLine({ slug: "a", id: "cut", atMs: 9 }))
            }
            const known = yield* places
            if (store.get(data.index) !== undefined) {
              store.unlink(data.index, 0)
            }
            assert.deepStrictEqual(known, yield* places)
          }).pipe(Effect.runPromise)),
        { numRuns: 30 }
      )
    ))

  it.effect("one slug of many costs a few reads, and so does one that has several lines", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const many = Array.from(
        { length: 4000 },
        (_, n) => recordLine({ slug: `item-${n}`, id: `r:${n}`, atMs: n })
      )
      const text = `${many.join("")}${recordLine({ slug: "item-7", id: "r:9999", atMs: 9999 })}`
      store.put(data.updates, text)
      store.put(data.successes, text)
      yield* on(store)(refreshIndex(0))
      let bytes = 0
      store.failAlways((call) => {
        if (call.operation === "read") bytes += call.bytes ?? 0
        return undefined
      })
      const standing = Effect.fnUntraced(function*(slug: string) {
        bytes = 0
        const { byIndex, lines } = yield* on(store)(findLines(slug))
        assert.isTrue(byIndex)
        assert.isBelow(bytes, text.length / 2)
        return lines.map(({ name, stands }) => [name, stands])
      })
      assert.deepStrictEqual(yield* standing("item-1234"), [["updates", true], ["successes", true]])
      assert.deepStrictEqual(yield* standing("item-7"), [
        ["updates", false],
        ["updates", true],
        ["successes", false],
        ["successes", true]
      ])
      assert.deepStrictEqual(yield* standing("nobody"), [])
    }))

  it.effect("an index whose part of superseded lines is damaged is not believed", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const text = recordLine({ slug: "a", id: "r:1", atMs: 1 }) +
        recordLine({ slug: "a", id: "r:2", atMs: 2 })
      store.put(data.updates, text)
      store.put(data.successes, text)
      yield* on(store)(refreshIndex(0))
      const index = Buffer.from(store.get(data.index)!)
      const known = yield* on(store)(placesOf(store, "a"))
      // A page of one entry and its directory end the file.
      for (const back of [1, 8, 9, 20, 32]) {
        const damaged = Buffer.from(index)
        damaged[damaged.length - back]! ^= 1
        store.put(data.index, damaged)
        const found = yield* on(store)(findLines("a"))
        assert.isFalse(found.byIndex)
        assert.deepStrictEqual(yield* on(store)(placesOf(store, "a")), known)
      }
    }))
})
