// Lines come out as they stand in the file, wherever the chunks fall.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as MemoryStore from "../../../src/layers/MemoryStore.ts"
import type { ScanOptions } from "../../../src/services/durability/Lines.ts"
import { scanLines } from "../../../src/services/durability/Lines.ts"
import { streamLines } from "../../../src/services/durability/StreamLines.ts"

interface Seen {
  readonly text: string
  readonly offset: number
  readonly lineNumber: number
}

const file = "/data/file.jsonl"

const storeWith = (content: string): MemoryStore.MemoryStore => {
  const store = MemoryStore.make()
  store.put(file, content)
  return store
}

const scan = Effect.fnUntraced(
  function*(store: MemoryStore.MemoryStore, options: ScanOptions = {}) {
    const seen: Array<Seen> = []
    const report = yield* scanLines(file, options, (line, offset, lineNumber) => {
      seen.push({ text: line.toString(), offset, lineNumber })
    }).pipe(Effect.provide(MemoryDisk.layer(store)))
    return { seen, report }
  }
)

const stream = (store: MemoryStore.MemoryStore, options?: { readonly lineBytesMax: number }) =>
  Stream.runCollect(streamLines(file, options)).pipe(Effect.provide(MemoryDisk.layer(store)))

/** The same by the plain way: the whole text split. */
const expected = (content: string) => {
  const parts = content.split("\n")
  const tail = parts.pop() ?? ""
  let offset = 0
  const seen = parts.map((text, index): Seen => {
    const line = { text, offset, lineNumber: index + 1 }
    offset += Buffer.byteLength(text) + 1
    return line
  })
  return {
    seen,
    report: { bytes: offset, lines: parts.length, unterminatedBytes: Buffer.byteLength(tail) }
  }
}

describe("scanLines", () => {
  it.effect("a missing file has no lines", () =>
    Effect.gen(function*() {
      const { report, seen } = yield* scan(MemoryStore.make())
      assert.deepStrictEqual(report, { bytes: 0, lines: 0, unterminatedBytes: 0 })
      assert.deepStrictEqual(seen, [])
    }))

  it.effect("an unterminated tail is counted and not visited", () =>
    Effect.gen(function*() {
      const { report, seen } = yield* scan(storeWith("one\n\nthree\r\ntai"))
      assert.deepStrictEqual(report, { bytes: 12, lines: 3, unterminatedBytes: 3 })
      assert.deepStrictEqual(seen.map((line) => line.text), ["one", "", "three\r"])
      assert.deepStrictEqual(seen.map((line) => line.offset), [0, 4, 5])
    }))

  it.effect("a range is scanned from its start, and a line beyond its end is unterminated", () =>
    Effect.gen(function*() {
      const store = storeWith("one\ntwo\nthree\nfour\n")
      const { report, seen } = yield* scan(store, { from: 4, to: 10 })
      assert.deepStrictEqual(seen, [{ text: "two", offset: 4, lineNumber: 1 }])
      assert.deepStrictEqual(report, { bytes: 4, lines: 1, unterminatedBytes: 2 })
      assert.deepStrictEqual((yield* scan(store, { from: 4, to: 8 })).report.bytes, 4)
      assert.deepStrictEqual((yield* scan(store, { from: 400 })).report.lines, 0)
    }))

  it.effect("the visitor may stop", () =>
    Effect.gen(function*() {
      const report = yield* scanLines(file, {}, (line) =>
        line.toString() === "two" ? false : undefined)
        .pipe(Effect.provide(MemoryDisk.layer(storeWith("one\ntwo\nthree\n"))))
      assert.deepStrictEqual(report, { bytes: 8, lines: 2, unterminatedBytes: 0 })
    }))

  it.effect("a line may be larger than any chunk, up to the bound", () =>
    Effect.gen(function*() {
      const long = "x".repeat(3_000_000)
      const content = `a\n${long}\nb\n`
      assert.deepStrictEqual(yield* scan(storeWith(content)), expected(content))
      const error = yield* Effect.flip(scan(storeWith(content), { lineBytesMax: 1_000_000 }))
      assert.strictEqual(error.code, "EFBIG")
      assert.include(error.message, "the line at byte 2")
    }))

  it.effect("a file that fails to be read fails the scan", () =>
    Effect.gen(function*() {
      const store = storeWith("one\n")
      store.failNext((call) => call.operation === "read" ? "EIO" : undefined)
      assert.strictEqual((yield* Effect.flip(scan(store))).code, "EIO")
    }))
})

// Lengths around the chunk size, so that newlines fall on, before and after its edges.
const anyContent = fc.array(
  fc.oneof(
    fc.string({ maxLength: 30 }),
    fc.integer({ min: 262_100, max: 262_200 }).map((n) => "y".repeat(n))
  ),
  { maxLength: 8 }
).map((lines) => lines.join("\n"))

/** Every read answers a random part of what was asked for. */
const shortReads = (store: MemoryStore.MemoryStore, sizes: ReadonlyArray<number>) =>
  store.failAlways((call) =>
    call.operation === "read" ? { shortBytes: sizes[call.index % sizes.length] ?? 1 } : undefined
  )
const anySizes = fc.array(fc.integer({ min: 20_000, max: 300_000 }), { minLength: 1, maxLength: 5 })

describe("scanLines and streamLines", () => {
  it.effect("agree with splitting the whole text, wherever reads end", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(anyContent, anySizes, (content, sizes) => {
          const store = storeWith(content)
          shortReads(store, sizes)
          const check = Effect.gen(function*() {
            const wanted = expected(content)
            assert.deepStrictEqual(yield* scan(store), wanted)
            const streamed = yield* stream(store)
            const tail = streamed.filter((line) => !line.terminated)
            assert.deepStrictEqual(
              streamed.filter((line) => line.terminated).map(({ line, offset, lineNumber }) => ({
                text: line.toString(),
                offset,
                lineNumber
              })),
              wanted.seen
            )
            const { bytes, lines, unterminatedBytes } = wanted.report
            assert.strictEqual(tail.length, unterminatedBytes > 0 ? 1 : 0)
            for (const each of tail) {
              assert.strictEqual(each.line.byteLength, unterminatedBytes)
              assert.strictEqual(each.offset, bytes)
              assert.strictEqual(each.lineNumber, lines + 1)
            }
          })
          return Effect.runPromise(check)
        }),
        { numRuns: 60 }
      )
    ))
})

describe("streamLines", () => {
  it.effect("a missing file is an error", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(stream(MemoryStore.make()))).code, "ENOENT")
    }))

  it.effect("a line without an end is refused before it takes all memory", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(
        stream(storeWith(`a\n${"x".repeat(2_000_000)}`), { lineBytesMax: 1_000_000 })
      )
      assert.strictEqual(error.code, "EFBIG")
    }))

  it.effect("a file is read no further than its lines are taken", () =>
    Effect.gen(function*() {
      const store = storeWith("line\n".repeat(1_000_000))
      const first = yield* streamLines(file).pipe(
        Stream.take(3),
        Stream.runCollect,
        Effect.provide(MemoryDisk.layer(store))
      )
      assert.deepStrictEqual(first.map((each) => each.offset), [0, 5, 10])
      assert.isBelow(store.calls, 5)
    }))
})
