// The slugs beside a sealed journal: they name every item that the journal knows, and are believed only where they hold.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as MemoryStore from "../../../src/layers/MemoryStore.ts"
import {
  DataDirectory,
  journalPath,
  journalSlugsPath,
  manifestPath,
  paths
} from "../../../src/services/durability/DataDirectory.ts"
import { makeSlugTable } from "../../../src/services/items/SlugTable.ts"
import type { JournalEvent } from "../../../src/services/journal/JournalEvent.ts"
import { replayJournals } from "../../../src/services/journal/JournalReplay.ts"
import { writeJournalLists } from "../../../src/services/journal/JournalLists.ts"
import { hasWantedSlug } from "../../../src/services/journal/JournalSlugs.ts"
import type { IsWanted } from "../../../src/services/journal/JournalSlugs.ts"
import { encodeEvent, intent, response, verdict } from "../../support/journalEvents.ts"
import { manifest, totals } from "../../support/manifests.ts"

const data = paths("/data")
const run = "20261122T101500-aaaaaa"
const other = "20261122T091500-bbbbbb"
const own = "20261122T121500-cccccc"
const journal = journalPath(data, run)
const beside = journalSlugsPath(data, run)

const bytesOf = (events: ReadonlyArray<JournalEvent>): Buffer =>
  Buffer.concat(events.map(encodeEvent))

const wanting = (...slugs: ReadonlyArray<string>): IsWanted => {
  const table = makeSlugTable()
  for (const slug of slugs) table.add(slug, 1)
  return (prints, at) => table.getPrint(prints, at) !== undefined
}

const layerOf = (store: MemoryStore.MemoryStore) =>
  Layer.merge(MemoryDisk.layer(store), DataDirectory.layer("/data"))

/** A store with the journal and what stands beside it. */
const sealed = Effect.fnUntraced(function*(events: ReadonlyArray<JournalEvent>) {
  const store = MemoryStore.make()
  store.put(journal, bytesOf(events))
  store.put(manifestPath(data, run), JSON.stringify(manifest(run, { totals })))
  yield* Effect.provide(writeJournalLists(data, run), layerOf(store))
  return store
})

const has = (store: MemoryStore.MemoryStore, ...slugs: ReadonlyArray<string>) =>
  Effect.provide(hasWantedSlug(data, run, wanting(...slugs)), layerOf(store))

const called = (slug: string, n: number): ReadonlyArray<JournalEvent> => [
  intent(slug, `${run}:${n}`),
  response(slug, `${run}:${n}`),
  verdict(slug, `${run}:${n}`)
]

describe("JournalSlugs", () => {
  it.effect("has 16 bytes a call, and no more for its answer and verdict", () =>
    Effect.map(sealed([...called("a", 1), ...called("b", 2), ...called("a", 3)]), (store) => {
      assert.strictEqual(store.get(beside)?.byteLength, 3 * 16 + 24)
    }))

  it("names exactly the items of the journal, whatever their events", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({
          slug: fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }),
          kind: fc.constantFrom("intent", "response", "verdict", "judged before"),
          id: fc.integer({ min: 1, max: 6 })
        })),
        (drawn) => {
          const events = drawn.map(({ id, kind, slug }): JournalEvent =>
            kind === "intent"
              ? intent(slug, `${run}:${id}`)
              : kind === "response"
              ? response(slug, `${run}:${id}`)
              : verdict(slug, `${kind === "verdict" ? run : other}:${id}`)
          )
          // A verdict of the run's own says nothing new: its call stands before it.
          const known = new Set(
            drawn.filter(({ id, kind, slug }, n) =>
              kind === "intent" || kind === "judged before" ||
              (kind === "response" &&
                !drawn.slice(0, n).some((e) => e.id === id && e.slug !== slug))
            ).map(({ slug }) => slug)
          )
          return Effect.runPromise(Effect.gen(function*() {
            const store = yield* sealed(events)
            for (const slug of known) assert.isTrue(yield* has(store, "nobody", slug), slug)
            assert.isFalse(yield* has(store, "no such item"))
          }))
        }
      ),
      { numRuns: 50 }
    ))

  it.effect("lines that came after it are looked at", () =>
    Effect.gen(function*() {
      const store = yield* sealed(called("a", 1))
      store.put(journal, bytesOf([...called("a", 1), verdict("late", `${other}:7`)]))
      assert.isTrue(yield* has(store, "late"))
      assert.isFalse(yield* has(store, "later"))
    }))

  it.effect("only the journal can tell where it is missing, damaged, or of a longer journal", () =>
    Effect.gen(function*() {
      const store = yield* sealed([...called("a", 1), ...called("b", 2)])
      const whole = store.get(beside)!
      for (let at = 0; at < whole.byteLength; at++) {
        const damaged = Buffer.from(whole)
        damaged[at] = damaged[at]! ^ 1
        store.put(beside, damaged)
        assert.isUndefined(yield* has(store, "nobody"), `byte ${at}`)
      }
      for (let length = 0; length < whole.byteLength; length++) {
        store.put(beside, whole.subarray(0, length))
        assert.isUndefined(yield* has(store, "nobody"), `${length} bytes`)
      }
      store.put(beside, whole)
      assert.isFalse(yield* has(store, "nobody"))
      store.put(journal, bytesOf(called("a", 1)))
      assert.isUndefined(yield* has(store, "nobody"))
    }))
})

describe("a replay of sealed runs", () => {
  const replay = (store: MemoryStore.MemoryStore, wanted: string, ownRunId?: string) =>
    Effect.provide(
      replayJournals({
        isSettled: (slug) => slug !== wanted,
        isWanted: wanting(wanted),
        ...(ownRunId === undefined ? {} : { ownRunId })
      }),
      layerOf(store)
    )

  it.effect("I10: an item that is taken up finds its answer in a run that was sealed", () =>
    Effect.gen(function*() {
      const store = yield* sealed([...called("a", 1), ...called("b", 2)])
      const { history, runs } = yield* replay(store, "b")
      assert.deepStrictEqual([...history.keys()], ["b"])
      assert.deepStrictEqual(history.get("b")?.unjudged.map(({ id }) => id), [`${run}:2`])
      assert.strictEqual(history.get("b")?.spentNanoUsd, 300)
      assert.deepStrictEqual(runs.map(({ state, totals: of }) => ({ state, of })), [
        { state: "sealed", of: totals }
      ])
    }))

  it.effect("no journal is read for items that it does not know", () =>
    Effect.gen(function*() {
      const store = yield* sealed([...called("a", 1), ...called("b", 2)])
      let opened = 0
      store.failNext(({ operation, path }) => {
        if (operation === "open" && path === journal) opened++
        return undefined
      })
      assert.strictEqual((yield* replay(store, "c")).history.size, 0)
      // At most for the lines after what the slugs cover, of which there are none.
      assert.isAtMost(opened, 1)
    }))

  it.effect("slugs that are missing are made by a run, and by nobody who only looks", () =>
    Effect.gen(function*() {
      const store = yield* sealed(called("a", 1))
      const whole = store.get(beside)
      store.put(beside, "")
      assert.strictEqual((yield* replay(store, "a")).history.size, 1)
      assert.strictEqual(store.get(beside)?.byteLength, 0)
      assert.strictEqual((yield* replay(store, "c", own)).history.size, 0)
      assert.deepStrictEqual(store.get(beside), whole)
      assert.strictEqual((yield* replay(store, "a", own)).history.size, 1)
    }))
})
