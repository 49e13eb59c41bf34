// Consolidation on hand-made masters of every kind, against a naive one, on the memory disk and on a real one.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import * as fs from "node:fs"
import * as MemoryDisk from "../../../src/layers/MemoryDisk.ts"
import * as Store from "../../../src/layers/MemoryStore.ts"
import * as NativeFileLock from "../../../src/layers/NativeFileLock.ts"
import * as NodeDisk from "../../../src/layers/NodeDisk.ts"
import { DataDirectory, paths } from "../../../src/services/durability/DataDirectory.ts"
import type { Disk } from "../../../src/services/durability/Disk.ts"
import type { FileLock } from "../../../src/services/durability/FileLock.ts"
import { Consolidation } from "../../../src/services/master/Consolidation.ts"
import type { Masters } from "../../support/masters.ts"
import {
  consolidatedNaively,
  data,
  putAtRest,
  readMasters,
  recordLine,
  rejectLine,
  root,
  textOf
} from "../../support/masters.ts"
import { tempDir } from "../../support/TempDir.ts"

const consolidate = Effect.flatMap(Consolidation, (service) => service.consolidate)

const on = (disk: Layer.Layer<Disk | FileLock>, at = root) =>
  Effect.provide(
    consolidate,
    Consolidation.layer.pipe(Layer.provide([disk, DataDirectory.layer(at)]))
  )

/** A store with these masters, consolidated. */
const consolidated = (masters: Masters) =>
  Effect.gen(function*() {
    const store = Store.make()
    putAtRest(store, masters)
    const report = yield* on(MemoryDisk.layer(store))
    return { store, report, after: readMasters(store) }
  })

const a1 = recordLine({ slug: "a", id: "r:1", atMs: 1 })
const b1 = recordLine({ slug: "b", id: "r:2", atMs: 2 })
const a2 = recordLine({ slug: "a", id: "r:3", atMs: 3 })

describe("Consolidation", () => {
  it.effect("I5: keeps the newest line of each slug in the order of the file, the same in updates and successes", () =>
    Effect.gen(function*() {
      const masters = a1 + b1 + a2
      const { after, report } = yield* consolidated({
        updates: masters,
        successes: masters,
        rejects: ""
      })
      assert.deepStrictEqual(after, { updates: b1 + a2, successes: b1 + a2, rejects: "" })
      assert.strictEqual(report.updates.read, 3)
      assert.strictEqual(report.updates.kept, 2)
      assert.strictEqual(report.successes.bytesAfter, Buffer.byteLength(b1 + a2))
    }))

  it.effect("the newest is decided by acceptedAt, and by position only on a tie", () =>
    Effect.gen(function*() {
      const late = a1 + recordLine({ slug: "a", id: "r:0", atMs: 0 })
      assert.strictEqual(
        (yield* consolidated({ updates: late, successes: late, rejects: "" })).after.updates,
        a1
      )
      const tie = recordLine({ slug: "a", id: "r:9", atMs: 1 })
      const tied = a1 + tie
      assert.strictEqual(
        (yield* consolidated({ updates: tied, successes: tied, rejects: "" })).after.successes,
        tie
      )
    }))

  it.effect("I8: a success beats a reject, however late the reject is, and rejects stand once per slug", () =>
    Effect.gen(function*() {
      const c1 = rejectLine({ slug: "c", id: "r:r1", atMs: 4 })
      const c2 = rejectLine({ slug: "c", id: "r:r2", atMs: 5 })
      const rejects = c1 + rejectLine({ slug: "a", id: "r:r3", atMs: 99 }) + c2
      const { after, report } = yield* consolidated({ updates: a1, successes: a1, rejects })
      assert.deepStrictEqual(after, { updates: a1, successes: a1, rejects: c2 })
      assert.strictEqual(report.rejects.kept, 1)
    }))

  it.effect("foreign lines are kept byte for byte, without the byte order mark, and lose to lines with a time", () =>
    Effect.gen(function*() {
      const foreign = `{ "title": "x", "slug" : "f\\u006fo" }\r\n`
      const older = `{"slug":"foo","title":"older"}\n`
      const loses = `{"slug":"a","title":"no time"}\n`
      const lines = `\ufeff${older}\n${foreign}${a1}${loses}`
      const { after } = yield* consolidated({ updates: lines, successes: lines, rejects: "" })
      assert.strictEqual(after.updates, foreign + a1)
      assert.strictEqual(after.successes, after.updates)
    }))

  it.effect("a record that stands in one master only is kept in both", () =>
    Effect.gen(function*() {
      const foreign = `{"slug":"only-here"}\n`
      const { after } = yield* consolidated({ updates: a1, successes: foreign + a1, rejects: "" })
      assert.strictEqual(after.updates, a1 + foreign)
      assert.strictEqual(after.successes, a1 + foreign)
    }))

  it.effect("I4: corrupt lines go to quarantine with file and offset, and are reported", () =>
    Effect.gen(function*() {
      const broken = a2.replace("Title", "Tit1e")
      const masters = a1 + broken + `not json\n` + b1
      const { after, report, store } = yield* consolidated({
        updates: masters,
        successes: a1 + b1,
        rejects: ""
      })
      assert.deepStrictEqual(after, { updates: a1 + b1, successes: a1 + b1, rejects: "" })
      assert.strictEqual(report.quarantined, 2)
      assert.deepStrictEqual(
        report.damage.map(({ bytes, file, lines, offset }) => ({ file, offset, bytes, lines })),
        [{
          file: data.updates,
          offset: Buffer.byteLength(a1),
          bytes: Buffer.byteLength(`${broken}not json\n`),
          lines: 2
        }]
      )
      const kept = store.files().filter((each) => each.startsWith(data.quarantine))
      assert.strictEqual(kept.length, 1)
      assert.include(kept[0], `updates.jsonl.${Buffer.byteLength(a1)}.`)
      assert.strictEqual(textOf(store, kept[0] ?? ""), `${broken}not json\n`)
    }))

  it.effect("I4: any number of damaged places is set aside, each with its position", () =>
    Effect.gen(function*() {
      const count = 3000
      const sound = Array.from(
        { length: count },
        (_, n) => recordLine({ slug: `s${n}`, id: `r:${n}`, atMs: n })
      )
      const updates = sound.map((line) => `broken\n${line}`).join("")
      const { after, report, store } = yield* consolidated({
        updates,
        successes: sound.join(""),
        rejects: ""
      })
      assert.strictEqual(after.updates, sound.join(""))
      assert.strictEqual(report.quarantined, count)
      assert.strictEqual(report.damage.length, count)
      for (const { bytes, offset } of [report.damage[0], report.damage.at(-1)].map((it) => it!)) {
        assert.strictEqual(updates.slice(offset, offset + bytes), "broken\n")
      }
      const [kept, places] = [
        report.damage[0]!.path,
        store.files().find((each) => each.includes(".places.")) ?? ""
      ]
      assert.strictEqual(textOf(store, kept), "broken\n".repeat(count))
      const second = JSON.parse(textOf(store, places).split("\n")[1] ?? "") as unknown
      const offset = updates.indexOf("broken", 1)
      assert.deepStrictEqual(second, { offset, bytes: 7, lines: 1 })
    }))

  it.effect("I4: what a recovery sets aside before is part of the report", () =>
    Effect.gen(function*() {
      const store = Store.make()
      const broken = a2.replace("Title", "Tit1e")
      store.put(data.updates, a1 + broken + b1)
      store.put(data.successes, a1)
      const report = yield* on(MemoryDisk.layer(store))
      assert.deepStrictEqual(readMasters(store).successes, a1 + b1)
      assert.deepStrictEqual([report.quarantined, report.recoveredLines], [1, 1])
      assert.deepInclude(report.damage[0], {
        file: data.updates,
        offset: Buffer.byteLength(a1),
        lines: 1
      })
    }))

  it.effect("a demotion beats the records that are not newer than it, any other reject none (I8)", () =>
    Effect.gen(function*() {
      const demotion = rejectLine({ slug: "a", id: "r:9", atMs: 5, demotes: "r:1" })
      const ordinary = rejectLine({ slug: "b", id: "r:8", atMs: 9 })
      const older = yield* consolidated({
        updates: a1 + b1,
        successes: a1 + b1,
        rejects: ordinary + demotion
      })
      assert.deepStrictEqual(older.after, { updates: b1, successes: b1, rejects: demotion })
      const a2 = recordLine({ slug: "a", id: "r:7", atMs: 6 })
      const newer = yield* consolidated({ updates: a1 + a2, successes: a1 + a2, rejects: demotion })
      assert.deepStrictEqual(newer.after, { updates: a2, successes: a2, rejects: "" })
      // A reject that came after the demotion does not bring back what it took.
      const again = rejectLine({ slug: "a", id: "r:6", atMs: 7 })
      const rejected = yield* consolidated({
        updates: a1,
        successes: a1,
        rejects: demotion + again
      })
      assert.deepStrictEqual(rejected.after, { updates: "", successes: "", rejects: again })
    }))

  it.effect("replaces nothing when every line is unique already", () =>
    Effect.gen(function*() {
      const store = Store.make()
      putAtRest(store, { updates: a1 + b1, successes: a1 + b1, rejects: "" })
      const inode = store.stat(data.updates)?.inode
      const report = yield* on(MemoryDisk.layer(store))
      assert.strictEqual(report.updates.kept, 2)
      assert.strictEqual(store.stat(data.updates)?.inode, inode)
    }))

  it.effect("an empty data directory stays empty", () =>
    Effect.gen(function*() {
      const store = Store.make()
      assert.strictEqual((yield* on(MemoryDisk.layer(store))).updates.read, 0)
      assert.deepStrictEqual(store.files(), [])
    }))

  it.effect("is what a naive consolidation makes, for masters of any kind", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(mastersOfAnyKind, (masters) =>
          Effect.runPromise(Effect.gen(function*() {
            const { after, store } = yield* consolidated(masters)
            const expected = consolidatedNaively(
              masters.updates,
              masters.successes,
              masters.rejects
            )
            assert.deepStrictEqual(after, {
              updates: expected.masters,
              successes: expected.masters,
              rejects: expected.rejects
            })
            assert.isEmpty(store.files().filter((each) => each.endsWith(".tmp")))
            const again = yield* on(MemoryDisk.layer(store))
            assert.strictEqual(again.updates.kept, again.updates.read)
            assert.deepStrictEqual(readMasters(store), after)
          }))),
        { numRuns: 300 }
      )
    ))

  it.effect("on a real disk, more than one read's worth of lines, one of them huge", () =>
    Effect.gen(function*() {
      const at = paths(`${yield* tempDir}/data`)
      const lines: Array<string> = []
      for (let i = 0; i < 6000; i++) {
        const long = i === 1234 ? "x".repeat(3_000_000) : "y".repeat(300)
        lines.push(recordLine({ slug: `s${i % 4000}`, id: `r:${i}`, atMs: i, content: { long } }))
      }
      fs.mkdirSync(at.master, { recursive: true })
      fs.writeFileSync(at.updates, lines.join(""))
      fs.writeFileSync(at.successes, lines.join(""))
      const report = yield* on(Layer.merge(NodeDisk.layer, NativeFileLock.layer), at.root)
      assert.strictEqual(report.updates.kept, 4000)
      const expected = lines.slice(2000).join("")
      assert.strictEqual(fs.readFileSync(at.updates, "utf8"), expected)
      assert.strictEqual(fs.readFileSync(at.successes, "utf8"), expected)
      assert.deepStrictEqual(fs.readdirSync(at.master).sort(), [
        ".appender.lock",
        ".consolidation.lock",
        "rejects.jsonl",
        "successes.jsonl",
        "updates.jsonl"
      ])
    }).pipe(Effect.scoped))
})

const slugs = fc.constantFrom("a", "b", "c", `q"`, "é", "\ud800")
const recordLines = fc.record({ slug: slugs, atMs: fc.nat(3), n: fc.nat(1_000_000) })
const anyRecord = fc.oneof(
  {
    weight: 4,
    arbitrary: recordLines.map(({ atMs, n, slug }) => recordLine({ slug, id: `r:${n}`, atMs }))
  },
  recordLines.map(({ n, slug }) => `{"n":${n}, "slug" : ${JSON.stringify(slug)}}\r\n`),
  recordLines.map(({ n, slug }) => `{"slug":${JSON.stringify(slug)},"n":${n}}\n`),
  fc.constant("\n")
)
const anyReject = fc.tuple(recordLines, fc.boolean()).map(([{ atMs, n, slug }, isDemotion]) =>
  rejectLine({ slug, id: `r:r${n}`, atMs, ...(isDemotion && { demotes: `r:${n}` }) })
)
const mastersOfAnyKind: fc.Arbitrary<Masters> = fc.record({
  shared: fc.array(anyRecord, { maxLength: 12 }),
  updates: fc.array(anyRecord, { maxLength: 2 }),
  successes: fc.array(anyRecord, { maxLength: 2 }),
  rejects: fc.array(anyReject, { maxLength: 8 })
}).map(({ rejects, shared, successes, updates }) => ({
  updates: [...shared, ...updates].join(""),
  successes: [...shared, ...successes].join(""),
  rejects: rejects.join("")
}))
