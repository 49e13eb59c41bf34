// The input as items: formats, what is tolerated, equality of CSV and JSONL, changes under way, memory.
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Csv from "effect/encoding/Csv"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { describe } from "vitest"
import { Disk, type DiskError } from "../../../src/services/durability/Disk.ts"
import { jsonSyntaxFault } from "../../../src/services/items/JsonSyntax.ts"
import { openItems } from "../../../src/services/items/OpenItems.ts"
import { collect, faultsOf, layer, put, stdin } from "./Inputs.ts"

const plain = (
  items: ReadonlyArray<{ readonly slug: string; readonly line: number; readonly fields: unknown }>
) => items.map(({ fields, line, slug }) => [slug, line, fields])

describe("what is read", () => {
  it.effect("JSONL with a byte order mark, CRLF, blank lines, no last newline, and keys of our own", () =>
    Effect.gen(function*() {
      yield* put(
        "/in/a.jsonl",
        `\ufeff{"slug":"a","n":1}\r\n\r\n  \n {"slug":"b","_meta":{"x":1},"_crc":"0"}\n{"slug":"é 漢"}`
      )
      const { items, source } = yield* collect({ path: "/in/a.jsonl" })
      assert.deepStrictEqual(plain(items), [
        ["a", 1, { slug: "a", n: 1 }],
        ["b", 4, { slug: "b", _meta: { x: 1 }, _crc: "0" }],
        ["é 漢", 5, { slug: "é 漢" }]
      ])
      assert.strictEqual(source.count, 3)
      assert.strictEqual((yield* source.slugs).get("b"), 4)
      assert.strictEqual((yield* source.slugs).get("c"), undefined)
    }).pipe(Effect.provide(layer)))

  it.effect("CSV with a byte order mark, quoted cells over lines, and a column called __proto__", () =>
    Effect.gen(function*() {
      yield* put("/in/a.csv", `\ufeffslug,title,__proto__\r\na,"x, ""y""\r\nz",1\r\n\r\nb,,2`)
      const { items } = yield* collect({ path: "/in/a.csv" })
      assert.deepStrictEqual(
        items.map((item) => [item.slug, item.line, Object.entries(item.fields)]),
        [
          ["a", 2, [["slug", "a"], ["title", `x, "y"\r\nz`], ["__proto__", "1"]]],
          ["b", 5, [["slug", "b"], ["title", ""], ["__proto__", "2"]]]
        ]
      )
    }).pipe(Effect.provide(layer)))

  it.effect("TSV by its name, another key, and rows that come in small pieces on standard input", () =>
    Effect.gen(function*() {
      yield* put("/in/a.tsv", "id\ttitle\n7\ta, b\n")
      const { items } = yield* collect({ path: "/in/a.tsv", key: "id" })
      assert.deepStrictEqual(plain(items), [["7", 2, { id: "7", title: "a, b" }]])
      const piped = yield* collect({ path: "-" })
      assert.deepStrictEqual(plain(piped.items), [["a", 1, { slug: "a" }], ["b", 2, { slug: "b" }]])
      assert.strictEqual(piped.items[0]!.file, "-")
      const twice = yield* Effect.scoped(Effect.gen(function*() {
        const source = yield* openItems({ path: "/in/a.tsv", format: "csv", key: "id" })
        return [yield* Stream.runCount(source.items), yield* Stream.runCount(source.items)]
      }))
      assert.deepStrictEqual(twice, [1, 1], "the items may be read again")
    }).pipe(Effect.provide(stdin(`{"slug`, `":"a"}\n{"slu`, `g":"b"}`))))

  it.effect("a slug of exactly 512 bytes, and surrogate pairs", () =>
    Effect.gen(function*() {
      const slugs = ["x".repeat(512), "é".repeat(256), "😀".repeat(128)]
      yield* put("/in/a.jsonl", slugs.map((slug) => JSON.stringify({ slug })).join("\n"))
      const { items } = yield* collect({ path: "/in/a.jsonl" })
      assert.deepStrictEqual(items.map((item) => item.slug), slugs)
    }).pipe(Effect.provide(layer)))
})

const cell = fc.string({ unit: "binary-ascii", maxLength: 12 }).map((text) =>
  text.replace(/\u0000/g, "")
)
const table = fc.uniqueArray(fc.string({ unit: "grapheme", minLength: 1, maxLength: 10 }), {
  minLength: 1,
  maxLength: 4
})
  .chain((names) =>
    fc.tuple(
      fc.constant(names.filter((name) => name !== "slug")),
      fc.array(fc.array(cell, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 20 })
    )
  )

it.effect("CSV and JSONL of the same rows give the same items, in the same order", () =>
  Effect.gen(function*() {
    const disk = yield* Disk
    const samples = fc.sample(table, 150)
    for (const [names, cells] of samples) {
      const columns = ["slug", ...names]
      const rows = cells.map((row, index) =>
        Object.fromEntries(columns.map((name, at) => [name, at === 0 ? `s${index}` : row[at - 1]!]))
      )
      const csv = yield* Stream.fromIterable(rows).pipe(
        Stream.pipeThroughChannel(Csv.encodeString({ columns, headers: true })),
        Stream.mkString
      )
      yield* put("/in/a.csv", csv)
      yield* put("/in/a.jsonl", rows.map((row) => JSON.stringify(row)).join("\n"))
      const fromCsv = yield* collect({ path: "/in/a.csv" })
      const fromJsonl = yield* collect({ path: "/in/a.jsonl" })
      assert.deepStrictEqual(
        fromCsv.items.map((item) => item.fields),
        fromJsonl.items.map((item) => item.fields)
      )
      const lines = csv.split(/\r\n|\r|\n/)
      for (const item of fromCsv.items) {
        assert.isTrue(lines[item.line - 1]!.startsWith(item.slug), "the line is right")
      }
    }
    yield* disk.unlink("/in/a.csv")
  }).pipe(Effect.provide(layer)))

it("a syntax fault is found in every text that JSON.parse refuses, at the place where a prefix turns wrong", () => {
  const broken = fc.tuple(
    fc.json(),
    fc.nat(),
    fc.constantFrom("", ",", "}", "\"", "x", "1", "[", ":")
  )
    .map(([json, at, put]) =>
      json.slice(0, at % (json.length + 1)) + put + json.slice((at % (json.length + 1)) + 1)
    )
  fc.assert(
    fc.property(broken, (text) => {
      try {
        JSON.parse(text)
      } catch {
        const column = Number(/column (\d+)/.exec(jsonSyntaxFault(text))?.[1])
        return column >= 1 && column <= text.length + 1
      }
      return true
    }),
    { numRuns: 3000 }
  )
})

describe("a file that changes between the check and the reading", () => {
  const change = (how: Effect.Effect<void, DiskError, Disk>) =>
    Effect.gen(function*() {
      yield* put("/in/a.jsonl", `{"slug":"a"}\n{"slug":"b"}\n`)
      const source = yield* openItems({ path: "/in/a.jsonl", format: "auto", key: "slug" })
      yield* how
      return (yield* Effect.flip(Stream.runDrain(source.items))).message
    }).pipe(Effect.scoped, Effect.provide(layer))
  const message =
    "/in/a.jsonl: the file changed since it was checked; start again: what is settled is not paid twice"

  it.effect("grown", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        yield* change(put("/in/a.jsonl", `{"slug":"a"}\n{"slug":"b"}\n{"slug":"c"}\n`)),
        message
      )
    }))
  it.effect("cut", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* change(put("/in/a.jsonl", `{"slug":"a"}\n`)), message)
    }))
  it.effect("replaced by a file of the same size", () =>
    Effect.gen(function*() {
      const swap = Effect.gen(function*() {
        const disk = yield* Disk
        yield* put("/in/new", `{"slug":"x"}\n{"slug":"y"}\n`)
        yield* disk.rename("/in/new", "/in/a.jsonl")
      })
      assert.strictEqual(yield* change(swap), message)
    }))
  it.effect("removed", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        yield* change(Effect.flatMap(Disk, (disk) => disk.unlink("/in/a.jsonl"))),
        message
      )
    }))
})

it.effect("a row of several blocks comes whole", () =>
  Effect.gen(function*() {
    const text = "漢".repeat(300_000)
    yield* put("/in/a.jsonl", `${JSON.stringify({ slug: "a", text })}\n{"slug":"b"}\n`)
    const { items } = yield* collect({ path: "/in/a.jsonl" })
    assert.strictEqual(items[0]!.fields["text"], text)
    assert.strictEqual(items[1]!.line, 2)
    assert.strictEqual(yield* faultsOf({ path: "/in/a.jsonl" }), "opened")
  }).pipe(Effect.provide(layer)))
