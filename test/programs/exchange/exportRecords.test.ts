// What an export writes: the records that stand, in their order, as JSONL or as CSV that a spreadsheet may open.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { csvRow } from "../../../src/programs/exchange/csvRow.ts"
import { exportRecords } from "../../../src/programs/exchange/exportRecords.ts"
import type { ExportOptions } from "../../../src/programs/exchange/exportRecords.ts"
import { DataDirectory } from "../../../src/services/durability/DataDirectory.ts"
import { refreshIndex } from "../../../src/services/master/KeepIndex.ts"
import { Consolidation } from "../../../src/services/master/Consolidation.ts"
import { iso, putAtRest, recordLine, rejectLine, root } from "../../support/masters.ts"

const every: ExportOptions = {
  format: "jsonl",
  fields: undefined,
  sinceMs: undefined,
  slug: undefined,
  rawCells: false,
  knownFields: []
}

const lines = [
  recordLine({ slug: "a", id: "r:1", atMs: 1, content: { title: "Old" } }),
  recordLine({ slug: "b", id: "r:2", atMs: 2, content: { title: "=1+1", tags: ["x", "y"] } }),
  recordLine({ slug: "a", id: "r:3", atMs: 3, content: { title: "say \"new\", twice" } })
].join("") + `{"slug":"foreign","price":-5}\n`

const storeBefore = () => {
  const store = Store.make()
  const rejects = rejectLine({ slug: "c", id: "r:r1", atMs: 4 })
  putAtRest(store, { updates: lines, successes: `${lines}{"slug":"torn`, rejects })
  return store
}

const on = (store: Store.MemoryStore, wish: Partial<ExportOptions>) =>
  Effect.gen(function*() {
    let text = ""
    const records = yield* exportRecords(
      { ...every, ...wish },
      Stream.runForEach((bytes) => Effect.sync(() => void (text += Buffer.from(bytes).toString())))
    )
    return { text, records }
  }).pipe(
    Effect.provide(
      Consolidation.layer.pipe(
        Layer.provideMerge(Layer.merge(MemoryDisk.layer(store), DataDirectory.layer(root)))
      )
    )
  )

describe("exportRecords", () => {
  it.effect("the records that stand, without provenance, in the order of the masters", () =>
    Effect.gen(function*() {
      const { records, text } = yield* on(storeBefore(), {})
      assert.strictEqual(records, 3)
      assert.strictEqual(
        text,
        `{"slug":"b","title":"=1+1","tags":["x","y"]}\n{"slug":"a","title":"say \\"new\\", twice"}\n` +
          `{"slug":"foreign","price":-5}\n`
      )
    }))

  it.effect("the same before and after a consolidation, byte for byte", () =>
    Effect.gen(function*() {
      const store = Store.make()
      putAtRest(store, { updates: lines, successes: lines, rejects: "" })
      const before = yield* on(store, {})
      yield* Effect.flatMap(Consolidation, (service) => service.consolidate).pipe(
        Effect.provide(
          Consolidation.layer.pipe(
            Layer.provide([MemoryDisk.layer(store), DataDirectory.layer(root)])
          )
        )
      )
      assert.deepStrictEqual(yield* on(store, {}), before)
    }))

  it.effect("chosen fields, nested ones too, of what is new", () =>
    Effect.gen(function*() {
      const wish = { fields: ["_meta.acceptedAt", "slug", "tags"], sinceMs: 3 }
      const { text } = yield* on(storeBefore(), wish)
      assert.strictEqual(text, `{"_meta.acceptedAt":"${iso(3)}","slug":"a"}\n`)
    }))

  it.effect("numbers keep their digits, in JSONL, in CSV and in chosen fields", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const line = `{"slug":"n","id":12345678901234567890,"v":{"price":1.10}}\n`
      putAtRest(store, { updates: line, successes: line, rejects: "" })
      assert.strictEqual((yield* on(store, {})).text, line)
      const chosen = yield* on(store, { fields: ["v.price"], slug: "n" })
      assert.strictEqual(chosen.text, `{"v.price":1.10}\n`)
      const csv = yield* on(store, { format: "csv" })
      assert.strictEqual(
        csv.text,
        `slug,id,v\r\nn,12345678901234567890,"{""price"":1.10}"\r\n`
      )
    }))

  it.effect("an item without a record, and a field that no record has, fail before anything is written", () =>
    Effect.gen(function*() {
      const failing = [
        [{ slug: "c" }, "it is rejected"],
        [{ slug: "nobody" }, "it is not settled"],
        [{ fields: ["slug", "tilte"] }, `no record has a field "tilte"; did you mean "title"?`],
        [{ fields: ["tilte"], slug: "a" }, `did you mean "title"?`]
      ] as const
      for (const [wish, why] of failing) {
        const error = yield* Effect.flip(on(storeBefore(), wish))
        assert.include(error.message, why)
      }
      // What another record has, or the job knows, is merely absent.
      assert.strictEqual((yield* on(storeBefore(), { fields: ["tags"], slug: "a" })).text, "{}\n")
      const known = { fields: ["slug", "faq"], knownFields: ["faq"], slug: "a" }
      assert.strictEqual((yield* on(storeBefore(), known)).text, `{"slug":"a"}\n`)
      const empty = Store.make()
      assert.strictEqual((yield* on(empty, { fields: ["anything"] })).records, 0)
    }))

  it.effect("one item of many is read by the index, and the masters are not", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const many = Array.from(
        { length: 4000 },
        (_, n) => recordLine({ slug: `item-${n}`, id: `r:${n}`, atMs: n })
      ).join("")
      putAtRest(store, { updates: many, successes: many, rejects: "" })
      yield* refreshIndex(0).pipe(
        Effect.provide([MemoryDisk.layer(store), DataDirectory.layer(root)])
      )
      let bytes = 0
      store.failAlways((call) => {
        if (call.operation === "read") bytes += call.bytes ?? 0
        return undefined
      })
      const { records, text } = yield* on(store, { slug: "item-1234" })
      assert.deepStrictEqual([records, text], [
        1,
        `{"slug":"item-1234","title":"Title of item-1234"}\n`
      ])
      assert.isBelow(bytes, many.length / 2, "bytes asked for")
    }))

  it.effect("CSV has every field that a record has, and no cell that runs as a formula", () =>
    Effect.gen(function*() {
      const { text } = yield* on(storeBefore(), { format: "csv" })
      assert.strictEqual(
        text,
        `slug,title,tags,price\r\nb,'=1+1,"[""x"",""y""]",\r\na,"say ""new"", twice",,\r\nforeign,,,-5\r\n`
      )
      const raw = yield* on(storeBefore(), { format: "csv", rawCells: true, slug: "b" })
      assert.include(raw.text, "b,=1+1,")
    }))

  it("a cell keeps its line breaks and outer spaces", () => {
    assert.strictEqual(csvRow([" a", "b\nc", "@x", true, 0], false), `" a","b\nc",'@x,true,0\r\n`)
  })
})
