// The events of one item, found by the lists beside journals as by reading them, wherever the lists end or are damaged.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import {
  DataDirectory,
  journalLinesPath,
  journalPath,
  paths
} from "../../../src/services/durability/DataDirectory.ts"
import { encodeLine } from "../../../src/services/durability/LineCodec.ts"
import { findEvents } from "../../../src/services/journal/FindEvents.ts"
import type { JournalEvent } from "../../../src/services/journal/JournalEvent.ts"
import { keepJournalLists, writeJournalLists } from "../../../src/services/journal/JournalLists.ts"
import { encodeEvent, intent, rejectedEnd, response, verdict } from "../../support/journalEvents.ts"

const data = paths("/data")
const run = "20261122T101500-aaaaaa"
const slugs = ["a", "b", `q"`, "für", "\u2028"]

const on = (store: Store.MemoryStore) =>
  Effect.provide([MemoryDisk.layer(store), DataDirectory.layer(data.root)])

const eventOf = (kind: string, slug: string, id: string): JournalEvent =>
  kind === "intent"
    ? intent(slug, id)
    : kind === "response"
    ? response(slug, id)
    : kind === "verdict"
    ? verdict(slug, id)
    : rejectedEnd(slug, id)

const drawn = fc.array(
  fc.record({
    kind: fc.constantFrom("intent", "response", "verdict", "end", "damage", "foreign"),
    slug: fc.constantFrom(...slugs),
    n: fc.nat(9)
  }),
  { maxLength: 12 }
)
type Drawn = typeof drawn extends fc.Arbitrary<infer A> ? A : never

const textOf = (lines: Drawn): string =>
  lines.map(({ kind, n, slug }) => {
    if (kind === "foreign") return `{"slug":${JSON.stringify(slug)},"_tag":"intent"}\n`
    const line = Buffer.from(encodeEvent(eventOf(kind, slug, `${run}:${n}`))).toString()
    return kind === "damage" ? line.replace(`"at"`, `"At"`) : line
  }).join("")

const findAll = Effect.forEach(
  slugs,
  (slug) =>
    Effect.map(findEvents(slug), ({ byList, events }) => {
      for (const { event } of events) assert.strictEqual(event.slug, slug)
      return { byList, events }
    })
)

const eventsOnly = (found: Effect.Success<typeof findAll>) => found.map(({ events }) => events)

describe("FindEvents", () => {
  it.effect("are the same with lists as without, of a journal that went on after them, too", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(drawn, drawn, (before, after) =>
          Effect.gen(function*() {
            const store = Store.make()
            store.put(journalPath(data, run), textOf(before))
            yield* on(store)(writeJournalLists(data, run))
            store.put(journalPath(data, run), `${textOf(before)}${textOf(after)}{"slug":"a"`)
            const known = yield* on(store)(findAll)
            for (const { byList } of known) assert.strictEqual(byList, 1)
            store.unlink(journalLinesPath(data, run), 0)
            assert.deepStrictEqual(eventsOnly(known), eventsOnly(yield* on(store)(findAll)))
          }).pipe(Effect.runPromise)),
        { numRuns: 60 }
      )
    ))

  it.effect("a damaged list, or a journal that is another one, is read whole", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const lines: Drawn = slugs.map((slug, n) => ({ kind: "intent", slug, n }))
      store.put(journalPath(data, run), textOf(lines))
      yield* on(store)(writeJournalLists(data, run))
      const expected = eventsOnly(yield* on(store)(findAll))
      const list = journalLinesPath(data, run)
      const whole = store.get(list)!
      for (let at = 0; at < whole.length; at += 5) {
        const damaged = Buffer.from(whole)
        damaged[at]! ^= 1
        store.put(list, damaged)
        const found = yield* on(store)(findAll)
        assert.deepStrictEqual(eventsOnly(found), expected, `byte ${at}`)
        for (const { byList } of found) assert.strictEqual(byList, 0, `byte ${at}`)
      }
      store.put(list, whole)
      store.put(journalPath(data, run), textOf([...lines].reverse()))
      const other = yield* on(store)(findAll)
      assert.deepStrictEqual(other.map(({ events }) => events.length), slugs.map(() => 1))
    }))

  it.effect("of a long journal a few lines are read, and of its list a page of several", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const count = 40_000
      const many = Array.from(
        { length: count },
        (_, n) => encodeLine({ slug: `item-${n % (count - 1)}`, _tag: "verdict", n })
      )
      many[20_000] = encodeEvent(intent("item-20000", `${run}:1`))
      many.push(encodeEvent(intent("item-0", `${run}:2`)))
      store.put(journalPath(data, run), Buffer.concat(many))
      yield* on(store)(writeJournalLists(data, run))
      const read = { [journalPath(data, run)]: 0, [journalLinesPath(data, run)]: 0 }
      store.failAlways(({ bytes = 0, operation, path }) => {
        if (operation === "read") read[path]! += bytes
        return undefined
      })
      const find = (slug: string) =>
        Effect.map(on(store)(findEvents(slug)), ({ byList, events }) => {
          assert.strictEqual(byList, 1)
          return events.map(({ lineNumber }) => lineNumber)
        })
      assert.deepStrictEqual(yield* find("item-20000"), [20_001])
      assert.isBelow(read[journalPath(data, run)]!, 10_000)
      assert.isBelow(read[journalLinesPath(data, run)]!, count * 12 * 0.6)
      assert.deepStrictEqual(yield* find("item-0"), [40_001])
      assert.deepStrictEqual(yield* find("item-1"), [])
      assert.deepStrictEqual(yield* find("nobody"), [])
    }))

  it.effect("a journal is listed again only where its lists are damaged or do not go to its end", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const event = Buffer.from(encodeEvent(intent("a", `${run}:1`))).toString()
      store.put(journalPath(data, run), event)
      const list = (bytesMin: number) => on(store)(keepJournalLists(data, run, bytesMin))
      const linesPath = journalLinesPath(data, run)
      yield* list(event.length + 1)
      assert.isUndefined(store.get(linesPath))
      yield* list(event.length)
      const listed = Buffer.from(store.get(linesPath) ?? "")
      const stop = store.failAlways(({ operation }) => operation === "rename" ? "EIO" : undefined)
      yield* list(0)
      stop()
      for (let at = 0; at < listed.length; at++) {
        const damaged = Buffer.from(listed)
        damaged[at]! ^= 1
        store.put(linesPath, damaged)
        const { events } = yield* on(store)(findEvents("a"))
        assert.strictEqual(events.length, 1)
      }
      store.put(linesPath, listed.subarray(0, -1))
      yield* list(0)
      assert.deepStrictEqual(Buffer.from(store.get(linesPath) ?? ""), listed)
      store.put(journalPath(data, run), event + event)
      yield* list(0)
      assert.isAbove(store.get(linesPath)?.length ?? 0, listed.length)
    }))
})
