// Every bad input and the exact words about it: nothing is spent on an input that has one of these faults.
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stdio from "effect/Stdio"
import { describe } from "vitest"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import { Disk } from "../../../src/services/durability/Disk.ts"
import { faultsOf, layer, put, stdin } from "./Inputs.ts"

const bytes = (...values: ReadonlyArray<number>) => Uint8Array.from(values)
const concat = (...parts: ReadonlyArray<string | Uint8Array>) =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)))

type Case = readonly [
  name: string,
  file: string,
  content: string | Uint8Array,
  message: string,
  key?: string
]

const ok = `{"slug":"ok"}\n`

const jsonl: ReadonlyArray<Case> = [
  [
    "a row without the key",
    "/in/a.jsonl",
    `${ok}{"title":"x"}\n`,
    `/in/a.jsonl:2: no field "slug" among "title"; name the field that identifies an item with --key`
  ],
  [
    "a key of nearly the same name",
    "/in/a.jsonl",
    `${ok}{"Slug":"x"}\n`,
    `/in/a.jsonl:2: no field "slug"; did you mean --key "Slug"?`
  ],
  ["an empty row", "/in/a.jsonl", `{}\n`, `/in/a.jsonl:1: no field "slug"`],
  [
    "a key inherited from Object",
    "/in/a.jsonl",
    `{"a":1}`,
    `/in/a.jsonl:1: no field "constructor" among "a"; name the field that identifies an item with --key`,
    "constructor"
  ],
  ["an empty slug", "/in/a.jsonl", `{"slug":""}\n`, `/in/a.jsonl:1: "slug" is empty`],
  [
    "a number as slug",
    "/in/a.jsonl",
    `{"slug":12}\n`,
    `/in/a.jsonl:1: "slug" is the number 12; slugs are compared byte for byte, so it must be text: "12"`
  ],
  [
    "null as slug",
    "/in/a.jsonl",
    `{"slug":null}\n`,
    `/in/a.jsonl:1: "slug" is null; it must be text`
  ],
  [
    "a list as slug",
    "/in/a.jsonl",
    `{"slug":["a"]}\n`,
    `/in/a.jsonl:1: "slug" is a list; it must be text`
  ],
  [
    "an object as slug",
    "/in/a.jsonl",
    `{"slug":{}}\n`,
    `/in/a.jsonl:1: "slug" is an object; it must be text`
  ],
  [
    "two rows with one slug",
    "/in/a.jsonl",
    `${ok}{"slug":"b"}\n\n${ok}`,
    `/in/a.jsonl:4: slug "ok" stands on line 1 too; every item needs its own`
  ],
  [
    "a NUL in a slug",
    "/in/a.jsonl",
    `{"slug":"a\\u0000b"}`,
    `/in/a.jsonl:1: "slug" has the control character U+0000 at position 2`
  ],
  [
    "a newline in a slug",
    "/in/a.jsonl",
    `{"slug":"a\\nb"}`,
    `/in/a.jsonl:1: "slug" has the control character U+000A at position 2`
  ],
  [
    "a lone surrogate in a slug",
    "/in/a.jsonl",
    `{"slug":"a\\ud800"}`,
    `/in/a.jsonl:1: "slug" has half of a surrogate pair, which UTF-8 cannot hold`
  ],
  [
    "a slug of more than 512 bytes",
    "/in/a.jsonl",
    `{"slug":"${"é".repeat(257)}"}`,
    `/in/a.jsonl:1: "slug" has 514 bytes; a slug has at most 512`
  ],
  [
    "a list as row",
    "/in/a.jsonl",
    `${ok}["a"]\n`,
    `/in/a.jsonl:2: the row is a list, not an object such as {"slug":"…"}`
  ],
  [
    "a text as row",
    "/in/a.jsonl",
    `"a"\n`,
    `/in/a.jsonl:1: the row is a string, not an object such as {"slug":"…"}`
  ],
  [
    "null as row",
    "/in/a.jsonl",
    `null\n`,
    `/in/a.jsonl:1: the row is null, not an object such as {"slug":"…"}`
  ],
  [
    "broken JSON",
    "/in/a.jsonl",
    `${ok}{"slug": oops}\n`,
    `/in/a.jsonl:2: not JSON: column 10: "o" where a value should be`
  ],
  [
    "a trailing comma",
    "/in/a.jsonl",
    `{"slug":"a",}\n`,
    `/in/a.jsonl:1: not JSON: column 13: "}" where a field name in double quotes should be`
  ],
  [
    "single quotes",
    "/in/a.jsonl",
    `{'slug':'a'}\n`,
    `/in/a.jsonl:1: not JSON: column 2: "'" where a field name in double quotes or "}" should be`
  ],
  [
    "a row over two lines",
    "/in/a.jsonl",
    `{"slug":\n"a"}\n`,
    `/in/a.jsonl:1: not JSON: column 9: the line ends where a value should follow\n` +
    `/in/a.jsonl:2: not JSON: column 4: "}" where the end of the line (one object a line) should be`
  ],
  [
    "two objects on a line",
    "/in/a.jsonl",
    `{"slug":"a"} {"slug":"b"}\n`,
    `/in/a.jsonl:1: not JSON: column 14: "{" where the end of the line (one object a line) should be`
  ],
  [
    "a string without an end",
    "/in/a.jsonl",
    `{"slug":"a\n`,
    `/in/a.jsonl:1: not JSON: column 9: a string that is not closed, or holds a wrong escape or a bare control character`
  ],
  [
    "a byte that is no UTF-8",
    "/in/a.jsonl",
    concat(ok, `{"slug":"caf`, bytes(0xe9), `"}\n`),
    `/in/a.jsonl:2: not UTF-8: byte 0xe9 at offset 26 of the file; convert the file, for example with iconv -f latin1 -t utf-8`
  ],
  [
    "bad UTF-8 after a real U+FFFD",
    "/in/a.jsonl",
    concat(`{"slug":"\ufffd`, bytes(0xff), `"}`),
    `/in/a.jsonl:1: not UTF-8: byte 0xff at offset 12 of the file; convert the file, for example with iconv -f latin1 -t utf-8`
  ],
  [
    "UTF-16",
    "/in/a.jsonl",
    concat(bytes(0xff, 0xfe), Buffer.from(ok, "utf16le")),
    "/in/a.jsonl: is UTF-16 text; convert it first: iconv -f utf-16 -t utf-8 FILE > items.jsonl"
  ],
  [
    "a JSON array",
    "/in/a.json",
    `[{"slug":"a"}]`,
    "/in/a.json: is a JSON array; write one object a line: jq -c '.[]' FILE > items.jsonl"
  ],
  [
    "gzip by name",
    "/in/a.jsonl.gz",
    ok,
    "/in/a.jsonl.gz: is compressed with gzip; unpack it first: gunzip -c FILE | inkfast generate --in -"
  ],
  [
    "gzip by content",
    "/in/a.jsonl",
    bytes(0x1f, 0x8b, 8, 0),
    "/in/a.jsonl: is compressed with gzip; unpack it first: gunzip -c FILE | inkfast generate --in -"
  ],
  [
    "a spreadsheet",
    "/in/a.csv",
    bytes(0x50, 0x4b, 3, 4),
    "/in/a.csv: is a zip archive or a spreadsheet; export it as CSV (UTF-8) or JSONL"
  ],
  ["nothing in the file", "/in/a.jsonl", "", "/in/a.jsonl: no items: the input is empty"],
  ["only blank lines", "/in/a.jsonl", "\n \r\n\n", "/in/a.jsonl: no items: the input is empty"]
]

const csv: ReadonlyArray<Case> = [
  [
    "no key column",
    "/in/a.csv",
    "name,title\na,b\n",
    `/in/a.csv:1: no column "slug" among "name", "title"; name the column that identifies an item with --key ` +
    "(the first row of a CSV file is its header)"
  ],
  [
    "a key column of nearly the same name",
    "/in/a.csv",
    "Slug ,title\na,b\n",
    `/in/a.csv:1: no column "slug"; did you mean --key "Slug "? (the first row of a CSV file is its header)`
  ],
  [
    "semicolons",
    "/in/a.csv",
    "slug;title\na;b\n",
    `/in/a.csv:1: no column "slug": the columns seem to be separated by ";"; export with commas, or with tabs as .tsv`
  ],
  [
    "a column named twice",
    "/in/a.csv",
    "slug,a,a\nx,1,2\n",
    `/in/a.csv:1: the header names column "a" twice (columns 2 and 3)`
  ],
  [
    "a row with too few cells",
    "/in/a.csv",
    "slug,a\nx,1\ny\n",
    "/in/a.csv:3: the row has 1 cells, the header 2"
  ],
  [
    "a row with too many cells",
    "/in/a.csv",
    "slug,a\nx,1,2\n",
    "/in/a.csv:2: the row has 3 cells, the header 2; a cell that holds the separator must stand in double quotes"
  ],
  ["an empty slug cell", "/in/a.csv", "slug,a\n,1\n", `/in/a.csv:2: "slug" is empty`],
  [
    "two rows with one slug, after a cell of two lines",
    "/in/a.csv",
    `slug,a\r\nx,"1\r\n2"\r\n\r\nx,3\r\n`,
    `/in/a.csv:5: slug "x" stands on line 2 too; every item needs its own`
  ],
  [
    "a line break in a slug",
    "/in/a.csv",
    `slug\n"a\nb"\n`,
    `/in/a.csv:2: "slug" has the control character U+000A at position 2`
  ],
  [
    "a quote that is not closed",
    "/in/a.csv",
    `slug,a\nx,1\ny,"2\nz,3\n`,
    "/in/a.csv:3: not CSV: cell 2: a cell that opens with a double quote in this row is never closed; rows after it were not checked"
  ],
  [
    "a quote inside a bare cell",
    "/in/a.csv",
    `slug,a\nx,5" disk\n`,
    "/in/a.csv:2: not CSV: cell 2: a double quote stands inside a cell that is not quoted; quote the cell and double the quotes in it; rows after it were not checked"
  ],
  [
    "text after a closing quote",
    "/in/a.csv",
    `slug,a\nx,"5" disk\n`,
    "/in/a.csv:2: not CSV: cell 2: text follows a closing double quote; double the quotes inside a quoted cell; rows after it were not checked"
  ],
  [
    "a byte that is no UTF-8",
    "/in/a.csv",
    concat("slug\ncaf", bytes(0xe9), "\n"),
    "/in/a.csv:2: not UTF-8: byte 0xe9 at offset 8 of the file; convert the file, for example with iconv -f latin1 -t utf-8"
  ],
  ["a header alone", "/in/a.csv", "slug,title\n", "/in/a.csv: no items: the input is empty"],
  [
    "no header: JSONL that is called CSV",
    "/in/a.csv",
    ok,
    `/in/a.csv:1: not CSV: cell 1: a double quote stands inside a cell that is not quoted; quote the cell and double the quotes in it; rows after it were not checked`
  ]
]

for (const [format, cases] of [["JSONL", jsonl], ["CSV", csv]] as const) {
  describe(`faults of ${format}`, () => {
    for (const [name, file, content, message, key = "slug"] of cases) {
      it.effect(name, () =>
        Effect.gen(function*() {
          yield* put(file, content)
          assert.strictEqual(yield* faultsOf({ path: file, key }), message)
        }).pipe(Effect.provide(layer)))
    }
  })
}

describe("faults of the file", () => {
  it.effect("a missing file", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        yield* faultsOf({ path: "/in/none.jsonl" }),
        "/in/none.jsonl: no such file; name the input with --in, or as input.path in inkfast.yaml"
      )
    }).pipe(Effect.provide(layer)))

  it.effect("a directory", () =>
    Effect.gen(function*() {
      yield* put("/in/a.jsonl", ok)
      assert.strictEqual(
        yield* faultsOf({ path: "/in" }),
        "/in: is a directory; name a file in it, such as items.jsonl"
      )
    }).pipe(Effect.provide(layer)))

  it.effect("a terminal as standard input", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        yield* faultsOf({ path: "-" }),
        "-: standard input is a terminal; pipe the rows into the command"
      )
    }).pipe(Effect.provide(
      Layer.merge(MemoryDisk.layerEmpty, Stdio.layerTest({ stdinIsTerminal: Effect.succeed(true) }))
    )))

  it.effect("empty standard input", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* faultsOf({ path: "-" }), "-: no items: the input is empty")
    }).pipe(Effect.provide(stdin())))

  it.effect("a fault of standard input names its line", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* faultsOf({ path: "-" }), `-:2: "slug" is empty`)
      const disk = yield* Disk
      assert.deepStrictEqual(yield* disk.list("/tmp"), [], "the spool has no name from the start")
    }).pipe(Effect.provide(stdin(`{"slug":"a"}\n{"sl`, `ug":""}`))))

  it.effect("all faults are counted, the first 100 kept", () =>
    Effect.gen(function*() {
      yield* put("/in/a.jsonl", ok + "{}\n".repeat(120) + ok)
      const message = yield* faultsOf({ path: "/in/a.jsonl" })
      const lines = message.split("\n")
      assert.strictEqual(lines.length, 101)
      assert.strictEqual(lines[99], `/in/a.jsonl:101: no field "slug"`)
      assert.strictEqual(lines[100], "… and 21 more")
    }).pipe(Effect.provide(layer)))

  it.effect("a line over 16 MiB is a fault, and the lines after it are still checked", () =>
    Effect.gen(function*() {
      yield* put(
        "/in/a.jsonl",
        concat(ok, `{"slug":"`, Buffer.alloc(16 * 1024 * 1024, 97), `"}\n{"slug":7}\n`)
      )
      assert.strictEqual(
        yield* faultsOf({ path: "/in/a.jsonl" }),
        "/in/a.jsonl:2: the line is longer than 16 MiB; is the file one object a line?\n" +
          `/in/a.jsonl:3: "slug" is the number 7; slugs are compared byte for byte, so it must be text: "7"`
      )
    }).pipe(Effect.provide(layer)))
})
