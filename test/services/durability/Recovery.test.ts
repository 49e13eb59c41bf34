// What recovery makes of each kind of damage, byte by byte.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as fc from "fast-check"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import type { MemoryStore } from "../../../src/layers/MemoryStore.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import { Disk } from "../../../src/services/durability/Disk.ts"
import type { DiskError } from "../../../src/services/durability/Disk.ts"
import { FileLock } from "../../../src/services/durability/FileLock.ts"
import { encodeLine, verifyLine } from "../../../src/services/durability/LineCodec.ts"
import { recover } from "../../../src/services/durability/Recovery.ts"
import type { RecoveryReport } from "../../../src/services/durability/RecoveryReport.ts"
import { toLineObject } from "../../../src/services/master/Record.ts"
import { makeRecord } from "../../support/records.ts"

const updates = "/m/updates.jsonl"
const successes = "/m/successes.jsonl"

const line = (n: number, text?: string) =>
  Buffer.from(encodeLine(toLineObject(makeRecord(n, text)))).toString()
const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => line(from + i)).join("")
const content = (store: MemoryStore, file: string) => store.get(file)?.toString()

interface Options {
  readonly maxBatchBytes?: number
  readonly files?: ReadonlyArray<string>
}

const run = (store: MemoryStore, options: Options = {}): Effect.Effect<RecoveryReport, DiskError> =>
  Effect.gen(function*() {
    const disk = yield* Disk
    const files = yield* Effect.forEach(
      options.files ?? [updates, successes],
      (file) => disk.open(file, "append")
    )
    const context = {
      disk,
      locks: yield* FileLock,
      quarantine: "/q",
      maxBatchBytes: options.maxBatchBytes ?? 2000,
      maxLineBytes: 10_000
    }
    return yield* recover(context, files, undefined)
  }).pipe(Effect.scoped, Effect.provide(MemoryDisk.layer(store)))

const storeOf = (contents: { readonly [file: string]: string | Buffer }): MemoryStore => {
  const store = Store.make()
  for (const [file, bytes] of Object.entries(contents)) store.put(file, bytes)
  return store
}

const bytesOf = ({ damage }: RecoveryReport): number =>
  damage.reduce((sum, { bytes }) => sum + bytes, 0)

const quarantined = (store: MemoryStore) =>
  store.files().filter((file) => file.startsWith("/q/")).map((file) => [file, content(store, file)])

describe("the end of one file", () => {
  const good = lines(0, 3)
  const torn = line(3)

  it.effect.each([
    ["a line cut short", torn.slice(0, 40)],
    ["a line whose end is zeros", torn.slice(0, 40) + "\0".repeat(100)],
    ["zeros", "\0".repeat(100)],
    ["zeros and a newline", "\0".repeat(10) + "\n"],
    ["garbage with newlines", "\n\n{}{}\n[1]\n\xff\n"],
    ["a line with one bit turned", torn.replace("words", "worfs")],
    ["a line without its checksum's end", torn.slice(0, -2)]
  ])("%s is cut, and is in the quarantine", ([, damage]) =>
    Effect.gen(function*() {
      const store = storeOf({ [updates]: good + damage, [successes]: good })
      const report = yield* run(store)
      assert.strictEqual(content(store, updates), good)
      assert.strictEqual(content(store, successes), good)
      assert.strictEqual(bytesOf(report), Buffer.byteLength(damage ?? ""))
      assert.deepStrictEqual(report.copiedLines, [0, 0])
      assert.deepStrictEqual(quarantined(store), [[report.damage[0]?.path, damage]])
      assert.match(
        String(report.damage[0]?.path),
        new RegExp(`^/q/updates\\.jsonl\\.${good.length}\\.19700101T000000000Z\\.`)
      )
    }))

  it.effect("a complete line that lacks only its newline is kept, and nothing is quarantined", () =>
    Effect.gen(function*() {
      const store = storeOf({ [updates]: good + torn.slice(0, -1), [successes]: good })
      const report = yield* run(store)
      assert.strictEqual(content(store, updates), good + torn)
      assert.strictEqual(content(store, successes), good + torn)
      assert.deepStrictEqual(quarantined(store), [])
      assert.strictEqual(report.rewrittenLines, 1)
      assert.deepStrictEqual(report.copiedLines, [0, 1])
    }))

  it.effect("undamaged lines behind damage are kept, in order", () =>
    Effect.gen(function*() {
      const damage = line(3).replace("words", "worfs")
      const store = storeOf({ [updates]: good + damage + lines(4, 6), [successes]: good })
      const report = yield* run(store)
      assert.strictEqual(content(store, updates), good + lines(4, 6))
      assert.strictEqual(content(store, successes), good + lines(4, 6))
      assert.strictEqual(report.rewrittenLines, 2)
      assert.strictEqual(bytesOf(report), damage.length)
    }))

  it.effect("a rotten record is healed from the other file", () =>
    Effect.gen(function*() {
      const rotten = good.replace(`"slug":"item-1"`, `"slug":"item-l"`)
      const store = storeOf({ [updates]: rotten, [successes]: good })
      yield* run(store)
      assert.strictEqual(content(store, updates), line(0) + line(2) + line(1))
      assert.strictEqual(content(store, successes), good)
    }))

  it.effect("a torn line longer than a batch is cut as a whole", () =>
    Effect.gen(function*() {
      const long = line(9, "x".repeat(5000))
      const damage = `${long.slice(0, 1000)}${"\0".repeat(500)}\n${long.slice(1501)}`
      const store = storeOf({ [updates]: good + damage, [successes]: good })
      const report = yield* run(store, { maxBatchBytes: 500 })
      assert.strictEqual(content(store, updates), good)
      assert.strictEqual(bytesOf(report), damage.length)
    }))

  it.effect("damage before the window is left to an audit", () =>
    Effect.gen(function*() {
      const rotten = good.replace(`"slug":"item-0"`, `"slug":"item-O"`)
      const store = storeOf({ [updates]: rotten + lines(3, 9), [successes]: rotten + lines(3, 9) })
      const report = yield* run(store, { maxBatchBytes: 500 })
      assert.strictEqual(content(store, updates), rotten + lines(3, 9))
      assert.strictEqual(bytesOf(report), 0)
    }))

  it.effect("a file without an undamaged line in reach is refused, and not touched", () =>
    Effect.gen(function*() {
      const noise = "noise\n".repeat(20_000)
      const store = storeOf({ [updates]: noise, [successes]: good })
      const error = yield* Effect.flip(run(store))
      assert.strictEqual(error.code, "EUCLEAN")
      assert.match(error.message, /updates\.jsonl.*move it away/s)
      assert.strictEqual(content(store, updates), noise)
    }))

  it.effect("a log of one file is cut the same way", () =>
    Effect.gen(function*() {
      const store = storeOf({ "/m/rejects.jsonl": good + "torn" })
      const report = yield* run(store, { files: ["/m/rejects.jsonl"] })
      assert.strictEqual(content(store, "/m/rejects.jsonl"), good)
      assert.deepStrictEqual(report.copiedLines, [0])
    }))
})

describe("what is in one file only", () => {
  it.effect("I2: the last batch is copied, in either direction", () =>
    Effect.gen(function*() {
      for (const [ahead, behind] of [[updates, successes], [successes, updates]] as const) {
        const store = storeOf({ [ahead]: lines(0, 20), [behind]: lines(0, 15) })
        yield* run(store, { maxBatchBytes: 500 })
        assert.strictEqual(content(store, ahead), lines(0, 20))
        assert.strictEqual(content(store, behind), lines(0, 20))
      }
    }))

  it.effect("I2: a lost file is copied whole", () =>
    Effect.gen(function*() {
      const store = storeOf({ [updates]: lines(0, 20) })
      const report = yield* run(store, { maxBatchBytes: 500 })
      assert.strictEqual(content(store, successes), lines(0, 20))
      assert.deepStrictEqual(report.copiedLines, [0, 20])
    }))

  it.effect("I2, I5: files in different orders are compared whole, and nothing is copied twice", () =>
    Effect.gen(function*() {
      const store = storeOf({
        [updates]: line(7) + lines(0, 6) + line(6),
        [successes]: lines(0, 6) + line(8) + line(7)
      })
      yield* run(store, { maxBatchBytes: 300 })
      assert.strictEqual(content(store, updates), line(7) + lines(0, 6) + line(6) + line(8))
      assert.strictEqual(content(store, successes), lines(0, 6) + line(8) + line(7) + line(6))
      const report = yield* run(store, { maxBatchBytes: 300 })
      assert.deepStrictEqual(report.copiedLines, [0, 0])
    }))

  it.effect("lines of others without a record id stay where they are", () =>
    Effect.gen(function*() {
      const foreign = `{"slug":"theirs"}\n`
      const store = storeOf({
        [updates]: foreign + lines(0, 2),
        [successes]: lines(0, 2) + foreign.trimEnd()
      })
      yield* run(store)
      assert.strictEqual(content(store, updates), foreign + lines(0, 2))
      assert.strictEqual(content(store, successes), lines(0, 2) + foreign)
    }))
})

it.effect("a redo file whose log file was replaced goes to quarantine", () =>
  Effect.gen(function*() {
    const redo = "/m/.updates.jsonl.redo"
    const store = storeOf({ [updates]: lines(0, 2), [successes]: lines(0, 2), [redo]: "not ours" })
    const report = yield* run(store)
    assert.isUndefined(store.get(redo))
    assert.deepStrictEqual(quarantined(store), [[report.damage[0]?.path, "not ours"]])
  }))

it.effect("is idempotent, loses no undamaged line in reach, and leaves only whole lines (I2, I4, I5)", () =>
  Effect.promise(() => {
    const piece = fc.oneof(
      { weight: 4, arbitrary: fc.nat(12).map((n) => line(n)) },
      fc.constantFrom("\0\0\0\n", "torn", "{", "\n", line(3).slice(0, 30), line(4).slice(20))
    )
    const anyFile = fc.uniqueArray(piece, { maxLength: 10 }).map((pieces) => pieces.join(""))
    return fc.assert(
      fc.asyncProperty(anyFile, anyFile, async (first, second) => {
        const store = storeOf({ [updates]: first, [successes]: second })
        const exit = await Effect.runPromiseExit(run(store, { maxBatchBytes: 10_000 }))
        assert.isTrue(Exit.isSuccess(exit), String(exit))
        const after = [updates, successes].map((file) => content(store, file) ?? "")
        const validIn = (text: string) =>
          text.split("\n").filter((each) => verifyLine(Buffer.from(each)) === "valid").sort()
        const expected = [...new Set([...validIn(first), ...validIn(second)])].sort()
        for (const text of after) {
          assert.deepStrictEqual(validIn(text), expected)
          assert.strictEqual(text.split("\n").length - 1, expected.length)
        }
        const again = await Effect.runPromise(run(store, { maxBatchBytes: 10_000 }))
        assert.deepStrictEqual(again, {
          damage: [],
          rewrittenLines: 0,
          copiedLines: [0, 0]
        })
        assert.deepStrictEqual([updates, successes].map((file) => content(store, file)), after)
      }),
      { numRuns: 200 }
    )
  }))
